#include "app/evaluation/home_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trace_folder.h"

namespace millrace::app {
namespace {

using testing::HasSubstr;

constexpr char kHeader[] = "unix_timestamp,cumulative_ml\n";

std::string error_of(const TraceFolder& folder) {
    const auto homes = read_homes(folder.path());
    return homes ? "no error" : homes.error().message;
}

std::string error_of_trace(const std::string& trace) {
    const TraceFolder folder;
    folder.write_home("h", "ml", "1", "UTC", trace);
    return error_of(folder);
}

TEST(HomeTrace, SpreadsARiseOverTheSampleBeforeIt) {
    const TraceFolder folder;
    folder.write_home("h", "ml", "1", "UTC", std::string(kHeader) + "1000,0\n1600,0\n1604,40\n2000,140\n2000,140\n");
    const auto homes = read_homes(folder.path());
    ASSERT_TRUE(homes) << homes.error().message;
    const Home& home = homes->front();
    EXPECT_EQ(home.start_s, 1000);
    EXPECT_EQ(home.end_s, 2000);
    // The second step is longer than a sample of 10 s: the total held still until then.
    EXPECT_EQ(home.water, (WaterSpans{{1600, 1604, 40'000'000}, {1990, 2000, 100'000'000}}));
    EXPECT_FALSE(home.nanolitres_per_pulse);
    EXPECT_EQ(home.name, "h");
    EXPECT_EQ(home.kind, "made-up");
}

TEST(HomeTrace, TakesPulsesAtTheVolumeThatHomesFileGives) {
    for (const char* unit : {"pulses", "peaks"}) {
        const TraceFolder folder;
        folder.write_home("h", "pulse", "157.545", "UTC",
                          std::string("unix_timestamp,cumulative_") + unit + "\r\n0,5\r\n4,7\r\n");
        const auto homes = read_homes(folder.path());
        ASSERT_TRUE(homes) << homes.error().message;
        EXPECT_EQ(homes->front().nanolitres_per_pulse, 157'545'000);
        EXPECT_EQ(homes->front().water, (WaterSpans{{0, 4, 315'090'000}}));
    }
}

TEST(HomeTrace, CountsOnlyTimeThatTheTraceCovers) {
    const TraceFolder folder;
    folder.write_home("h", "l", "1000", "UTC", "unix_timestamp,cumulative_l\n0,0\n600,0\n5600,0\n6000,0.5\n");
    const auto homes = read_homes(folder.path());
    ASSERT_TRUE(homes) << homes.error().message;
    const Home& home = homes->front();
    EXPECT_EQ(home.covered_s(), 1000);
    EXPECT_TRUE(home.has_gap_between(5000, 7000));
    EXPECT_FALSE(home.has_gap_between(0, 600));
    EXPECT_FALSE(home.has_gap_between(5600, 7000));
    EXPECT_EQ(sum_of(home.water), 500'000'000);
}

TEST(HomeTrace, NamesFileAndLineOfABadRow) {
    const std::string good = std::string(kHeader) + "1000,0\n";
    EXPECT_THAT(error_of_trace(good + "1010;5\n"), HasSubstr("trace_h.csv:3: a row is a time, a comma and a total"));
    EXPECT_THAT(error_of_trace(good + "soon,5\n"), HasSubstr("trace_h.csv:3: the time is not"));
    EXPECT_THAT(error_of_trace(good + "1010,-5\n"), HasSubstr("trace_h.csv:3: the total is not"));
    EXPECT_THAT(error_of_trace(good + "1010,nan\n"), HasSubstr("trace_h.csv:3: the total is not"));
    EXPECT_THAT(error_of_trace(good + "1010,1e300\n"), HasSubstr("trace_h.csv:3: the total is not"));
    EXPECT_THAT(error_of_trace(good + "\n999,5\n"), HasSubstr("trace_h.csv:4: the time goes back"));
    EXPECT_THAT(error_of_trace(good + "1010,5\n1020,4\n"), HasSubstr("trace_h.csv:4: the total goes back"));
    EXPECT_THAT(error_of_trace(good + "1000,5\n"), HasSubstr("trace_h.csv:3: two totals at one time"));
    EXPECT_THAT(error_of_trace("time,litres\n"), HasSubstr("trace_h.csv:1: a trace begins with"));
    EXPECT_THAT(error_of_trace(good), HasSubstr("trace_h.csv has fewer than two rows"));
}

TEST(HomeTrace, NamesFileAndLineOfABadHome) {
    const TraceFolder folder;
    const std::string trace = std::string(kHeader) + "0,0\n4,7\n";
    folder.write_home("h", "ml", "plenty", "UTC", trace);
    EXPECT_THAT(error_of(folder), HasSubstr("homes.csv:2: ml_per_unit is not"));
    folder.write_home("h", "ml", "1", "Europe/Nowhere", trace);
    EXPECT_THAT(error_of(folder), HasSubstr("homes.csv:2: unknown time zone"));
    folder.write_home("", "ml", "1", "UTC", trace);
    EXPECT_THAT(error_of(folder), HasSubstr("homes.csv:2: the home has no name"));
    folder.write("homes.csv", "home,file,unit\n");
    EXPECT_THAT(error_of(folder), HasSubstr("homes.csv:1: the header has no column ml_per_unit"));
    folder.write("homes.csv", "home,file,unit,ml_per_unit\na,b.csv,ml\n");
    EXPECT_THAT(error_of(folder), HasSubstr("homes.csv:2: 3 fields, but the header has 4"));
    folder.write("homes.csv", "home,file,unit,ml_per_unit\n\"a,b.csv,ml,1\n");
    EXPECT_THAT(error_of(folder), HasSubstr("homes.csv:2: a quoted field has no end"));
    folder.write("homes.csv", "home,file,unit,ml_per_unit\na,missing.csv,ml,1\n");
    EXPECT_THAT(error_of(folder), HasSubstr("cannot read the trace"));
    folder.write("homes.csv", "home,file,unit,ml_per_unit\n");
    EXPECT_THAT(error_of(folder), HasSubstr("names no home"));
    folder.write("homes.csv", "");
    EXPECT_THAT(error_of(folder), HasSubstr("homes.csv is empty"));
}

TEST(HomeTrace, FindsHomesByFolderByFolderOfFoldersAndByTrace) {
    const TraceFolder folder;
    const std::string sub = folder.file("sub");
    std::filesystem::create_directory(sub);
    folder.write("sub/homes.csv", "home,file,unit,ml_per_unit\na,a.csv,ml,1\nb,b.csv,ml,1\n");
    for (const char* name : {"sub/a.csv", "sub/b.csv"}) folder.write(name, std::string(kHeader) + "0,0\n4,7\n");
    folder.write("sub/c.csv", kHeader);
    EXPECT_EQ(read_homes(sub)->size(), 2U);
    EXPECT_EQ(read_homes(folder.path())->size(), 2U);
    const auto one = read_homes(sub + "/b.csv");
    ASSERT_TRUE(one) << one.error().message;
    ASSERT_EQ(one->size(), 1U);
    EXPECT_EQ(one->front().name, "b");
    EXPECT_THAT(read_homes(sub + "/c.csv").error().message, HasSubstr("has no line with the file c.csv"));
    EXPECT_THAT(read_homes(sub + "/d.csv").error().message, HasSubstr("cannot read"));
    EXPECT_THAT(read_homes(::testing::TempDir() + "/no-such-folder").error().message, HasSubstr("cannot read"));
}

TEST(HomeClock, KnowsZonesAndOffsets) {
    const std::int64_t summer = 1'720'000'000;  // 3 July 2024, 09:46 UTC
    EXPECT_EQ(HomeClock::parse("America/Denver")->utc_offset(summer).count(), -6 * 3600);
    EXPECT_EQ(HomeClock::parse("+05:30")->utc_offset(summer).count(), 19'800);
    EXPECT_EQ(HomeClock::parse("-7")->utc_offset(summer).count(), -7 * 3600);
    EXPECT_EQ(HomeClock::parse("-7")->text(summer), "2024-07-03 02:46");
    EXPECT_EQ(HomeClock::parse("-7")->day_start(summer), 1'719'990'000);
    EXPECT_EQ(HomeClock::parse("America/Denver")->day_start(summer), 1'719'986'400);
    EXPECT_FALSE(HomeClock::parse("+99"));
    EXPECT_FALSE(HomeClock::parse("+1:x"));
}

}  // namespace
}  // namespace millrace::app
