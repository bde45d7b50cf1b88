#include "base/time_zone.h"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

namespace millrace::base {
namespace {

TimeZone denver() {
    return TimeZone::load("America/Denver").value();
}
WallTime at(const char* text) {
    return from_rfc3339(text).value();
}

TEST(TimeZone, UnknownNameSaysWhatToWrite) {
    const auto zone = TimeZone::load("Mars/Olympus");
    ASSERT_FALSE(zone);
    EXPECT_NE(zone.error().message.find("Mars/Olympus"), std::string::npos);
}

TEST(TimeZone, WithoutANameItIsTheOneOfTheEnvironment) {
    const char* before = std::getenv("TZ");
    const std::string kept = before == nullptr ? "" : before;
    ::setenv("TZ", ":America/Denver", 1);
    EXPECT_EQ(TimeZone::load("")->name(), "America/Denver");
    ::setenv("TZ", "no/such", 1);
    EXPECT_NE(TimeZone::load("")->name(), "no/such");
    if (before == nullptr) {
        ::unsetenv("TZ");
    } else {
        ::setenv("TZ", kept.c_str(), 1);
    }
}

TEST(TimeZone, DefaultIsUtc) {
    EXPECT_EQ(TimeZone{}.utc_offset(at("2024-07-01T00:00:00Z")), Seconds{0});
}

TEST(TimeZone, DayOfTheSpringChangeHas23Hours) {
    const WallTime noon = at("2024-03-10T12:00:00-06:00");
    EXPECT_EQ(denver().start_of(CalendarUnit::Day, noon), at("2024-03-10T00:00:00-07:00"));
    EXPECT_EQ(denver().next_start(CalendarUnit::Day, noon), at("2024-03-11T00:00:00-06:00"));
}

TEST(TimeZone, DayOfTheAutumnChangeHas25Hours) {
    const WallTime noon = at("2024-11-03T12:00:00-07:00");
    EXPECT_EQ(denver().next_start(CalendarUnit::Day, noon) - denver().start_of(CalendarUnit::Day, noon),
              std::chrono::hours{25});
}

TEST(TimeZone, DoubledHourIsTwoBuckets) {
    const WallTime first = at("2024-11-03T01:30:00-06:00");
    const WallTime second = at("2024-11-03T01:30:00-07:00");
    EXPECT_EQ(denver().start_of(CalendarUnit::Hour, first), at("2024-11-03T01:00:00-06:00"));
    EXPECT_EQ(denver().next_start(CalendarUnit::Hour, first), denver().start_of(CalendarUnit::Hour, second));
}

TEST(TimeZone, MonthAndYearBeginAtLocalMidnight) {
    const WallTime time = at("2024-12-31T23:59:59-07:00");
    EXPECT_EQ(denver().start_of(CalendarUnit::Month, time), at("2024-12-01T00:00:00-07:00"));
    EXPECT_EQ(denver().next_start(CalendarUnit::Month, time), at("2025-01-01T00:00:00-07:00"));
    EXPECT_EQ(denver().next_start(CalendarUnit::Year, time), at("2025-01-01T00:00:00-07:00"));
}

TEST(TimeZone, WeekBeginsOnMondayAndIsAnHourShorterOrLongerWhenTheClocksChange) {
    const WallTime sunday = at("2024-03-10T23:59:59-06:00");
    EXPECT_EQ(denver().start_of(CalendarUnit::Week, sunday), at("2024-03-04T00:00:00-07:00"));
    EXPECT_EQ(denver().next_start(CalendarUnit::Week, sunday), at("2024-03-11T00:00:00-06:00"));
    EXPECT_EQ(denver().start_of(CalendarUnit::Week, at("2024-03-11T00:00:00-06:00")), at("2024-03-11T00:00:00-06:00"));
    EXPECT_EQ(TimeZone{}.start_of(CalendarUnit::Week, at("1969-12-31T10:00:00Z")), at("1969-12-29T00:00:00Z"));
}

TEST(TimeZone, EveryUnitKeepsToItsLengths) {
    for (const char* name : {"America/Denver", "Pacific/Apia", "Antarctica/Troll", "Australia/Lord_Howe"}) {
        const TimeZone zone = TimeZone::load(name).value();
        for (const CalendarUnit unit : kCalendarUnits) {
            // It changes its clocks by half an hour, and so has hours of 30 and of 90 minutes.
            if (unit == CalendarUnit::Hour && zone.name() == "Australia/Lord_Howe") continue;
            WallTime start = zone.start_of(unit, at("2011-10-01T00:00:00Z"));
            for (int i = 0; i < 1'000 && start < at("2030-01-01T00:00:00Z"); ++i) {
                const WallTime next = zone.next_start(unit, start);
                ASSERT_GE(next - start, length_of(unit).shortest) << name << ' ' << static_cast<int>(unit);
                ASSERT_LE(next - start, length_of(unit).longest) << name << ' ' << static_cast<int>(unit);
                start = next;
            }
        }
    }
}

TEST(TimeZone, HourOfAHalfHourZoneBeginsOnItsOwnClock) {
    const TimeZone kolkata = TimeZone::load("Asia/Kolkata").value();
    EXPECT_EQ(kolkata.start_of(CalendarUnit::Hour, at("2024-06-01T10:45:00+05:30")), at("2024-06-01T10:00:00+05:30"));
}

TEST(TimeZone, DayThatBeginsWithoutMidnightStartsWhenItStarts) {
    const TimeZone cairo = TimeZone::load("Africa/Cairo").value();  // clocks went from 00:00 to 01:00 on 26 April 2024
    const WallTime noon = at("2024-04-26T12:00:00+03:00");
    EXPECT_EQ(cairo.start_of(CalendarUnit::Day, noon), at("2024-04-26T01:00:00+03:00"));
}

}  // namespace
}  // namespace millrace::base
