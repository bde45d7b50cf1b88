#include "classify/classifier.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "uses.h"

namespace millrace::classify {
namespace {

TEST(Category, KeysAreUniqueAndReadBack) {
    std::set<std::string_view> keys;
    for (std::size_t i = 0; i < kCategories; ++i) {
        const auto category = static_cast<Category>(i);
        EXPECT_TRUE(keys.insert(key(category)).second);
        EXPECT_EQ(category_of(key(category)), category);
    }
    EXPECT_FALSE(category_of("uncategorised"));
    EXPECT_FALSE(category_of(""));
}

TEST(Classifier, KnowsFromTheFirstUseOnWhatIsLikeNothingElse) {
    Classifier classifier;
    EXPECT_EQ(ends(classifier, use_of(at(0, 7), 45, 380)).category, Category::Shower);
    EXPECT_EQ(ends(classifier, use_of(at(0, 8), 0.4, 12, 1.2)).category, Category::Faucet);
    EXPECT_EQ(ends(classifier, use_of(at(0, 9), 8, 50)).category, Category::Toilet);
    EXPECT_EQ(ends(classifier, use_of(at(1, 4), 3'000, 3'000)).category, Category::Irrigation);
    EXPECT_EQ(ends(classifier, use_of(at(2, 3), 190, 1'900)).category, Category::Softener);
    EXPECT_EQ(ends(classifier, use_of(at(2, 14), 15, 2'250)).category, Category::Leak);
}

TEST(Classifier, IsSureOfWhatRecurs) {
    Classifier classifier;
    live_for(classifier, 7);
    const Verdict flush = ends(classifier, use_of(at(7, 6, 10), 9.05, 60));
    EXPECT_EQ(flush.category, Category::Toilet);
    EXPECT_GT(flush.confidence, 0.8);
    EXPECT_GE(flush.alike_this_week, 50);
    EXPECT_FALSE(flush.as_labelled);
    const Verdict shower = ends(classifier, use_of(at(7, 7, 50), 52, 415));
    EXPECT_EQ(shower.category, Category::Shower);
    EXPECT_GT(shower.confidence, 0.8);
}

TEST(Classifier, SaysOtherWhereTheEvidenceIsThin) {
    Classifier classifier;
    live_for(classifier, 7);
    bool seen = false;
    for (double litres = 5; litres < 60 && !seen; litres *= 1.15) {
        for (const std::int64_t seconds : {70, 120, 200}) {
            const Verdict verdict = classifier.guess(use_of(at(7, 14), litres, seconds, 1.6), kPeak, kUtc);
            EXPECT_EQ(verdict.category == Category::Other, verdict.confidence < Classifier::kLeastConfidence)
                << litres << " l in " << seconds << " s";
            seen = seen || verdict.category == Category::Other;
        }
    }
    EXPECT_TRUE(seen) << "nothing was doubted";
}

TEST(Classifier, JoinsTheFillsOfOneMachine) {
    Classifier classifier;
    live_for(classifier, 14);
    std::vector<Judged> told;
    std::set<std::int64_t> cycles;
    // Every third day a load: a large fill, then smaller ones.
    for (int load = 0; load < 6; ++load) {
        const std::int64_t begins = at(14 + 3 * load, 10);
        told.clear();
        for (const auto& [after_minutes, litres, seconds] :
             {std::tuple(0, 20.0, 130), std::tuple(35, 10.0, 66), std::tuple(57, 10.0, 66), std::tuple(79, 10.0, 66)}) {
            for (auto& each : classifier.add(use_of(begins + after_minutes * 60, litres, seconds), kPeak, kUtc)) {
                std::erase_if(told, [&](const Judged& old) { return old.use == each.use; });
                told.push_back(each);
            }
        }
        if (load < 3) continue;
        EXPECT_EQ(told.size(), 4U);
        for (const Judged& each : told) {
            EXPECT_EQ(each.verdict.category, Category::ClothesWasher) << "fill of load " << load;
            EXPECT_EQ(base::unix_s(each.verdict.machine_cycle), begins);
        }
    }
}

TEST(Classifier, WhatRunsByTheClockIsIrrigation) {
    Classifier classifier;
    Verdict last;
    for (int day = 0; day < 8; ++day) last = ends(classifier, use_of(at(day, 6), 350, 1'500));
    EXPECT_EQ(last.category, Category::Irrigation);
    EXPECT_GT(last.confidence, 0.95);
    EXPECT_LT(classifier.guess(use_of(at(8, 14), 350, 1'500), kPeak, kUtc).confidence, 0.85) << "at another hour";
    // As much water at people's hours, and never twice as much.
    Classifier hose;
    for (int day = 0; day < 8; ++day) {
        last = ends(hose, use_of(at(day, 9 + day % 3 * 4, 7 * day), 100 + 31 * day, 420 + 150 * day));
        EXPECT_NE(last.category, Category::Irrigation) << "day " << day;
    }
}

TEST(Classifier, AFillAtAnotherFlowIsNotOfTheSameMachine) {
    Classifier classifier;
    const auto fill = [&](int minute, std::int64_t seconds) {
        const detect::Use use = use_of(at(0, 10, minute), 10, seconds);
        for (int i = 0; i < 8; ++i) {
            classifier.teach(word_on(use_of(at(5, i, minute), 10, seconds), Category::ClothesWasher, ""));
        }
        const auto judged = classifier.add(use, kPeak, kUtc);
        EXPECT_EQ(judged.front().verdict.category, Category::ClothesWasher);
        return base::unix_s(judged.front().verdict.machine_cycle);
    };
    EXPECT_EQ(fill(0, 70), at(0, 10));
    EXPECT_EQ(fill(20, 70), at(0, 10));
    EXPECT_EQ(fill(30, 100), at(0, 10, 30));
    EXPECT_EQ(fill(40, 70), at(0, 10));
}

TEST(Classifier, AFlushBesideAMachineIsNoFill) {
    Classifier classifier;
    live_for(classifier, 14);
    static_cast<void>(classifier.add(use_of(at(14, 10), 20, 130), kPeak, kUtc));
    const detect::Use flush = use_of(at(14, 10, 20), 9, 60);
    const Verdict verdict = ends(classifier, flush);
    EXPECT_EQ(verdict.category, Category::Toilet);
    EXPECT_EQ(verdict.machine_cycle, flush.start);
}

TEST(Classifier, LearnsFromTheOwner) {
    Classifier classifier;
    live_for(classifier, 7);
    // 5 l at 12 l/min, uneven: nobody could know.
    const auto odd = [](int day, int hour) { return use_of(at(day, hour), 5, 25, 1.7); };
    const Verdict before = ends(classifier, odd(7, 10));
    ASSERT_NE(before.category, Category::Hose);
    for (const int hour : {10, 12, 14}) {
        classifier.teach(word_on(odd(7, hour), Category::Hose, "watering can"));
    }
    const Verdict after = ends(classifier, odd(7, 15));
    EXPECT_EQ(after.category, Category::Hose);
    EXPECT_EQ(after.name, "watering can");
    EXPECT_TRUE(after.as_labelled);
    // It says nothing of a flush.
    EXPECT_EQ(ends(classifier, use_of(at(7, 16), 9, 60)).category, Category::Toilet);
    for (const int hour : {10, 12, 14}) classifier.forget(detect::key_of(odd(7, hour)));
    EXPECT_FALSE(ends(classifier, odd(7, 17)).as_labelled);
}

TEST(Classifier, AWordOnWhatIsKnownTeachesLittleAndOneThatSurprisesMuch) {
    const auto flush = [](int day, int hour) { return use_of(at(day, hour), 9, 60); };
    const auto odd = use_of(at(7, 14), 5, 25, 1.7);
    Classifier untaught;
    Classifier known;
    live_for(untaught, 7);
    live_for(known, 7);
    for (int i = 0; i < 20; ++i) known.teach(word_on(flush(i % 7, i), Category::Toilet, ""));
    const Verdict before = untaught.guess(odd, kPeak, kUtc);
    const Verdict after = known.guess(odd, kPeak, kUtc);
    EXPECT_FALSE(after.as_labelled) << "twenty words on what was clear decide nothing of other uses";
    EXPECT_NEAR(after.confidence, before.confidence, 0.1);

    // Words that a house's flushes are something else carry over to flushes of other sizes, a little.
    Classifier surprised;
    live_for(surprised, 7);
    for (int i = 0; i < 6; ++i) surprised.teach(word_on(flush(6, 8 + i), Category::ClothesWasher, ""));
    EXPECT_EQ(surprised.guess(flush(7, 9), kPeak, kUtc).category, Category::ClothesWasher);
}

TEST(Classifier, TheLastWordOnAUseIsTheOneThatCounts) {
    const detect::Use odd = use_of(at(7, 10), 5, 25, 1.7);
    Classifier changed;
    Classifier once;
    live_for(changed, 7);
    live_for(once, 7);
    changed.teach(word_on(odd, Category::Bath, ""));
    changed.teach(word_on(odd, Category::Hose, ""));
    once.teach(word_on(odd, Category::Hose, ""));
    EXPECT_EQ(changed.guess(odd, kPeak, kUtc), once.guess(odd, kPeak, kUtc));
}

TEST(Classifier, JudgesThePastAgainOnRequest) {
    Classifier classifier;
    live_for(classifier, 3);
    const detect::Use odd = use_of(at(3, 10), 5, 25, 1.7);
    ASSERT_NE(ends(classifier, odd).category, Category::Hose);
    EXPECT_TRUE(classifier.judge_again().empty()) << "nothing was learned since";
    for (int i = 0; i < 4; ++i) classifier.teach(word_on(use_of(at(4, 8 + i), 5, 25, 1.7), Category::Hose, ""));
    const auto changed = classifier.judge_again();
    const auto found = std::find_if(changed.begin(), changed.end(),
                                    [&](const Judged& each) { return each.use == detect::key_of(odd); });
    ASSERT_NE(found, changed.end());
    EXPECT_EQ(found->verdict.category, Category::Hose);
    EXPECT_TRUE(classifier.judge_again().empty());
}

TEST(Classifier, GoesOnFromWhatWasKept) {
    Classifier one;
    Classifier two;
    std::vector<std::pair<detect::Use, Verdict>> kept;
    for (int day = 0; day < 7; ++day) {
        for (const int hour : {7, 10, 19}) {
            const detect::Use use = use_of(at(day, hour), 9, 60);
            kept.emplace_back(use, ends(one, use));
        }
    }
    for (const auto& [use, verdict] : kept) two.restore(use, kPeak, kUtc, verdict);
    const detect::Use next = use_of(at(7, 9), 9, 60);
    EXPECT_EQ(ends(two, next), ends(one, next));
    EXPECT_TRUE(two.add(next, kPeak, kUtc).empty()) << "it is known already";
}

TEST(Classifier, AGuessChangesNothing) {
    Classifier classifier;
    live_for(classifier, 7);
    const detect::Use flush = use_of(at(7, 9), 9, 60);
    const Verdict guess = classifier.guess(flush, kPeak, kUtc);
    EXPECT_EQ(guess, classifier.guess(flush, kPeak, kUtc));
    EXPECT_EQ(guess, ends(classifier, flush));
}

TEST(Classifier, BearsWhatNoHouseDoes) {
    Classifier classifier;
    detect::Use use = use_of(at(0, 1), 0, 1);
    use.mean = {0};
    use.peak = {INT64_MAX / 4};
    use.end = use.start;
    const Verdict nothing = ends(classifier, use);
    EXPECT_GE(nothing.confidence, 0);
    use = use_of(at(0, 2), 1e12, 1);
    EXPECT_LE(ends(classifier, use).confidence, 1);
    use.start = base::from_unix_s(-5'000'000'000);
    EXPECT_LE(ends(classifier, use).confidence, 1);
}

}  // namespace
}  // namespace millrace::classify
