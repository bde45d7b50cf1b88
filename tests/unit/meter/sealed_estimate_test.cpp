#include "meter/sealed_estimate.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "message/samples.h"

namespace millrace::meter {
namespace {

using base::from_unix_s;
using base::Seconds;
using message::Samples;

constexpr std::int64_t kSealedStart = 1'709'625'540;

std::size_t sealed_bytes(const Samples& samples, bool trailing = true) {
    return encode(samples).size() + (trailing ? 1 : 0) + kSealedOverheadBytes;
}

// `entries` samples from `value` on, 5 s and `step` peaks apart.
Samples run_of(std::size_t entries, std::uint32_t value, std::uint32_t step = 6) {
    Samples samples;
    for (std::size_t i = 0; i < entries; ++i) {
        samples.samples.push_back({kSealedStart + 5 * static_cast<std::int64_t>(i), value});
        value += step;
    }
    return samples;
}

SealedMessage at(std::int64_t seconds, std::size_t bytes) {
    const auto time = from_unix_s(kSealedStart + seconds);
    return {bytes, time, time, false, false};
}

SealedMessage at(std::int64_t seconds, std::size_t entries, std::uint32_t value) {
    return at(seconds, sealed_bytes(run_of(entries, value)));
}

// A meter past its boot, that has seen messages of seven digits and a trailing byte.
SealedMeter settled_meter() {
    SealedMeter meter;
    for (int i = 0; i < 4; ++i) (void)apply(meter, at(i * 20 - 10'000, 4, 3'828'906));
    return meter;
}

std::int64_t least(const std::optional<SealedSpan>& span) {
    return span ? span->least.value : -1;
}

TEST(SealedEntries, AreCountedFromTheSizeAlone) {
    for (const std::uint32_t value : {1'000u, 300'000u, 3'828'906u, 1'500'000'000u}) {
        for (const bool trailing : {true, false}) {
            SealedForms forms = kAllSealedForms;
            for (const std::size_t entries : {4u, 1u, 5u, 3u, 6u}) {
                const std::size_t bytes = sealed_bytes(run_of(entries, value), trailing);
                EXPECT_EQ(count_entries(forms, bytes), entries) << value << (trailing ? " trailing" : "");
            }
        }
    }
}

TEST(SealedEntries, TakeTheLeastWhileTheDigitsAreUnknownAndTheRightNumberOnceTheyAreLearnt) {
    const std::size_t thirty = sealed_bytes(run_of(30, 3'828'906));
    SealedForms forms = kAllSealedForms;
    EXPECT_EQ(count_entries(forms, thirty), 28u);
    forms = settled_meter().forms;
    EXPECT_EQ(count_entries(forms, thirty), 30u);
}

TEST(SealedEntries, LearnASingleFormFromAFewMessages) {
    SealedForms forms = kAllSealedForms;
    for (int i = 0; i < 3; ++i) (void)count_entries(forms, sealed_bytes(run_of(4, 3'828'906)));
    EXPECT_EQ(forms & (forms - 1), 0u);
}

TEST(SealedEntries, FollowTheDigitsAsTheyGrow) {
    SealedForms forms = kAllSealedForms;
    for (int i = 0; i < 3; ++i) (void)count_entries(forms, sealed_bytes(run_of(4, 9'999'900)));
    const SealedForms before = forms;
    EXPECT_EQ(count_entries(forms, sealed_bytes(run_of(5, 9'999'989))), 5u);  // ..., 9999995, 10000001, ...
    EXPECT_NE(forms, before);
    for (const std::size_t entries : {4u, 30u, 1u}) {
        EXPECT_EQ(count_entries(forms, sealed_bytes(run_of(entries, 10'000'013))), entries);
    }
    EXPECT_EQ(forms, before << 1);
}

TEST(SealedEntries, AreNoneWhereNoNumberHasTheSize) {
    SealedForms forms = kAllSealedForms;
    for (const std::size_t bytes : {0u, 1u, 36u, 38u, 39u, 71u, 90u}) EXPECT_EQ(count_entries(forms, bytes), 0u);
    EXPECT_EQ(forms, kAllSealedForms);
}

TEST(SealedMeter, CountsEachEntryAsAPeakButTheFirstAfterABoot) {
    SealedMeter meter;
    EXPECT_EQ(least(apply(meter, at(0, 4, 3'828'906))), 3);
    EXPECT_EQ(least(apply(meter, at(20, 4, 3'828'930))), 4);
    note_boot(meter);
    EXPECT_EQ(least(apply(meter, at(40, 4, 3'828'954))), 3);
}

TEST(SealedMeter, CountsAfterARestartThatOnlyTheDigitsTell) {
    SealedMeter meter = settled_meter();
    EXPECT_EQ(least(apply(meter, at(0, 4, 100))), 3) << "the first entry may repeat the base";
    EXPECT_EQ(least(apply(meter, at(20, 4, 124))), 4);
    EXPECT_EQ(least(apply(meter, at(40, 5, 148))), 5);
}

TEST(SealedMeter, CountsARepeatOnce) {
    SealedMeter meter = settled_meter();
    SealedMessage message = at(0, 4, 3'829'000);
    EXPECT_EQ(least(apply(meter, message)), 4);
    const SealedMeter once = meter;
    message.received += Seconds{20};
    EXPECT_EQ(apply(meter, message), std::nullopt) << "same topic and size";
    message.dup = true;
    EXPECT_EQ(apply(meter, message), std::nullopt);
    message.published.reset();
    EXPECT_EQ(least(apply(meter, message)), 4) << "without its time it is not known to have come before";
    EXPECT_EQ(apply(meter, message), std::nullopt);
    EXPECT_EQ(once.forms, meter.forms);
}

TEST(SealedMeter, CountsADupWhoseFirstSendingWasLost) {
    SealedMeter meter = settled_meter();
    SealedMessage message = at(0, 4, 3'829'000);
    message.dup = true;
    EXPECT_EQ(least(apply(meter, message)), 4);
}

TEST(SealedMeter, CountsNothingOfWhatMayHaveBeenSentBefore) {
    SealedMeter meter = settled_meter();
    SealedMessage message = at(0, 4, 3'829'000);
    message.may_repeat = true;
    const auto span = apply(meter, message);
    ASSERT_TRUE(span);
    EXPECT_EQ(span->least.value, 0);
    EXPECT_TRUE(sealed_flow_at(meter, message.received).running);
}

TEST(SealedMeter, TellsNothingOfAbsurdSizes) {
    SealedMeter meter = settled_meter();
    const SealedMeter before = meter;
    for (const std::size_t bytes : {std::size_t{0}, std::size_t{36}, std::size_t{38}, std::size_t{39}, std::size_t{71},
                                    sealed_bytes(run_of(64, 3'829'000)), std::size_t{70'000}}) {
        EXPECT_EQ(apply(meter, at(0, bytes)), std::nullopt) << bytes;
    }
    EXPECT_EQ(meter, before);
}

TEST(SealedMeter, SaysThatWaterRanWhereTheSizeIsOfNoKnownForm) {
    SealedMeter meter = settled_meter();
    const auto span = apply(meter, at(0, 90));
    ASSERT_TRUE(span);
    EXPECT_EQ(span->least.value, 0);
    EXPECT_EQ(least(apply(meter, at(20, 4, 3'829'000))), 4);
}

TEST(SealedMeter, PlacesTheFirstMessageOfAUseJustBeforeItsPublishing) {
    SealedMeter meter = settled_meter();
    const auto span = apply(meter, at(0, 3, 3'829'000));
    EXPECT_EQ(span, (SealedSpan{from_unix_s(kSealedStart - 20), from_unix_s(kSealedStart), {3}}));
}

TEST(SealedMeter, FillsTheTimeBetweenMessagesThatFollowEachOther) {
    SealedMeter meter = settled_meter();
    (void)apply(meter, at(0, 4, 3'829'000));
    EXPECT_EQ(apply(meter, at(21, 4, 3'829'024)),
              (SealedSpan{from_unix_s(kSealedStart), from_unix_s(kSealedStart + 21), {4}}));
    EXPECT_EQ(apply(meter, at(42, 1, 3'829'048)),
              (SealedSpan{from_unix_s(kSealedStart + 21), from_unix_s(kSealedStart + 31), {1}}))
        << "the last peaks of a use came first";
}

TEST(SealedMeter, FillsTheTwoMinutesABridgeCollectsAtLowFlow) {
    SealedMeter meter = settled_meter();
    (void)apply(meter, at(0, 6, 3'829'000));
    EXPECT_EQ(apply(meter, at(124, 6, 3'829'006)),
              (SealedSpan{from_unix_s(kSealedStart), from_unix_s(kSealedStart + 124), {6}}));
    EXPECT_EQ(apply(meter, at(248, 3, 3'829'012))->from, from_unix_s(kSealedStart + 228))
        << "more likely a use of its own";
}

TEST(SealedMeter, UsesTheReceiptWhereTheTimeOfPublishingIsUnsetOrAhead) {
    for (const auto published : {from_unix_s(0), from_unix_s(4294), from_unix_s(kSealedStart + 4000)}) {
        SealedMeter meter = settled_meter();
        SealedMessage message = at(0, 4, 3'829'000);
        message.published = published;
        EXPECT_EQ(apply(meter, message)->to, message.received);
    }
}

TEST(SealedMeter, SurvivesTimesOfPublishingOutOfOrder) {
    SealedMeter meter = settled_meter();
    (void)apply(meter, at(40, 4, 3'829'000));
    const SealedFlow before = sealed_flow_at(meter, from_unix_s(kSealedStart + 41));
    SealedMessage older = at(20, 4, 3'829'024);
    older.received = from_unix_s(kSealedStart + 41);
    const auto span = apply(meter, older);
    EXPECT_EQ(span, (SealedSpan{from_unix_s(kSealedStart - 5), from_unix_s(kSealedStart + 20), {4}}));
    EXPECT_EQ(sealed_flow_at(meter, from_unix_s(kSealedStart + 41)), before);
}

TEST(SealedMeter, FollowsAClockThatWasPutBack) {
    SealedMeter meter = settled_meter();
    SealedMessage ahead = at(0, 4, 3'829'000);
    *ahead.published += Seconds{3000};
    (void)apply(meter, ahead);
    const auto span = apply(meter, at(20, 4, 3'829'024));
    EXPECT_EQ(span, (SealedSpan{from_unix_s(kSealedStart - 5), from_unix_s(kSealedStart + 20), {4}}));
    EXPECT_TRUE(sealed_flow_at(meter, from_unix_s(kSealedStart + 49)).running);
    EXPECT_FALSE(sealed_flow_at(meter, from_unix_s(kSealedStart + 50)).running);
}

TEST(SealedFlow, RunsFromTheFirstMessageAndFallsToRest) {
    SealedMeter meter = settled_meter();
    EXPECT_EQ(sealed_flow_at(meter, from_unix_s(kSealedStart)), SealedFlow{});
    (void)apply(meter, at(0, 2, 3'829'000));
    (void)apply(meter, at(20, 4, 3'829'012));
    (void)apply(meter, at(41, 1, 3'829'036));
    const auto since = from_unix_s(kSealedStart - 15);
    const auto rest = from_unix_s(kSealedStart + 71);
    EXPECT_EQ(sealed_flow_at(meter, from_unix_s(kSealedStart + 41)), (SealedFlow{true, since, rest}));
    EXPECT_EQ(sealed_flow_at(meter, rest - base::Milliseconds{1}), (SealedFlow{true, since, rest}));
    EXPECT_EQ(sealed_flow_at(meter, rest), SealedFlow{});
    (void)apply(meter, at(100, 2, 3'829'040));
    EXPECT_EQ(sealed_flow_at(meter, from_unix_s(kSealedStart + 100)).since, from_unix_s(kSealedStart + 85));
}

TEST(SealedFlow, SeesADripThatKeepsItsPaceAsOneRun) {
    SealedMeter meter = settled_meter();
    for (int i = 0; i < 12; ++i) {
        (void)apply(meter, at(i * 300, 1, 3'829'000 + static_cast<std::uint32_t>(i)));
        const bool running = sealed_flow_at(meter, from_unix_s(kSealedStart + i * 300 + 299)).running;
        EXPECT_EQ(running, i >= 3) << i;
    }
    EXPECT_EQ(sealed_flow_at(meter, from_unix_s(kSealedStart + 11 * 300)).since, from_unix_s(kSealedStart));
    EXPECT_EQ(sealed_flow_at(meter, from_unix_s(kSealedStart + 11 * 300 + 600)), SealedFlow{});
}

TEST(SealedFlow, DoesNotTakeUsesAtLikeIntervalsForADrip) {
    SealedMeter meter = settled_meter();
    for (int i = 0; i < 6; ++i) {
        (void)apply(meter, at(i * 300, 4, 3'829'000 + 24 * static_cast<std::uint32_t>(i)));
        EXPECT_FALSE(sealed_flow_at(meter, from_unix_s(kSealedStart + i * 300 + 200)).running) << i;
    }
}

// The total of a sensor: rising entries, now and then a boot to any base, whose first entry may repeat that base.
RC_GTEST_PROP(SealedEstimateProperty, LowerBoundNeverExceedsThePeaksThatRan, ()) {
    SealedMeter meter;
    const bool trailing = *rc::gen::arbitrary<bool>();
    auto value = *rc::gen::element<std::uint32_t>(0, 95, 9'990, 99'950, 3'828'906, 9'999'900, 999'999'900);
    std::int64_t time = kSealedStart;
    std::int64_t truth = 0;
    std::int64_t bound = 0;
    bool booted = true;
    for (int messages = *rc::gen::inRange(1, 40); messages > 0; --messages) {
        if (*rc::gen::inRange(0, 15) == 0) {
            value = *rc::gen::element<std::uint32_t>(0, 7, 99'999, 999'990, value, 2'000'000'000);
            note_boot(meter);
            booted = true;
        }
        Samples samples;
        for (int entries = *rc::gen::inRange(1, 31); entries > 0; --entries) {
            const bool repeats_base = booted && *rc::gen::arbitrary<bool>();
            booted = false;
            const auto peaks = repeats_base ? 0 : *rc::gen::oneOf(rc::gen::just(1), rc::gen::inRange(1, 481));
            truth += peaks;
            value += static_cast<std::uint32_t>(peaks);
            time += *rc::gen::oneOf(rc::gen::just(5), rc::gen::inRange(1, 2000));
            samples.samples.push_back({time, value});
        }
        const auto published = from_unix_s(time + *rc::gen::inRange(0, 20));
        SealedMessage message{sealed_bytes(samples, trailing), published, published, false, false};
        if (*rc::gen::inRange(0, 5) == 0) message.published.reset();
        for (int sendings = *rc::gen::element(1, 1, 1, 2); sendings > 0; --sendings) {
            const auto span = apply(meter, message);
            if (span) {
                RC_ASSERT(span->from <= span->to);
                RC_ASSERT(span->least.value >= 0);
                bound += span->least.value;
            }
            message.dup = true;
        }
        RC_ASSERT(bound <= truth);
    }
    RC_ASSERT(meter.recent.size() <= SealedMeter::kRecentSteps);
}

RC_GTEST_PROP(SealedEstimateProperty, CountsEveryEntryOnceTheDigitsAreLearnt, ()) {
    SealedMeter meter = settled_meter();
    std::uint32_t value = 3'829'000;
    for (int messages = 0; messages < 20; ++messages) {
        const auto entries = *rc::gen::inRange<std::size_t>(1, 31);
        RC_ASSERT(least(apply(meter, at(messages * 200, entries, value))) == static_cast<std::int64_t>(entries));
        value += static_cast<std::uint32_t>(entries) * 6;
    }
}

RC_GTEST_PROP(SealedEstimateProperty, AnyMessagesLeaveAUsableState, ()) {
    SealedMeter meter;
    for (int messages = *rc::gen::inRange(1, 60); messages > 0; --messages) {
        SealedMessage message;
        message.bytes = *rc::gen::inRange<std::size_t>(0, 3000);
        message.received = from_unix_s(kSealedStart + *rc::gen::inRange(0, 5000));
        if (*rc::gen::arbitrary<bool>()) {
            message.published =
                from_unix_s(*rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 4'000'000'000),
                                            rc::gen::inRange<std::int64_t>(kSealedStart, kSealedStart + 9000)));
        }
        message.dup = *rc::gen::arbitrary<bool>();
        message.may_repeat = *rc::gen::arbitrary<bool>();
        if (const auto span = apply(meter, message)) RC_ASSERT(span->from <= span->to && span->least.value <= 60);
        const SealedFlow flow = sealed_flow_at(meter, message.received);
        RC_ASSERT(flow.running == flow.changes_at.has_value());
        RC_ASSERT(!flow.running || (flow.since && *flow.since <= *flow.changes_at));
        RC_ASSERT(meter.forms != 0);
    }
}

}  // namespace
}  // namespace millrace::meter
