#include "app/evaluation/leak_plan.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "trace_folder.h"

namespace millrace::app {
namespace {

const LeakKind& kind_named(const std::string& name) {
    for (const LeakKind& kind : leak_kinds()) {
        if (kind.name == name) return kind;
    }
    ADD_FAILURE() << name;
    return leak_kinds().front();
}

std::vector<Leak> plan(const Home& home, const std::string& kind, int count, std::uint64_t seed = 1) {
    const SprinklerCalendar calendar = draw_calendar(home, 0, seed);
    return plan_leaks(home, draw_variant(home, 0, false, seed), &calendar, kind_named(kind), count, seed);
}

TEST(LeakPlan, IsTheSameForTheSameSeedAndAnotherForAnother) {
    const Home home = plain_home(28);
    for (const LeakKind& kind : leak_kinds()) {
        const auto one = plan(home, kind.name, 3);
        const auto two = plan(home, kind.name, 3);
        ASSERT_EQ(one.size(), two.size());
        for (std::size_t i = 0; i < one.size(); ++i) {
            EXPECT_EQ(one[i].begins_s, two[i].begins_s);
            EXPECT_EQ(one[i].water, two[i].water);
        }
        const auto other = plan(home, kind.name, 3, 2);
        if (!one.empty() && !other.empty()) {
            EXPECT_NE(one.front().begins_s, other.front().begins_s) << kind.name;
        }
    }
}

TEST(LeakPlan, DrawsArePinnedSoThatFiguresCanBeComparedBetweenMachines) {
    const Home home = plain_home(28);
    EXPECT_EQ(plan(home, "steady_0.1_gpm", 1).front().begins_s, 1'710'917'916);
    EXPECT_EQ(sum_of(plan(home, "flapper_0.02_gpm", 1).front().water), 217'621'506'382);
    const MeterVariant variant = draw_variant(home, 0, false, 1);
    EXPECT_EQ(variant.gaps.front().first, 1'709'522'585);
}

TEST(LeakPlan, LeavesAFortnightBeforeEachLeakAndTwoDaysAfterItsBegin) {
    const Home home = plain_home(28);
    for (const LeakKind& kind : leak_kinds()) {
        for (const Leak& leak : plan(home, kind.name, 8)) {
            EXPECT_GE(leak.begins_s, home.start_s + kLearningSeconds) << kind.name;
            EXPECT_LE(leak.branches_s, leak.begins_s) << kind.name;
            if (kind.shape != LeakShape::Away && kind.shape != LeakShape::SprinklerZone) {
                EXPECT_LE(leak.ends_s, home.end_s) << kind.name;
                EXPECT_EQ(leak.ends_s - leak.begins_s, kLeakSeconds) << kind.name;
            }
            ASSERT_FALSE(leak.water.empty()) << kind.name;
            EXPECT_GE(leak.water.front().from_s, leak.begins_s) << kind.name;
            EXPECT_LE(leak.water.back().to_s, leak.ends_s) << kind.name;
            for (std::size_t i = 1; i < leak.water.size(); ++i) {
                EXPECT_LE(leak.water[i - 1].to_s, leak.water[i].from_s) << kind.name;
            }
        }
    }
}

TEST(LeakPlan, ASteadyLeakIsItsFlowTimesItsTime) {
    const Home home = plain_home(28);
    const Leak leak = plan(home, "steady_10_gpm", 1).front();
    EXPECT_EQ(leak.nanolitres_until(leak.ends_s), gpm_thousandths(10'000) * kLeakSeconds);
    EXPECT_EQ(leak.nanolitres_until(leak.begins_s + 5'000), gpm_thousandths(10'000) * 5'000);
    EXPECT_EQ(leak.nanolitres_until(leak.begins_s), 0);
    EXPECT_NEAR(static_cast<double>(gpm_thousandths(1'000)) * 60, static_cast<double>(kNanolitresPerGallon), 60);
}

TEST(LeakPlan, ARisingLeakReachesItsFlowAfterADay) {
    const Home home = plain_home(28);
    const Leak leak = plan(home, "rising_0.25_gpm", 1).front();
    const double day = static_cast<double>(gpm_thousandths(250)) * kSecondsPerDay;
    EXPECT_NEAR(static_cast<double>(leak.nanolitres_until(leak.begins_s + kSecondsPerDay)), day / 2, day / 1000);
    EXPECT_NEAR(static_cast<double>(leak.nanolitres_until(leak.begins_s + kSecondsPerDay / 2)), day / 8, day / 1000);
    EXPECT_NEAR(static_cast<double>(leak.nanolitres_until(leak.ends_s)), day * 1.5, day / 1000);
}

TEST(LeakPlan, AFlapperRefillsAboutFourTenthsOfAGallonAtItsMeanFlow) {
    const Home home = plain_home(28);
    for (const Leak& leak : plan(home, "flapper_0.02_gpm", 3)) {
        const double whole = static_cast<double>(gpm_thousandths(20)) * kLeakSeconds;
        EXPECT_NEAR(static_cast<double>(sum_of(leak.water)), whole, whole * 0.08);
        for (const WaterSpan& span : leak.water) {
            EXPECT_NEAR(static_cast<double>(span.nanolitres) / kNanolitresPerGallon, 0.4, 0.2);
            EXPECT_GE(span.to_s - span.from_s, 5);
        }
    }
}

TEST(LeakPlan, AHoseIsLeftRunningByLocalDay) {
    const Home home = plain_home(28, "Australia/Sydney");
    for (const Leak& leak : plan(home, "hose_left_running", 12)) {
        const int hour = std::stoi(home.clock.text(leak.begins_s).substr(11, 2));
        EXPECT_GE(hour, 9);
        EXPECT_LT(hour, 20);
    }
}

TEST(LeakPlan, ABrokenZoneTakesTwoFifthsMoreAtEachRun) {
    const Home home = plain_home(60);
    const SprinklerCalendar calendar = draw_calendar(home, 0, 1);
    for (const Leak& leak : plan(home, "sprinkler_zone", 4)) {
        EXPECT_GE(leak.begins_s, calendar.begins_s + 9 * kSecondsPerDay);
        for (const WaterSpan& span : leak.water) {
            const auto run = std::find_if(calendar.runs.begin(), calendar.runs.end(),
                                          [&](const auto& other) { return other.from_s == span.from_s; });
            ASSERT_NE(run, calendar.runs.end());
            EXPECT_EQ(span.to_s, run->to_s);
            EXPECT_EQ(span.nanolitres, run->nanolitres * 4 / 10);
        }
    }
}

TEST(LeakPlan, NoSprinklerZoneBreaksWithoutSprinklersAndNobodyIsAwayFromABusyHome) {
    const Home home = plain_home(28);
    const MeterVariant variant = draw_variant(home, 0, false, 1);
    EXPECT_TRUE(plan_leaks(home, variant, nullptr, kind_named("sprinkler_zone"), 3, 1).empty());
    EXPECT_TRUE(plan(home, "away", 3).empty());
}

TEST(LeakPlan, AUseWhileAwayFallsOnADayWithoutUse) {
    Home home = plain_home(28);
    const std::int64_t from = kMonday + 18 * kSecondsPerDay;
    std::erase_if(home.water, [&](const WaterSpan& span) {
        return span.from_s >= from && span.from_s < from + 2 * kSecondsPerDay;
    });
    const auto leaks = plan(home, "away", 5);
    ASSERT_EQ(leaks.size(), 5U);
    for (const Leak& leak : leaks) {
        EXPECT_GE(leak.branches_s, from - 2 * 3600);
        EXPECT_LT(leak.ends_s, from + 2 * kSecondsPerDay + 6 * 3600);
        EXPECT_LT(leak.branches_s, leak.begins_s);
    }
}

TEST(LeakPlan, NoLeakRunsThroughAGapOfTheTrace) {
    Home home = plain_home(40);
    for (int day = 15; day < 30; ++day) {
        const std::int64_t at = kMonday + day * kSecondsPerDay;
        home.gaps.emplace_back(at, at + 3600);
    }
    for (const Leak& leak : plan(home, "steady_1_gpm", 6))
        EXPECT_FALSE(home.has_gap_between(leak.begins_s, leak.ends_s));
}

TEST(LeakPlan, AShortHomeHasLeaksFromItsFirstHalfDayOn) {
    const Home home = plain_home(3);
    EXPECT_TRUE(is_short(home));
    const auto leaks = plan(home, "steady_1_gpm", 3);
    ASSERT_EQ(leaks.size(), 3U);
    for (const Leak& leak : leaks) {
        EXPECT_GE(leak.begins_s, home.start_s + kSecondsPerDay / 2);
        EXPECT_LE(leak.begins_s, home.start_s + kSecondsPerDay);
    }
}

TEST(MeterVariant, TheSecondMeterHasTheOtherVolumeAPulseAndPulseTracesKeepTheirs) {
    Home home = plain_home(3);
    EXPECT_NE(draw_variant(home, 0, false, 1).coarse(), draw_variant(home, 1, false, 1).coarse());
    home.nanolitres_per_pulse = 50'000'000;
    for (const int number : {0, 1}) EXPECT_EQ(draw_variant(home, number, false, 1).pulse_nanolitres, 50'000'000);
}

TEST(MeterVariant, HasAGapEachDayALongOneAFortnightAndARestartAMonth) {
    const Home home = plain_home(61);
    const MeterVariant variant = draw_variant(home, 0, false, 1);
    const auto is_long = [](const auto& gap) { return gap.second - gap.first == 8 * 3600; };
    EXPECT_EQ(std::count_if(variant.gaps.begin(), variant.gaps.end(), is_long), 5);
    EXPECT_EQ(variant.gaps.size(), 66U);
    for (const auto& gap : variant.gaps) {
        EXPECT_TRUE(is_long(gap) || (gap.second - gap.first >= 600 && gap.second - gap.first <= 3600));
    }
    EXPECT_GE(variant.restarts.size(), 2U);
    EXPECT_LE(variant.restarts.size(), 3U);
    EXPECT_EQ(variant.lost_percent, 1);
    const MeterVariant clean = draw_variant(home, 0, true, 1);
    EXPECT_TRUE(clean.gaps.empty() && clean.restarts.empty());
    EXPECT_EQ(clean.stall_nanolitres_per_s + clean.lost_percent, 0);
}

TEST(SprinklerCalendar, RunsByTheLocalClockEveryNightAndEverySecondMorning) {
    const Home home = plain_home(40, "America/Denver");  // the clocks go forward on the seventh day
    const SprinklerCalendar calendar = draw_calendar(home, 0, 1);
    const SprinklerCalendar other = draw_calendar(home, 1, 1);
    EXPECT_NE(calendar.begins_s, other.begins_s);  // for one half of the runs a season begins
    EXPECT_EQ(std::max(calendar.begins_s, other.begins_s) - std::min(calendar.begins_s, other.begins_s),
              14 * kSecondsPerDay - 3600);
    const SprinklerCalendar& early = calendar.begins_s < other.begins_s ? calendar : other;
    std::string drip_time;
    std::int64_t zones = 0;
    std::int64_t last_morning = 0;
    for (const auto& run : early.runs) {
        const std::string time = home.clock.text(run.from_s).substr(11);
        if (run.zone == 0) {
            EXPECT_EQ(run.to_s - run.from_s, 3'570);
            const double gpm = static_cast<double>(run.nanolitres) / kNanolitresPerGallon / 59.5;
            EXPECT_NEAR(gpm, 1.2, 0.037);
            if (drip_time.empty()) drip_time = time;
            EXPECT_EQ(time, drip_time);
        } else {
            zones += run.nanolitres;
            if (run.zone > 1) continue;
            const std::int64_t morning = home.clock.day_start(run.from_s);
            if (last_morning != 0) {
                EXPECT_NEAR(static_cast<double>(morning - last_morning), 2.0 * kSecondsPerDay, 3'601);
            }
            last_morning = morning;
        }
    }
    EXPECT_GE(drip_time, "03:45");
    EXPECT_LE(drip_time, "06:45");
    EXPECT_GT(zones, 0);
    const WaterSpans water = early.water();
    for (std::size_t i = 1; i < water.size(); ++i) EXPECT_LE(water[i - 1].to_s, water[i].from_s);
}

}  // namespace
}  // namespace millrace::app
