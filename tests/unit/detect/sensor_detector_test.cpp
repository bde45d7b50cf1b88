#include "detect/sensor_detector.h"

#include <gtest/gtest.h>

#include "house.h"

namespace millrace::detect {
namespace {

TEST(SensorDetector, OrdinaryDaysRaiseNothing) {
    House house;
    for (int day = 0; day < 20; ++day) {
        house.usual_day();
        EXPECT_FALSE(house.anything_holds()) << "day " << day;
    }
    EXPECT_GE(house.detector.days_learned(), 19);
}

class SteadyLeak : public testing::TestWithParam<std::tuple<double, base::VolumePerPeak>> {};

TEST_P(SteadyLeak, IsFoundWithinItsTimeHeldAndLetGo) {
    const auto [gpm, per_peak] = GetParam();
    House house(per_peak);
    house.usual_days(15);
    house.rest(hours(13));
    std::int64_t after = 0;
    while (!house.anything_holds() && after < hours(3)) house.run(gpm, 60), after += 60;
    EXPECT_LE(after, gpm < 0.05 ? minutes(75) : minutes(60));

    house.run(gpm, hours(3));
    EXPECT_TRUE(house.anything_holds()) << "a leak goes on";
    const Finding finding = house.findings().front();
    EXPECT_GT(finding.observed, finding.limit);
    EXPECT_EQ(finding.rule, gpm < 0.05 ? Rule::SlowLeak : Rule::ContinuousFlow);
    EXPECT_NEAR(base::to_gallons_per_minute(finding.rate), gpm, 0.25 * gpm);

    house.rest(minutes(25));
    EXPECT_FALSE(house.anything_holds()) << "the water rests";
}

INSTANTIATE_TEST_SUITE_P(SensorDetector, SteadyLeak,
                         testing::Combine(testing::Values(0.02, 0.05, 0.1, 0.5, 1.0),
                                          testing::Values(kFineMeter, kCoarseMeter)));

TEST(SensorDetector, UnknownHouseAllowsTwoHours) {
    House house;
    house.usual_day();
    house.rest(hours(12));
    const auto after = house.runs_until(Rule::ContinuousFlow, 0.2, hours(4));
    ASSERT_TRUE(after);
    EXPECT_NEAR(static_cast<double>(*after), hours(2), minutes(1));
    EXPECT_EQ(house.holding(Rule::ContinuousFlow)->source, LimitSource::Fallback);
}

TEST(SensorDetector, LeakIsFoundSoonerAtNight) {
    House house;
    house.usual_days(15);
    house.rest(hours(2));
    const auto after = house.runs_until(Rule::ContinuousFlow, 0.1, hours(2));
    ASSERT_TRUE(after);
    EXPECT_NEAR(static_cast<double>(*after), minutes(30), minutes(1));
}

TEST(SensorDetector, LeakBesideTheUsesOfADayIsFound) {
    House house;
    house.usual_days(15);
    house.leak_gpm = 0.1;
    house.usual_day();
    EXPECT_TRUE(house.holding(Rule::ContinuousFlow));
}

TEST(SensorDetector, LeakIsNotLearned) {
    House house;
    house.usual_days(15);
    house.leak_gpm = 0.1;
    house.usual_days(2);
    house.leak_gpm = 0;
    house.usual_days(1);
    EXPECT_FALSE(house.anything_holds());
    house.rest(hours(13));
    const auto after = house.runs_until(Rule::ContinuousFlow, 0.1, hours(3));
    ASSERT_TRUE(after);
    EXPECT_LE(*after, minutes(50));
}

TEST(SensorDetector, WhatTheOwnerCallsNoLeakIsLearned) {
    House house;
    house.usual_days(15);
    house.rest(hours(13));
    ASSERT_TRUE(house.runs_until(Rule::ContinuousFlow, 0.1, hours(2)));
    house.run(0.1, minutes(40));
    house.detector.not_a_leak(*house.holding(Rule::ContinuousFlow));
    EXPECT_FALSE(house.holding(Rule::ContinuousFlow));
    house.run(0.1, minutes(20));
    EXPECT_FALSE(house.holding(Rule::ContinuousFlow)) << "half as much again";
    house.run(0.1, minutes(60));
    EXPECT_TRUE(house.holding(Rule::ContinuousFlow));
}

TEST(SensorDetector, BurstIsCriticalWithinMinutes) {
    House house;
    house.usual_days(15);
    house.rest(hours(13));
    const auto ten = house.runs_until(Rule::Burst, 10, minutes(30));
    ASSERT_TRUE(ten);
    EXPECT_LE(*ten, minutes(3));
    EXPECT_EQ(house.holding(Rule::Burst)->severity, Severity::Critical);
    house.rest(minutes(3));
    EXPECT_FALSE(house.holding(Rule::Burst));
    house.rest(hours(1));
    const auto five = house.runs_until(Rule::Burst, 5, minutes(30));
    ASSERT_TRUE(five);
    EXPECT_LE(*five, minutes(9));
}

TEST(SensorDetector, TheOwnersLimitsReplaceTheLearnedOnes) {
    House house;
    house.settings.continuous_after = base::Seconds{minutes(20)};
    house.settings.burst_after = base::Seconds{minutes(15)};
    house.usual_days(15);
    house.rest(hours(13));
    const auto after = house.runs_until(Rule::ContinuousFlow, 0.5, hours(2));
    ASSERT_TRUE(after);
    EXPECT_NEAR(static_cast<double>(*after), minutes(20), 60);
    EXPECT_EQ(house.holding(Rule::ContinuousFlow)->source, LimitSource::Owner);
}

TEST(SensorDetector, RuleThatIsOffSaysNothing) {
    House house;
    house.settings.off = {Rule::ContinuousFlow};
    house.usual_days(15);
    house.rest(hours(13));
    EXPECT_FALSE(house.runs_until(Rule::ContinuousFlow, 0.5, hours(3)));
}

class Flapper : public testing::TestWithParam<std::tuple<std::int64_t, base::VolumePerPeak>> {};

TEST_P(Flapper, IsNamedAsAToiletAndLetGo) {
    const auto [every, per_peak] = GetParam();
    House house(per_peak);
    house.usual_days(15);
    house.rest(hours(1));
    const std::int64_t start = house.since_start();
    // Scattered by some 15 %, as a tank does.
    for (int refill = 0; refill < 9; ++refill) {
        house.run(2.5, 10);
        house.rest(every + (refill % 3 - 1) * every / 7);
        (void)house.detector.take_uses(house.now());
        if (house.holding(Rule::RunningToilet)) break;
    }
    ASSERT_TRUE(house.holding(Rule::RunningToilet));
    EXPECT_LE(house.since_start() - start, 7 * every);
    house.rest(minutes(50));
    EXPECT_FALSE(house.holding(Rule::RunningToilet));
}

INSTANTIATE_TEST_SUITE_P(SensorDetector, Flapper,
                         testing::Combine(testing::Values(minutes(4), minutes(8), minutes(20)),
                                          testing::Values(kFineMeter, kCoarseMeter)));

TEST(SensorDetector, PeoplesSmallUsesAreNoToilet) {
    House house;
    house.usual_days(2);
    house.rest(hours(8));
    for (const std::int64_t pause : {300, 1'500, 180, 2'400, 600, 90, 3'000, 240}) {
        house.run(1.5, 15);
        house.rest(pause);
        EXPECT_FALSE(house.holding(Rule::RunningToilet));
    }
}

// Six alike small uses in a day, an hour apart, are people's.
TEST(SensorDetector, ASlowBeatTakesMoreRefills) {
    House house;
    house.usual_days(14);
    int told_after = 0;
    for (int refill = 1; refill <= 10 && told_after == 0; ++refill) {
        house.run(2.5, 10);
        house.rest(minutes(40));
        (void)house.detector.take_uses(house.now());
        if (house.holding(Rule::RunningToilet)) told_after = refill;
    }
    EXPECT_EQ(told_after, 8);
}

TEST(SensorDetector, AnyUseWhileAwayIsToldWithinTwoMinutes) {
    House house;
    house.usual_days(3);
    house.rest(hours(10));
    house.mode = Mode::Away;
    house.rest(hours(1));
    EXPECT_FALSE(house.anything_holds());
    const auto after = house.runs_until(Rule::AwayUse, 1.0, minutes(5));
    ASSERT_TRUE(after);
    EXPECT_LE(*after, 30);
    EXPECT_EQ(house.holding(Rule::AwayUse)->severity, Severity::Critical);
    house.mode = Mode::Home;
    EXPECT_FALSE(house.holding(Rule::AwayUse)) << "somebody is at home";
}

// A peak every twenty minutes: each a use of its own for who is gone for the day, a drip for who is gone for weeks.
TEST(SensorDetector, ADripIsToldOnVacationThatIsNotOnADayAway) {
    for (const auto& [mode, told] : {std::pair{Mode::Away, false}, std::pair{Mode::Vacation, true}}) {
        House house;
        house.usual_days(15);
        house.mode = mode;
        house.rest(hours(2));
        bool holds = false;
        for (int peak = 0; peak < 4; ++peak) {
            house.run(0.0087 * 12, 5);
            house.rest(minutes(20));
            holds = holds || house.holding(Rule::AwayUse).has_value();
        }
        EXPECT_EQ(holds, told) << static_cast<int>(mode);
    }
}

TEST(SensorDetector, TrickleWhileAwayIsToldWithinTwoMinutes) {
    House house;
    house.usual_days(3);
    house.mode = Mode::Vacation;
    house.rest(hours(1));
    const auto after = house.runs_until(Rule::AwayUse, 0.05, minutes(5));
    ASSERT_TRUE(after);
    EXPECT_LE(*after, 120);
}

TEST(SensorDetector, LostMessagesDoNotHideATrickle) {
    House house;
    house.usual_days(15);
    house.rest(hours(13));
    std::int64_t after = 0;
    while (!house.anything_holds() && after < hours(3)) {
        house.run(0.1, minutes(6));
        house.lose(0.1, 25);
        after += minutes(6) + 25;
    }
    EXPECT_LE(after, minutes(60));
}

// What a house uses beside its leak is far more than the leak: that one entry for a lost message holds only the leak's
// is no rest.
TEST(SensorDetector, LostMessagesDoNotEndALeakThatWasFound) {
    House house{kCoarseMeter};
    house.leak_gpm = 0.02;
    house.run(0, hours(3));
    ASSERT_TRUE(house.anything_holds());
    house.run(2.2, minutes(10));
    for (int i = 0; i < 12; ++i) {
        house.run(0, minutes(9));
        house.lose(0, 180);
        house.run(0, minutes(4));
        EXPECT_TRUE(house.anything_holds()) << i;
    }
}

TEST(SensorDetector, ALeakGoesOnThroughAGapInWhichItRan) {
    House house;
    house.usual_days(14);
    house.leak_gpm = 0.1;
    house.run(0, hours(2));
    house.run(2.2, minutes(8));
    ASSERT_TRUE(house.holding(Rule::ContinuousFlow));
    house.lose(0, minutes(50));
    house.run(0, 30);
    EXPECT_TRUE(house.holding(Rule::ContinuousFlow));
}

TEST(SensorDetector, LongGapIsNoEvidence) {
    House house;
    house.usual_days(15);
    house.rest(hours(8));
    house.lose(0.5, hours(6));
    house.run(2.6, 50);
    EXPECT_FALSE(house.anything_holds());
    house.rest(minutes(30));
    EXPECT_FALSE(house.anything_holds());
}

TEST(SensorDetector, LateAndRepeatedReadingsChangeNothing) {
    House house;
    house.usual_days(15);
    house.rest(hours(13));
    house.run(0.2, minutes(20));
    const auto before = house.findings();
    for (meter::Reading reading : std::vector(house.readings.end() - 40, house.readings.end())) {
        reading.kind = meter::ReadingKind::Repeat;
        house.detector.apply(reading, kFineMeter, house.context());
        reading.kind = meter::ReadingKind::Late;
        reading.time -= base::Seconds{hours(30)};
        house.detector.apply(reading, kFineMeter, house.context());
    }
    EXPECT_EQ(house.findings(), before);
}

TEST(SensorDetector, NoFreeHourInADayAndANightIsTold) {
    House house;
    house.usual_days(15);
    // Too uneven for a toilet, too slow for a run: half a litre, 20 to 50 minutes apart.
    std::optional<std::int64_t> told;
    const std::int64_t start = house.since_start();
    for (int use = 0; use < 80 && !told; ++use) {
        house.run(0.5, 15);
        house.rest(minutes(20 + use * 17 % 31));
        if (house.holding(Rule::SlowLeak)) told = house.since_start() - start;
    }
    ASSERT_TRUE(told);
    EXPECT_NEAR(static_cast<double>(*told), hours(24), hours(2));
}

TEST(SensorDetector, UseTwiceTheLargestIsTold) {
    House house;
    house.usual_days(15);
    house.rest(hours(13));
    house.run(4, minutes(38));
    const auto finding = house.holding(Rule::LongUse);
    ASSERT_TRUE(finding);
    EXPECT_EQ(finding->severity, Severity::Info);
    EXPECT_NEAR(base::to_gallons(finding->volume), 152, 3);
}

TEST(SensorDetector, MoreThanAMeterCanPassIsTold) {
    House house;
    house.rest(hours(13));
    house.run(130, minutes(3));
    EXPECT_TRUE(house.holding(Rule::ImpossibleFlow));
}

TEST(SensorDetector, UsesAreCutAndGivenOnce) {
    House house;
    house.rest(hours(7));
    house.run(2.0, minutes(8));
    EXPECT_TRUE(house.detector.open_use(house.now()));
    house.rest(minutes(5));
    house.run(2.6, 50);
    house.rest(minutes(5));
    const std::vector<Use> uses = house.detector.take_uses(house.now());
    ASSERT_EQ(uses.size(), 2u);
    EXPECT_NEAR(base::to_gallons(uses[0].volume), 16, 0.2);
    EXPECT_NEAR(static_cast<double>((uses[0].end - uses[0].start).count()), minutes(8) * 1e3, 10e3);
    EXPECT_NEAR(base::to_gallons_per_minute(uses[0].peak), 2.0, 0.1);
    EXPECT_EQ(uses[0].shape.size(), Use::kShapeParts);
    EXPECT_NEAR(base::to_gallons(uses[1].volume), 2.17, 0.1);
    EXPECT_TRUE(house.detector.take_uses(house.now()).empty());
    EXPECT_FALSE(house.detector.open_use(house.now()));
}

class TwoAtOnce : public testing::TestWithParam<base::VolumePerPeak> {};

TEST_P(TwoAtOnce, AreToldApartByTheStepsOfTheFlow) {
    House house{GetParam()};
    house.rest(hours(7));
    house.run(2.2, minutes(4));
    house.run(2.2 + 2.6, 50);
    house.run(2.2, minutes(4));
    house.rest(minutes(5));
    const auto uses = house.detector.take_uses(house.now());
    ASSERT_EQ(uses.size(), 2u);
    const Use& shower = uses.front();
    const Use& flush = uses.back();
    EXPECT_FALSE(shower.overlapped);
    EXPECT_TRUE(flush.overlapped);
    EXPECT_NEAR(base::to_gallons(shower.volume), 2.2 * 530 / 60, 0.4);
    EXPECT_NEAR(base::to_gallons(flush.volume), 2.6 * 50 / 60, 0.4);
    EXPECT_NEAR(static_cast<double>(base::unix_s(flush.start) - kMonday), hours(7) + minutes(4), 10);
    EXPECT_NEAR(static_cast<double>(base::unix_s(flush.end) - kMonday), hours(7) + minutes(4) + 50, 12);
    EXPECT_NEAR(base::to_gallons_per_minute(flush.base), 2.2, 0.3);
    EXPECT_LT(base::to_gallons_per_minute(shower.peak), 3.2);
}

INSTANTIATE_TEST_SUITE_P(SensorDetector, TwoAtOnce, testing::Values(kFineMeter, kCoarseMeter));

TEST(SensorDetector, ATapOpenedFurtherStaysOneUse) {
    House house;
    house.rest(hours(7));
    house.run(1, minutes(2));
    house.run(2, minutes(2));
    house.rest(minutes(5));
    EXPECT_EQ(house.detector.take_uses(house.now()).size(), 1u);
    house.run(1, minutes(1));
    house.run(4, minutes(1));
    house.run(2, minutes(1));
    house.rest(minutes(5));
    EXPECT_EQ(house.detector.take_uses(house.now()).size(), 1u) << "it fell by more than what the first had taken";
}

TEST(SensorDetector, AUseThatOutlastsTheFirstIsToldApart) {
    House house;
    house.rest(hours(7));
    house.run(2, minutes(1));
    house.run(6, minutes(1));
    house.run(4, minutes(1));
    house.rest(minutes(5));
    const std::vector<Use> uses = house.detector.take_uses(house.now());
    ASSERT_EQ(uses.size(), 2u);
    EXPECT_NEAR(base::to_gallons(uses[0].volume), 4, 0.5);
    EXPECT_NEAR(base::to_gallons(uses[1].volume), 8, 0.5);
    EXPECT_TRUE(uses[1].overlapped);
}

TEST(SensorDetector, UsesAreCountedBesideAStandingLeak) {
    House house;
    house.leak_gpm = 0.2;
    house.rest(hours(7));
    (void)house.detector.take_uses(house.now());
    EXPECT_GT(base::to_gallons_per_minute(house.detector.base_flow(house.now())), 0.1);
    house.run(2.0, minutes(8));
    house.rest(minutes(5));
    const std::vector<Use> uses = house.detector.take_uses(house.now());
    ASSERT_EQ(uses.size(), 1u);
    EXPECT_NEAR(base::to_gallons(uses[0].volume), 16, 1.2);
    EXPECT_GT(uses[0].base.microlitres_per_second, 0);
}

}  // namespace
}  // namespace millrace::detect
