#include "app/evaluation/home_run.h"

#include <gtest/gtest.h>

#include "app/evaluation/leak_plan.h"
#include "trace_folder.h"

namespace millrace::app {
namespace {

constexpr std::int64_t kHour = 3600;

MeterVariant clean_meter() {
    MeterVariant variant;
    variant.seed = 7;
    return variant;
}

TEST(WaterCursor, GivesEachSecondItsShareAndLosesNothing) {
    const WaterSpans spans = {{10, 13, 10}, {13, 14, 5}, {20, 22, 1}};
    WaterCursor cursor(&spans);
    EXPECT_EQ(cursor.next_from(0), 10);
    std::int64_t sum = 0;
    for (std::int64_t second = 1; second <= 13; ++second) sum += cursor.in_second(second);
    EXPECT_EQ(sum, 10);
    EXPECT_EQ(cursor.in_second(14), 5);
    EXPECT_EQ(cursor.in_second(15), 0);
    EXPECT_EQ(cursor.next_from(15), 20);
    EXPECT_EQ(cursor.in_second(21) + cursor.in_second(22), 1);
    EXPECT_GT(cursor.next_from(22), 1'000'000);
}

TEST(HomeRun, TurnsTheMeterByTheWholeVolumeOfTraceCalendarAndLeak) {
    const Home home = plain_home(3);
    const MeterVariant variant = clean_meter();
    const WaterSpans leak = {{kMonday + 5 * kHour + 3, kMonday + 6 * kHour, 987'654'321'000}};
    const WaterSpans calendar = {{kMonday + 30 * kHour, kMonday + 31 * kHour, 1'234'567'890'123}};
    HomeRun run(home, variant, &calendar);
    run.run_until(kMonday + 5 * kHour + 3);
    run.set_leak(&leak);
    run.run_until(home.end_s);
    EXPECT_EQ(run.pulses(), (sum_of(home.water) + sum_of(leak) + sum_of(calendar)) / variant.pulse_nanolitres);
}

TEST(HomeRun, ATraceInPulsesKeepsItsPulses) {
    const TraceFolder folder;
    folder.write_home("h", "pulse", "157.545", "UTC",
                      "unix_timestamp,cumulative_pulses\n1570216206,0\n1570216266,0\n1570216270,3\n1570216300,4\n");
    const Home home = read_homes(folder.path())->front();
    const MeterVariant variant = draw_variant(home, 0, true, 1);
    HomeRun run(home, variant, nullptr);
    run.run_until(home.end_s + 5);
    EXPECT_EQ(run.pulses(), 4);
}

TEST(HomeRun, ALeakSlowerThanTheStallRegistersOnlyWhileOtherWaterRuns) {
    const Home home = plain_home(2);
    MeterVariant variant = clean_meter();
    variant.stall_nanolitres_per_s = gpm_thousandths(30);
    const std::int64_t flow = gpm_thousandths(20);
    const WaterSpans leak = {{kMonday, kMonday + kHour, flow * kHour},
                             {kMonday + 6 * kHour, kMonday + 8 * kHour, flow * 2 * kHour}};
    HomeRun run(home, variant, nullptr);
    run.set_leak(&leak);
    run.run_until(home.end_s);
    // A minute of water at six and ten minutes at seven on the first day.
    const std::int64_t registered = sum_of(home.water) + flow * 660;
    EXPECT_EQ(run.pulses(), registered / variant.pulse_nanolitres);
}

TEST(HomeRun, StoppingOnTheWayChangesNothing) {
    const Home home = plain_home(20);
    const MeterVariant variant = draw_variant(home, 0, false, 3);
    const WaterSpans leak = {
        {kMonday + 15 * kSecondsPerDay, kMonday + 15 * kSecondsPerDay + kHour, gpm_thousandths(5'000) * kHour}};
    HomeRun one(home, variant, nullptr);
    HomeRun two(home, variant, nullptr);
    one.set_leak(&leak);
    one.run_until(home.end_s);
    for (std::int64_t at = kMonday; at < leak.front().from_s; at += 1'237) two.run_until(at);
    two.run_until(leak.front().from_s);
    two.set_leak(&leak);
    for (std::int64_t at = leak.front().from_s; at < home.end_s; at += 977) two.run_until(at);
    two.run_until(home.end_s);
    EXPECT_EQ(one.pulses(), two.pulses());
    EXPECT_EQ(one.messages(), two.messages());
    EXPECT_EQ(one.events(), two.events());
    EXPECT_FALSE(one.events().empty()) << "5 gallons a minute for an hour went unnoticed";
}

TEST(HomeRun, WaterThatRunsForDaysIsRaisedAndClearsWhenItRests) {
    const Home home = plain_home(20);
    const MeterVariant variant = clean_meter();
    const std::int64_t begin = kMonday + 15 * kSecondsPerDay;
    WaterSpans leak;
    for (int hour = 0; hour < 30; ++hour) {
        leak.push_back({begin + hour * kHour, begin + (hour + 1) * kHour, gpm_thousandths(500) * kHour});
    }
    HomeRun run(home, variant, nullptr);
    run.run_until(begin);
    EXPECT_TRUE(run.events().empty()) << detect::name(run.events().front().incident.finding.rule);
    run.set_leak(&leak);
    run.run_until(begin + 30 * kHour);
    ASSERT_FALSE(run.events().empty());
    EXPECT_EQ(run.events().front().change, detect::Change::Raised);
    EXPECT_LE(run.events().front().at, base::from_unix_s(begin + 2 * kHour + 300));
    const std::uint32_t rules = run.take_rules();
    EXPECT_NE(rules >> static_cast<std::uint32_t>(detect::Rule::ContinuousFlow) & 1, 0U);
    run.run_until(home.end_s);
    EXPECT_EQ(run.events().back().change, detect::Change::Cleared);
}

TEST(HomeRun, LosesMessagesInGapsAndOneInAHundredOthers) {
    const Home home = plain_home(28);
    MeterVariant variant = clean_meter();
    HomeRun whole(home, variant, nullptr);
    whole.run_until(home.end_s);
    variant.lost_percent = 1;
    HomeRun lossy(home, variant, nullptr);
    lossy.run_until(home.end_s);
    EXPECT_LT(lossy.messages(), whole.messages());
    EXPECT_GT(lossy.messages(), whole.messages() * 97 / 100);
    variant.lost_percent = 0;
    variant.gaps = {{home.start_s, home.start_s + 14 * kSecondsPerDay}};
    HomeRun half(home, variant, nullptr);
    half.run_until(home.end_s);
    EXPECT_NEAR(static_cast<double>(half.messages()), static_cast<double>(whole.messages()) / 2, 2);
    EXPECT_EQ(half.pulses(), whole.pulses());
}

}  // namespace
}  // namespace millrace::app
