#include "app/evaluation/leak_score.h"

#include <gtest/gtest.h>

namespace millrace::app {
namespace {

using detect::AlarmEvent;
using detect::Change;
using detect::Rule;

constexpr std::int64_t kBegin = 1'000'000;
constexpr std::int64_t kEnd = kBegin + kLeakSeconds;

Leak steady_leak() {
    static const LeakKind kind{"steady", LeakShape::Steady, 1'000, {Rule::ContinuousFlow, Rule::SlowLeak}, 90};
    Leak leak{&kind, kBegin, kBegin, kEnd, {}};
    for (std::int64_t at = kBegin; at < kEnd; at += 3600)
        leak.water.push_back({at, at + 3600, gpm_thousandths(1'000) * 3600});
    return leak;
}

LeakRun run_of(std::initializer_list<LeakEvent> events) {
    LeakRun run;
    for (const LeakEvent& event : events) run.events[run.count++] = event;
    return run;
}

AlarmEvent event_at(std::int64_t at_s, Change change, std::int64_t incident, Rule rule = Rule::ContinuousFlow) {
    AlarmEvent event;
    event.at = base::from_unix_s(at_s);
    event.change = change;
    event.incident.id = incident;
    event.incident.finding.rule = rule;
    return event;
}

TEST(LeakScore, CountsTheFirstNoticeWhileTheLeakRuns) {
    const LeakScore got = score(steady_leak(),
                                run_of({{kBegin - 5, 1, Change::Raised, Rule::LongUse},
                                        {kBegin + 1'800, 2, Change::Raised, Rule::LongUse},
                                        {kBegin + 3'600, 2, Change::Escalated, Rule::ContinuousFlow},
                                        {kEnd + 600, 2, Change::Cleared, Rule::ContinuousFlow}}),
                                {});
    EXPECT_EQ(got.found_after_s, 1'800);
    EXPECT_EQ(got.found_as, Rule::LongUse);
    EXPECT_TRUE(got.named);
    EXPECT_EQ(got.notices, 2);
    EXPECT_EQ(got.notices_before, 1);
    EXPECT_NEAR(got.gallons, 30, 0.001);
    EXPECT_EQ(got.clear_after_s, 600);
}

TEST(LeakScore, AnAlarmThatComesWithoutTheLeakTooIsNotTheLeaks) {
    const LeakRun run = run_of({{kBegin + 1'800, 1, Change::Raised, Rule::Burst}});
    const auto near = {event_at(kBegin + 1'800 + kMergedWithin, Change::Raised, 9)};
    const auto far = {event_at(kBegin + 1'801 + kMergedWithin, Change::Raised, 9)};
    const auto cleared = {event_at(kBegin + 1'800, Change::Cleared, 9)};
    EXPECT_FALSE(score(steady_leak(), run, near).found_after_s);
    EXPECT_TRUE(score(steady_leak(), run, far).found_after_s);
    EXPECT_TRUE(score(steady_leak(), run, cleared).found_after_s);
}

TEST(LeakScore, AnAlarmAfterTheEndDoesNotFindIt) {
    const LeakScore got = score(steady_leak(), run_of({{kEnd + 1, 1, Change::Raised, Rule::ContinuousFlow}}), {});
    EXPECT_FALSE(got.found_after_s);
    EXPECT_FALSE(got.named);
    EXPECT_NEAR(got.gallons, 2'880, 0.01);
    EXPECT_EQ(got.notices, 0);
}

TEST(LeakScore, AnotherNameIsNotTheRightOneUnlessTheIncidentCameToBearIt) {
    LeakRun run = run_of({{kBegin + 1'800, 1, Change::Raised, Rule::RunningToilet}});
    EXPECT_FALSE(score(steady_leak(), run, {}).named);
    run.rules = std::uint32_t{1} << static_cast<std::uint32_t>(Rule::SlowLeak);
    EXPECT_TRUE(score(steady_leak(), run, {}).named);
}

TEST(LeakScore, ClearsWhenNothingIsOpenAnyMore) {
    const LeakEvent raised{kBegin + 60, 1, Change::Raised, Rule::ContinuousFlow};
    const auto clear_of = [&](std::initializer_list<LeakEvent> events) {
        return score(steady_leak(), run_of(events), {}).clear_after_s;
    };
    EXPECT_EQ(clear_of({raised}), kClearingWatched);
    EXPECT_EQ(clear_of({raised, {kEnd - 60, 1, Change::Cleared, Rule::ContinuousFlow}}), std::nullopt);
    EXPECT_EQ(clear_of({raised,
                        {kEnd + 60, 1, Change::Cleared, Rule::ContinuousFlow},
                        {kEnd + 90, 1, Change::Reopened, Rule::ContinuousFlow},
                        {kEnd + 500, 1, Change::Cleared, Rule::ContinuousFlow}}),
              500);
    EXPECT_EQ(clear_of({raised,
                        {kEnd + 60, 1, Change::Cleared, Rule::ContinuousFlow},
                        {kEnd + 90, 1, Change::Reopened, Rule::ContinuousFlow}}),
              kClearingWatched);
}

TEST(FalseAlarms, AreMergedWithinAnHourAndByIncident) {
    const std::int64_t day = kSecondsPerDay;
    const auto alarms = false_alarms(
        {event_at(0, Change::Raised, 1, Rule::LongUse), event_at(kMergedWithin, Change::Raised, 2, Rule::Burst),
         event_at(kMergedWithin + 5, Change::Cleared, 2), event_at(day, Change::Escalated, 2, Rule::ContinuousFlow),
         event_at(2 * day, Change::Raised, 3), event_at(3 * day, Change::Acknowledged, 3),
         event_at(3 * day, Change::Raised, 4)});
    ASSERT_EQ(alarms.size(), 3U);
    EXPECT_EQ(alarms[0].at_s, 0);
    EXPECT_EQ(alarms[0].finding.rule, Rule::LongUse);
    EXPECT_EQ(alarms[0].rules, (std::vector<Rule>{Rule::LongUse, Rule::Burst, Rule::ContinuousFlow}));
    EXPECT_EQ(alarms[1].at_s, 2 * day);
    EXPECT_EQ(alarms[2].at_s, 3 * day);
}

TEST(UpperBound, IsTheOneSidedPoissonBound) {
    EXPECT_NEAR(upper_bound_95(0), 2.996, 0.001);
    EXPECT_NEAR(upper_bound_95(1), 4.744, 0.001);
    EXPECT_NEAR(upper_bound_95(10), 16.962, 0.001);
    EXPECT_NEAR(upper_bound_95(500), 538.4, 0.5);
    EXPECT_NEAR(upper_bound_95(501), upper_bound_95(500) + 1, 1.5);
}

TEST(KindFigures, GiveSharesOfTheInjectedAndTimesOfTheFound) {
    KindFigures figures;
    EXPECT_EQ(figures.found(), 0);
    EXPECT_FALSE(figures.minutes_to_find(0.5));
    EXPECT_FALSE(figures.named());
    const Leak leak = steady_leak();
    for (const int minutes : {30, 60, 90, 600}) {
        LeakScore found;
        found.found_after_s = minutes * 60;
        found.named = minutes < 600;
        found.gallons = minutes;
        found.notices = 2;
        if (minutes == 30) found.clear_after_s = 300;
        figures.add(leak, found);
    }
    figures.add(leak, LeakScore{});
    EXPECT_EQ(figures.injected(), 5);
    EXPECT_EQ(figures.target_min(), 90);
    EXPECT_DOUBLE_EQ(figures.found(), 0.8);
    EXPECT_DOUBLE_EQ(figures.found_within(3'600), 0.4);
    EXPECT_DOUBLE_EQ(figures.found_within(5'400), 0.6);
    EXPECT_DOUBLE_EQ(*figures.named(), 0.75);
    EXPECT_DOUBLE_EQ(*figures.minutes_to_find(0.5), 75);
    EXPECT_DOUBLE_EQ(*figures.minutes_to_find(0.9), 90 * 0.3 + 600 * 0.7);
    EXPECT_DOUBLE_EQ(*figures.minutes_to_clear(0.9), 5);
    EXPECT_DOUBLE_EQ(*figures.gallons_lost_median(), 75);
    EXPECT_DOUBLE_EQ(figures.notices_per_leak(), 1.6);
}

TEST(KindFigures, CountTheRunsOfASprinklerZone) {
    const LeakKind kind{"sprinkler_zone", LeakShape::SprinklerZone, 0, {Rule::SprinklerZone}};
    const Leak leak{&kind, kBegin, kBegin, kEnd, {{kBegin, kBegin + 100, 1}, {kBegin + 80'000, kBegin + 80'100, 1}}};
    const auto found_at = [&](std::int64_t after) {
        return score(leak, run_of({{kBegin + after, 1, Change::Raised, Rule::SprinklerZone}}), {});
    };
    KindFigures figures;
    figures.add(leak, found_at(90));
    figures.add(leak, found_at(80'050));
    EXPECT_DOUBLE_EQ(figures.found_by_run(1), 0.5);
    EXPECT_DOUBLE_EQ(figures.found_by_run(2), 1);
}

}  // namespace
}  // namespace millrace::app
