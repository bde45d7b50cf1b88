#include "hub/use_sorting.h"

#include <gtest/gtest.h>

#include "support/fakes.h"
#include "unit/hub/frames.h"

namespace millrace::hub {
namespace {

using classify::Category;

constexpr UseScale kScale{{33'000}, base::Seconds{0}};

detect::Use water(std::int64_t minute, double litres, std::int64_t seconds) {
    detect::Use use;
    use.start = base::from_unix_s(kStart + 60 * minute);
    use.end = use.start + base::Seconds{seconds};
    use.volume = {static_cast<std::int64_t>(litres * 1e6)};
    use.mean = {use.volume.microlitres / seconds};
    use.peak = use.mean;
    return use;
}

const detect::Use kShower = water(0, 45, 380);

class UseSortingTest : public ::testing::Test {
protected:
    classify::CategoryTotals shown() {
        store_.finish();
        return sorting_->shown(kSensor).value_or(classify::CategoryTotals{});
    }
    base::Volume shown(Category category) { return shown().told[index_of(category)]; }
    // As after a stop: what the store has.
    void restart() {
        const auto records = store_.all<ports::CategoryTotalsRecord>();
        std::vector<ports::KeptUse> uses;
        for (const ports::UseVerdictRecord& each : kept_) {
            ports::KeptUse kept{uses_.at(each.use.start)};
            kept.verdict = each.verdict;
            uses.push_back(kept);
        }
        start();
        sorting_->restore(kSensor, uses, [](const detect::Use&) { return kScale; });
        if (!records.empty()) sorting_->restore(records.back());
    }
    void start() {
        sorting_ = std::make_unique<UseSorting>(
            store_, [this](ports::Entry entry) { kept_.push_back(std::get<ports::UseVerdictRecord>(entry)); });
    }
    void end(const detect::Use& use) {
        uses_[use.start] = use;
        sorting_->on_uses(kSensor, {use}, [](const detect::Use&) { return kScale; });
    }
    static ports::KeptUse as_kept(const ports::UseVerdictRecord& record, const detect::Use& use) {
        ports::KeptUse kept{use};
        kept.verdict = record.verdict;
        return kept;
    }

    UseSortingTest() { start(); }

    support::FakeStore store_;
    std::vector<ports::UseVerdictRecord> kept_;
    std::map<base::WallTime, detect::Use> uses_;
    std::unique_ptr<UseSorting> sorting_;
};

TEST_F(UseSortingTest, AUseIsToldKeptAndAdded) {
    EXPECT_FALSE(sorting_->last(kSensor));
    EXPECT_EQ(sorting_->guess(kSensor, kShower, kScale).category, Category::Shower);
    end(kShower);
    ASSERT_EQ(kept_.size(), 1U);
    EXPECT_EQ(kept_[0].verdict.category, Category::Shower);
    EXPECT_EQ(sorting_->last(kSensor), Category::Shower);
    EXPECT_EQ(shown(Category::Shower), kShower.volume);
}

TEST_F(UseSortingTest, WhatIsShownIsOnDisk) {
    end(kShower);
    EXPECT_FALSE(sorting_->shown(kSensor));
    store_.finish(false);
    EXPECT_FALSE(sorting_->shown(kSensor));
    EXPECT_FALSE(sorting_->take_changed());
    end(water(60, 45, 380));
    base::Volume all;
    for (const base::Volume& told : shown().told) all.microlitres += told.microlitres;
    EXPECT_EQ(all, kShower.volume + kShower.volume) << "with the one that failed";
    EXPECT_TRUE(sorting_->take_changed());
    EXPECT_FALSE(sorting_->take_changed());
}

TEST_F(UseSortingTest, WaterOfNoUseShowsWhenItRests) {
    const base::WallTime now = base::from_unix_s(kStart);
    sorting_->on_rest(kSensor, {1'000'000'000}, now);
    EXPECT_EQ(shown().uncategorised, base::Volume{1'000'000'000});
    end(kShower);
    sorting_->on_rest(kSensor, {1'046'000'000}, now + base::Seconds{30});
    EXPECT_EQ(shown().uncategorised, base::Volume{1'000'000'000}) << "not at every look";
    sorting_->on_rest(kSensor, {1'046'000'000}, now + UseSorting::kRestNotedEvery);
    EXPECT_EQ(shown().uncategorised, base::Volume{1'001'000'000});
    const std::size_t records = store_.others.size();
    sorting_->on_rest(kSensor, {1'046'000'000}, now + 2 * UseSorting::kRestNotedEvery);
    EXPECT_EQ(store_.others.size(), records) << "nothing has changed";
}

TEST_F(UseSortingTest, TheOwnersWordMovesItsWaterAndNothingFalls) {
    end(kShower);
    (void)sorting_->on_label(kSensor, as_kept(kept_[0], kShower), {"bath", "upstairs", "Ada", {}}, kScale);
    EXPECT_EQ(shown(Category::Bath), kShower.volume);
    EXPECT_EQ(shown(Category::Shower), kShower.volume);
    // The next shower makes good for it; it is one because a single word does not decide against all knowledge.
    end(water(600, 30, 260));
    ASSERT_EQ(kept_.back().verdict.category, Category::Shower);
    EXPECT_EQ(shown(Category::Shower), kShower.volume);
    ports::KeptUse labelled = as_kept(kept_[0], kShower);
    labelled.label = ports::UseLabel{"bath", "upstairs", "Ada", {}};
    (void)sorting_->on_label(kSensor, labelled, {}, kScale);
    EXPECT_EQ(shown(Category::Shower), kShower.volume + base::Volume{30'000'000});
}

TEST_F(UseSortingTest, WhatIsSaidOfAFirstFillIsSaidOfTheWholeCycle) {
    std::vector<detect::Use> fills;
    for (int i = 0; i < 12; ++i) {
        const detect::Use known = water(10'000 + 300 * i, 10, 70);
        (void)sorting_->on_label(kSensor, ports::KeptUse{known}, {"clothes_washer", "", "Ada", {}}, kScale);
    }
    for (const std::int64_t minute : {0, 20, 40}) {
        fills.push_back(water(minute, 10, 70));
        end(fills.back());
    }
    end(water(50, 45, 380));
    ASSERT_EQ(shown(Category::ClothesWasher), base::Volume{30'000'000});
    ports::KeptUse first{fills[0]};
    first.verdict = kept_[0].verdict;
    const auto others = sorting_->on_label(kSensor, first, {"hose", "", "Ada", {}}, kScale);
    EXPECT_EQ(others, (std::vector{detect::key_of(fills[1]), detect::key_of(fills[2])}));
    EXPECT_EQ(shown(Category::Hose), base::Volume{30'000'000});
    EXPECT_TRUE(sorting_->on_label(kSensor, ports::KeptUse{fills[2]}, {"hose", "", "Ada", {}}, kScale).empty());
}

TEST_F(UseSortingTest, ManyUsesAtOnceAreOneWord) {
    std::vector<detect::Use> uses;
    for (int i = 0; i < 5; ++i) uses.push_back(water(60 * i, 45, 380 + i));
    sorting_->on_uses(kSensor, uses, [](const detect::Use&) { return kScale; });
    EXPECT_EQ(store_.all<ports::CategoryTotalsRecord>().size(), 1u);
    EXPECT_GE(kept_.size(), 5u);
}

TEST_F(UseSortingTest, ALabelFromBeforeUsesWereToldMovesNothing) {
    (void)sorting_->on_label(kSensor, ports::KeptUse{kShower}, {"bath", "", "Ada", {}}, kScale);
    EXPECT_EQ(shown(), classify::CategoryTotals{});
}

TEST_F(UseSortingTest, ARestartTellsNothingTwice) {
    end(kShower);
    const auto before = shown();
    restart();
    EXPECT_EQ(sorting_->shown(kSensor), before);
    end(kShower);  // found again in the stored readings
    EXPECT_EQ(shown(), before);
    EXPECT_EQ(kept_.size(), 1U);
}

TEST_F(UseSortingTest, ThePastIsToldAnewOnRequestAndTotalsStand) {
    const auto odd = [](std::int64_t minute) {
        detect::Use use = water(minute, 5, 25);
        use.peak = {use.mean.microlitres_per_second * 17 / 10};
        return use;
    };
    for (int i = 0; i < 6; ++i) end(odd(300 * i));
    const Category before = kept_.back().verdict.category;
    ASSERT_NE(before, Category::Hose);
    const auto totals = shown();
    for (int i = 0; i < 5; ++i) {
        const ports::KeptUse unknown{odd(300 * i)};
        (void)sorting_->on_label(kSensor, unknown, {"hose", "", "Ada", {}}, kScale);
    }
    kept_.clear();
    std::vector<bool> heard;
    sorting_->judge_again(kSensor, [&](bool durable) { heard.push_back(durable); });
    EXPECT_TRUE(heard.empty());
    EXPECT_EQ(shown(), totals);
    EXPECT_EQ(heard, std::vector{true});
    ASSERT_FALSE(kept_.empty());
    EXPECT_EQ(kept_.back().use, detect::key_of(odd(1'500)));
    EXPECT_EQ(kept_.back().verdict.category, Category::Hose);
    store_.full = true;
    sorting_->judge_again(kSensor, [&](bool durable) { heard.push_back(durable); });
    EXPECT_EQ(heard, (std::vector{true, false}));
}

}  // namespace
}  // namespace millrace::hub
