#include "detect/limit_overview.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "house.h"

namespace millrace::detect {
namespace {

using base::Milliseconds;

constexpr std::size_t kTrickle = 4;  // 0.04 gallons a minute
constexpr std::size_t kShower = 9;   // 1.2
constexpr std::size_t kBurst = kBurstLevel;

Milliseconds of(std::int64_t seconds) {
    return Milliseconds{seconds * 1'000};
}

const PartLimit& at(const LimitOverview& overview, std::size_t level, PartOfDay part) {
    return overview.at[level][static_cast<std::size_t>(part)];
}

LimitOverview overview_of(const House& house) {
    return house.detector.limits(house.now(), house.context());
}

TEST(LimitOverview, UnknownHouseHasTheFallBacksAndNoDays) {
    const LimitOverview overview = overview_of(House());
    EXPECT_TRUE(overview.days.empty());
    EXPECT_EQ(at(overview, kTrickle, PartOfDay::Day).limit, (RunLimit{of(7'200), LimitSource::Fallback, of(0)}));
    EXPECT_EQ(at(overview, kShower, PartOfDay::Day).limit, (RunLimit{of(5'400), LimitSource::Fallback, of(0)}));
    EXPECT_TRUE(at(overview, kTrickle, PartOfDay::Day).longest.empty());
    EXPECT_FALSE(at(overview, kTrickle, PartOfDay::Day).running);
}

TEST(LimitOverview, TheLongestRunsOfEachDayExplainTheLimit) {
    House house;
    house.usual_days(15);
    // The lawn, with the hose, in the evening.
    house.rest_until(days(15) + hours(20));
    house.run(2.0, minutes(35));
    house.rest_until(days(16));
    house.usual_days(2);
    const LimitOverview overview = overview_of(house);
    const std::int64_t monday = kMonday / 86'400;
    ASSERT_EQ(overview.days.size(), 18u);
    EXPECT_EQ(overview.days.front(), monday);
    EXPECT_EQ(overview.days.back(), monday + 17);
    const PartLimit& shower = at(overview, kShower, PartOfDay::Day);
    ASSERT_EQ(shower.longest.size(), 18u);
    EXPECT_NEAR(static_cast<double>(shower.longest[15].count()), minutes(35) * 1e3, 60e3)
        << "it ended with the first water of the next day, and is of the day it ran";
    EXPECT_LT(shower.longest[16], of(minutes(10)));
    EXPECT_EQ(shower.limit.usual, *std::max_element(shower.longest.begin(), shower.longest.end()));
    EXPECT_EQ(shower.limit.length.count(), shower.limit.usual.count() * 3 / 2);
    EXPECT_EQ(shower.limit.source, LimitSource::Learned);
    const PartLimit& morning = at(overview, kShower, PartOfDay::Morning);
    EXPECT_NEAR(static_cast<double>(morning.longest[3].count()), minutes(8) * 1e3, 30e3) << "the shower";
    EXPECT_EQ(morning.limit.source, LimitSource::Floor);
}

TEST(LimitOverview, WhatIsShownIsWhatTheRulesJudgeBy) {
    House house;
    house.usual_days(16);
    house.rest(hours(10));
    const LimitOverview before = overview_of(house);
    house.run(1.3, minutes(30));
    const LimitOverview overview = overview_of(house);
    const auto& running = at(overview, kShower, PartOfDay::Day).running;
    ASSERT_TRUE(running);
    EXPECT_NEAR(static_cast<double>(running->length.count()), minutes(30) * 1e3, 10e3);
    EXPECT_EQ(running->limit, at(before, kShower, PartOfDay::Day).limit);
    EXPECT_FALSE(at(overview, kShower, PartOfDay::Morning).running);
    EXPECT_FALSE(at(overview, kBurst, PartOfDay::Day).running);
    const auto after = house.runs_until(Rule::ContinuousFlow, 1.3, hours(3));
    ASSERT_TRUE(after);
    const auto finding = house.holding(Rule::ContinuousFlow);
    Milliseconds least = of(hours(24));
    for (std::size_t level = 0; level <= kShower; ++level) {
        least = std::min(least, at(before, level, PartOfDay::Day).limit.length);
    }
    EXPECT_NEAR(static_cast<double>(finding->observed), static_cast<double>(least.count()), 30e3);
}

TEST(LimitOverview, MoreIsAllowedToWhatMayBeSprinklers) {
    House house;
    house.usual_days(16);
    const LimitOverview overview = overview_of(house);
    const PartLimit& night = at(overview, kTrickle, PartOfDay::Night);
    EXPECT_EQ(night.limit, (RunLimit{of(minutes(30)), LimitSource::Floor, of(0)}));
    ASSERT_EQ(night.sprinklers.size(), 2u);
    EXPECT_EQ(night.sprinklers[0].mean_at_least, (base::FlowRate{kDripZoneTakes}));
    EXPECT_EQ(night.sprinklers[0].limit.length, of(minutes(85)));
    EXPECT_EQ(night.sprinklers[1].mean_at_least, (base::FlowRate{kSprinklersTake}));
    EXPECT_EQ(night.sprinklers[1].limit.length, of(minutes(240)));
    EXPECT_EQ(at(overview, kShower, PartOfDay::Night).sprinklers.size(), 1u) << "it takes what a drip zone does";
    EXPECT_TRUE(at(overview, kTrickle, PartOfDay::Day).sprinklers.empty());
}

TEST(LimitOverview, TheOwnersLimitGoesBeforeWhatIsLearned) {
    House house;
    house.usual_days(16);
    house.settings.continuous_after = base::Seconds{minutes(25)};
    house.settings.burst_after = base::Seconds{90};
    const LimitOverview overview = overview_of(house);
    EXPECT_EQ(at(overview, kTrickle, PartOfDay::Night).limit.source, LimitSource::Owner);
    EXPECT_EQ(at(overview, kShower, PartOfDay::Day).limit.length, of(minutes(25)));
    EXPECT_EQ(at(overview, kBurst, PartOfDay::Day).limit.length, of(90));
    EXPECT_TRUE(at(overview, kTrickle, PartOfDay::Night).sprinklers.empty());
}

TEST(LimitOverview, DaysAreForgottenWithWhatWasLearned) {
    House house;
    house.usual_days(35);
    EXPECT_EQ(overview_of(house).days.size(), 28u);
    house.detector.forget();
    EXPECT_TRUE(overview_of(house).days.empty());
    EXPECT_EQ(at(overview_of(house), kTrickle, PartOfDay::Day).limit.source, LimitSource::Fallback);
}

}  // namespace
}  // namespace millrace::detect
