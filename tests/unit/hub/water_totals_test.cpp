#include "hub/water_totals.h"

#include <gtest/gtest.h>

namespace millrace::hub {
namespace {

using base::from_rfc3339;

const base::TimeZone kDenver = base::TimeZone::load("America/Denver").value();
const base::WallTime kNow = *from_rfc3339("2024-03-06T00:30:00-07:00");

base::Volume today_of(const WaterTotals& totals, base::WallTime now) {
    return totals.since(calendar_starts(now, kDenver).day, now, kDenver);
}

TEST(WaterTotals, BeginsAnewAtLocalMidnight) {
    WaterTotals today;
    today.add(*from_rfc3339("2024-03-05T23:59:59-07:00"), base::Volume{5}, kNow, kDenver);
    today.add(*from_rfc3339("2024-03-06T00:00:00-07:00"), base::Volume{7}, kNow, kDenver);
    EXPECT_EQ(today_of(today, *from_rfc3339("2024-03-05T23:59:59-07:00")).microlitres, 5);
    EXPECT_EQ(today_of(today, *from_rfc3339("2024-03-06T10:00:00-07:00")).microlitres, 7);
}

TEST(WaterTotals, ReadingOfYesterdayThatComesLateCountsForYesterday) {
    WaterTotals today;
    today.add(*from_rfc3339("2024-03-06T00:01:00-07:00"), base::Volume{7}, kNow, kDenver);
    today.add(*from_rfc3339("2024-03-05T23:58:00-07:00"), base::Volume{5}, kNow, kDenver);
    EXPECT_EQ(today_of(today, *from_rfc3339("2024-03-06T00:02:00-07:00")).microlitres, 7);
}

TEST(WaterTotals, GoesOnFromWhatTheStoreCounted) {
    WaterTotals today;
    today.start_with(*from_rfc3339("2024-03-06T00:00:00-07:00"), base::Volume{100});
    today.add(*from_rfc3339("2024-03-06T08:00:00-07:00"), base::Volume{1}, kNow, kDenver);
    EXPECT_EQ(today_of(today, *from_rfc3339("2024-03-06T09:00:00-07:00")).microlitres, 101);
}

TEST(WaterTotals, DaysFromAClockThatWasWrongDoNotPushTheRealOneOut) {
    WaterTotals today;
    for (const char* day : {"2031-01-01T12:00:00Z", "2031-01-02T12:00:00Z", "2031-01-03T12:00:00Z"}) {
        today.add(*from_rfc3339(day), base::Volume{9}, *from_rfc3339(day), kDenver);
    }
    today.add(kNow, base::Volume{5}, kNow, kDenver);
    EXPECT_EQ(today_of(today, kNow).microlitres, 5);
}

TEST(WaterTotals, IsZeroOnADayWithoutReadings) {
    EXPECT_EQ(today_of(WaterTotals{}, base::from_unix_s(1'700'000'000)).microlitres, 0);
}

TEST(CalendarStarts, WeekBeginsOnMondayAndMonthOnTheFirstAtLocalMidnight) {
    const auto starts = calendar_starts(*from_rfc3339("2024-03-10T23:30:00-06:00"), kDenver);
    EXPECT_EQ(starts.day, *from_rfc3339("2024-03-10T00:00:00-07:00")) << "the clocks went forward that day";
    EXPECT_EQ(starts.week, *from_rfc3339("2024-03-04T00:00:00-07:00"));
    EXPECT_EQ(starts.month, *from_rfc3339("2024-03-01T00:00:00-07:00"));
    const auto monday = calendar_starts(*from_rfc3339("2024-03-11T00:00:00-06:00"), kDenver);
    EXPECT_EQ(monday.week, monday.day);
    EXPECT_EQ(calendar_starts(*from_rfc3339("2024-03-01T12:00:00-07:00"), kDenver).earliest(),
              *from_rfc3339("2024-02-26T00:00:00-07:00"));
}

TEST(WaterTotals, MonthAndWeekHoldAllTheirDays) {
    WaterTotals totals;
    const base::WallTime now = *from_rfc3339("2024-03-06T12:00:00-07:00");
    totals.start_with(*from_rfc3339("2024-02-29T00:00:00-07:00"), base::Volume{1});
    totals.start_with(*from_rfc3339("2024-03-01T00:00:00-07:00"), base::Volume{10});
    totals.start_with(*from_rfc3339("2024-03-04T00:00:00-07:00"), base::Volume{100});
    totals.add(now, base::Volume{1'000}, now, kDenver);
    const auto starts = calendar_starts(now, kDenver);
    EXPECT_EQ(totals.since(starts.month, now, kDenver).microlitres, 1'110);
    EXPECT_EQ(totals.since(starts.week, now, kDenver).microlitres, 1'100);
    const base::WallTime april = *from_rfc3339("2024-04-01T00:00:00-06:00");
    EXPECT_EQ(totals.since(calendar_starts(april, kDenver).month, april, kDenver).microlitres, 0);
}

TEST(WaterTotals, SlidingWindowsForgetByTheMinute) {
    WaterTotals totals;
    totals.add(kNow, base::Volume{5}, kNow, kDenver);
    totals.add_recent(kNow - base::Seconds{7'200}, base::Volume{3}, kNow);
    const base::Seconds hour{3'600};
    EXPECT_EQ(totals.within(hour, kNow).microlitres, 5);
    EXPECT_EQ(totals.within(hour, kNow + hour - base::Seconds{60}).microlitres, 5);
    EXPECT_EQ(totals.within(hour, kNow + hour).microlitres, 0);
    EXPECT_EQ(totals.within(WaterTotals::kWindow, kNow).microlitres, 8);
    EXPECT_EQ(today_of(totals, kNow).microlitres, 5) << "what is recent alone counts for no day";
    totals.add(kNow, base::Volume{1}, kNow, kDenver);
    EXPECT_EQ(totals.within(hour, kNow).microlitres, 6) << "counted anew when more comes";
}

}  // namespace
}  // namespace millrace::hub
