#include "hub/today.h"

#include <gtest/gtest.h>

namespace millrace::hub {
namespace {

using base::from_rfc3339;

const base::TimeZone kDenver = base::TimeZone::load("America/Denver").value();
const base::WallTime kNow = *from_rfc3339("2024-03-06T00:30:00-07:00");

TEST(Today, BeginsAnewAtLocalMidnight) {
    Today today;
    today.add(*from_rfc3339("2024-03-05T23:59:59-07:00"), base::Volume{5}, kNow, kDenver);
    today.add(*from_rfc3339("2024-03-06T00:00:00-07:00"), base::Volume{7}, kNow, kDenver);
    EXPECT_EQ(today.volume(*from_rfc3339("2024-03-05T23:59:59-07:00"), kDenver).microlitres, 5);
    EXPECT_EQ(today.volume(*from_rfc3339("2024-03-06T10:00:00-07:00"), kDenver).microlitres, 7);
}

TEST(Today, ReadingOfYesterdayThatComesLateCountsForYesterday) {
    Today today;
    today.add(*from_rfc3339("2024-03-06T00:01:00-07:00"), base::Volume{7}, kNow, kDenver);
    today.add(*from_rfc3339("2024-03-05T23:58:00-07:00"), base::Volume{5}, kNow, kDenver);
    EXPECT_EQ(today.volume(*from_rfc3339("2024-03-06T00:02:00-07:00"), kDenver).microlitres, 7);
}

TEST(Today, GoesOnFromWhatTheStoreCounted) {
    Today today;
    today.start_with(*from_rfc3339("2024-03-06T00:00:00-07:00"), base::Volume{100});
    today.add(*from_rfc3339("2024-03-06T08:00:00-07:00"), base::Volume{1}, kNow, kDenver);
    EXPECT_EQ(today.volume(*from_rfc3339("2024-03-06T09:00:00-07:00"), kDenver).microlitres, 101);
}

TEST(Today, DaysFromAClockThatWasWrongDoNotPushTheRealOneOut) {
    Today today;
    for (const char* day : {"2031-01-01T12:00:00Z", "2031-01-02T12:00:00Z", "2031-01-03T12:00:00Z"}) {
        today.add(*from_rfc3339(day), base::Volume{9}, *from_rfc3339(day), kDenver);
    }
    today.add(kNow, base::Volume{5}, kNow, kDenver);
    EXPECT_EQ(today.volume(kNow, kDenver).microlitres, 5);
}

TEST(Today, IsZeroOnADayWithoutReadings) {
    EXPECT_EQ(Today{}.volume(base::from_unix_s(1'700'000'000), kDenver).microlitres, 0);
}

}  // namespace
}  // namespace millrace::hub
