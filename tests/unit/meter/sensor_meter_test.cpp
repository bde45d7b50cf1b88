#include "meter/sensor_meter.h"

#include <gtest/gtest.h>

#include "meter/flow.h"

namespace millrace::meter {
namespace {

using base::from_unix_s;

constexpr std::int64_t kStart = 1'709'625'540;
constexpr std::uint32_t kLargest = 0xFFFF'FFFF;
const CalibrationTable kTenMicrolitres({{from_unix_s(0), base::VolumePerPeak{10}}});

// Applies one sample stamped `at` seconds after kStart and received at `received` (by default 3 s later).
Reading put(SensorMeter& meter, std::int64_t at, std::uint32_t value, std::optional<std::int64_t> received = {}) {
    const auto readings =
        apply(meter, {{{kStart + at, value}}}, from_unix_s(kStart + received.value_or(at + 3)), kTenMicrolitres);
    EXPECT_EQ(readings.size(), 1u);
    return readings.at(0);
}

Reading put_unset(SensorMeter& meter, std::uint32_t value, std::int64_t received, std::int64_t stamp = 0) {
    return apply(meter, {{{stamp, value}}}, from_unix_s(kStart + received), kTenMicrolitres).at(0);
}

SensorMeter with_base(std::uint32_t base) {
    SensorMeter meter;
    set_base(meter, base, from_unix_s(kStart));
    return meter;
}

TEST(SensorMeter, FirstSampleWithoutABaseCountsNothing) {
    SensorMeter meter;
    const Reading first = put(meter, 5, 3'828'906);
    EXPECT_EQ(first.kind, ReadingKind::First);
    EXPECT_EQ(first.series, 1);
    EXPECT_EQ(first.total.value, 3'828'906);
    EXPECT_EQ(first.advance.value, 0);
    EXPECT_EQ(meter.lifetime.microlitres, 0);
    EXPECT_FALSE(meter.series.base.has_value());
    EXPECT_EQ(put(meter, 10, 3'828'909).advance.value, 3);
    EXPECT_EQ(meter.lifetime.microlitres, 30);
}

TEST(SensorMeter, FirstSampleWithABaseCountsFromIt) {
    SensorMeter meter = with_base(1000);
    EXPECT_EQ(meter.series.number, 1);
    EXPECT_EQ(boot_total(meter), 1000u);
    const Reading reading = put(meter, 5, 1017);
    EXPECT_EQ(reading.kind, ReadingKind::Advance);
    EXPECT_EQ(reading.advance.value, 17);
    EXPECT_EQ(meter.series.last_time, from_unix_s(kStart + 5));
    EXPECT_EQ(boot_total(meter), 1017u);
}

TEST(SensorMeter, KnowsNothingBeforeTheFirstSample) {
    EXPECT_EQ(boot_total(SensorMeter{}), 0u);
}

TEST(SensorMeter, UnchangedTotalAtALaterTimeIsAnAdvanceOfNothing) {
    SensorMeter meter = with_base(1000);
    put(meter, 5, 1001);
    const Reading still = put(meter, 605, 1001);
    EXPECT_EQ(still.kind, ReadingKind::Advance);
    EXPECT_EQ(still.advance.value, 0);
    EXPECT_EQ(meter.series.last_time, from_unix_s(kStart + 5));
    EXPECT_EQ(put(meter, 605, 1001).kind, ReadingKind::Repeat);
}

TEST(SensorMeter, SamePairAgainIsARepeat) {
    SensorMeter meter = with_base(1000);
    put(meter, 5, 1003);
    put(meter, 10, 1006);
    const SensorMeter before = meter;
    EXPECT_EQ(put(meter, 10, 1006, 60).kind, ReadingKind::Repeat);
    EXPECT_EQ(put(meter, 5, 1003, 60).kind, ReadingKind::Repeat);
    EXPECT_EQ(meter, before);
}

TEST(SensorMeter, OlderSampleIsLateAndAddsNothing) {
    SensorMeter meter = with_base(1000);
    put(meter, 5, 1003);
    put(meter, 15, 1009);
    const Reading late = put(meter, 10, 1006, 18);
    EXPECT_EQ(late.kind, ReadingKind::Late);
    EXPECT_EQ(late.total.value, 1006);
    EXPECT_EQ(late.advance.value, 0);
    EXPECT_EQ(meter.series.highest.value, 1009);
    EXPECT_EQ(meter.lifetime.microlitres, 90);
}

TEST(SensorMeter, UnsetOrNegativeTimeTakesTheReceipt) {
    SensorMeter meter = with_base(1000);
    for (const std::int64_t stamp : {std::int64_t{0}, message::kLargestUnsetTimestamp, std::int64_t{-5}}) {
        const Reading reading = put_unset(meter, static_cast<std::uint32_t>(1005 + stamp), 20, stamp);
        EXPECT_TRUE(reading.time_is_receipt);
        EXPECT_EQ(reading.time, from_unix_s(kStart + 20));
    }
    EXPECT_FALSE(put_unset(meter, 9000, 20, message::kLargestUnsetTimestamp + 1).time_is_receipt);
}

TEST(SensorMeter, TimeFarAheadOfTheReceiptIsNotBelieved) {
    SensorMeter meter = with_base(1000);
    EXPECT_FALSE(put(meter, 3600, 1001, 0).time_is_receipt);
    const Reading absurd = put(meter, 3601, 1002, 0);
    EXPECT_TRUE(absurd.time_is_receipt);
    EXPECT_EQ(absurd.time, from_unix_s(kStart));
    EXPECT_TRUE(apply(meter, {{{INT64_MAX, 1003}}}, from_unix_s(kStart), kTenMicrolitres).at(0).time_is_receipt);
}

TEST(SensorMeter, UnsetTimeWithinTheSeriesIsARepeat) {
    SensorMeter meter = with_base(1000);
    put(meter, 5, 1050);
    EXPECT_EQ(put_unset(meter, 1020, 60).kind, ReadingKind::Repeat);
    EXPECT_EQ(put_unset(meter, 1000, 60).kind, ReadingKind::Repeat);
    EXPECT_EQ(put_unset(meter, 1050, 60).kind, ReadingKind::Repeat);
    EXPECT_EQ(put_unset(meter, 1051, 60).advance.value, 1);
    EXPECT_EQ(meter.series.number, 1);
}

TEST(SensorMeter, SinglePeakAfterHoursIsAnOrdinaryAdvance) {
    SensorMeter meter = with_base(1000);
    put(meter, 5, 1001);
    EXPECT_EQ(put(meter, 20'000, 1002).kind, ReadingKind::Advance);
}

TEST(SensorMeter, OneGridStepOfWaterAfterHoursIsAnOrdinaryAdvance) {
    SensorMeter meter = with_base(1000);
    put(meter, 5, 1001);
    const auto most = static_cast<std::uint32_t>(kMostPeaksPerGridStep);
    EXPECT_EQ(put(meter, 20'000, 1001 + most).kind, ReadingKind::Advance);
    EXPECT_EQ(put(meter, 40'000, 1002 + 2 * most).kind, ReadingKind::CatchUp);
    EXPECT_EQ(meter.lifetime.microlitres, 10 * (2 + 2 * most));
}

TEST(SensorMeter, MoreThanAMeterCanPassSinceTheBaseIsACatchUp) {
    SensorMeter meter = with_base(1000);
    const Reading reading = put(meter, 5, 3000);
    EXPECT_EQ(reading.kind, ReadingKind::CatchUp);
    EXPECT_EQ(reading.advance.value, 2000);
}

TEST(SensorMeter, TotalGoesOnAcrossTheRollover) {
    SensorMeter meter = with_base(kLargest - 5);
    put(meter, 5, kLargest - 2);
    const Reading over = put(meter, 10, 4);
    EXPECT_EQ(over.kind, ReadingKind::Advance);
    EXPECT_EQ(over.series, 1);
    EXPECT_EQ(over.advance.value, 7);
    EXPECT_EQ(over.total.value, (std::int64_t{1} << 32) + 4);
    EXPECT_EQ(boot_total(meter), 4u);
    EXPECT_EQ(put(meter, 7, kLargest, 12).kind, ReadingKind::Late);
    EXPECT_EQ(put(meter, 15, 9).advance.value, 5);
    set_base(meter, 9, from_unix_s(kStart + 20));
    EXPECT_EQ(meter.series.number, 1);
    EXPECT_EQ(put(meter, 25, 11).advance.value, 2);
}

TEST(SensorMeter, BaseAtOrAboveTheHighestGoesOn) {
    SensorMeter meter = with_base(1000);
    put(meter, 5, 1010);
    set_base(meter, 1010, from_unix_s(kStart + 20));
    set_base(meter, 1500, from_unix_s(kStart + 30));
    EXPECT_EQ(meter.series.number, 1);
    // What the server knows more than we do was water all the same.
    const Reading reading = put(meter, 40, 1503);
    EXPECT_EQ(reading.kind, ReadingKind::CatchUp);
    EXPECT_EQ(reading.advance.value, 493);
}

TEST(SensorMeter, BaseAfterAFirstSampleKeepsTheSeries) {
    SensorMeter meter;
    put(meter, 5, 1010);
    set_base(meter, 1010, from_unix_s(kStart + 20));
    EXPECT_EQ(meter.series.number, 1);
    EXPECT_FALSE(meter.series.base.has_value());
}

TEST(SensorMeter, LowerBaseStartsANewSeriesThere) {
    SensorMeter meter = with_base(1000);
    put(meter, 5, 1010);
    set_base(meter, 400, from_unix_s(kStart + 20));
    EXPECT_EQ(meter.series.number, 2);
    EXPECT_EQ(meter.series.base, base::PeakCount{400});
    EXPECT_EQ(boot_total(meter), 400u);
    const Reading reading = put(meter, 30, 404);
    EXPECT_EQ(reading.series, 2);
    EXPECT_EQ(reading.advance.value, 4);
    EXPECT_EQ(meter.lifetime.microlitres, 140);
}

TEST(SensorMeter, SameBaseAgainChangesNothingWhileNothingIsCounted) {
    SensorMeter meter = with_base(1000);
    const SensorMeter before = meter;
    set_base(meter, 1000, from_unix_s(kStart + 10));
    EXPECT_EQ(meter, before);
    put(meter, 15, 1000);
    set_base(meter, 1000, from_unix_s(kStart + 20));
    EXPECT_EQ(meter.series.number, 1);
    put(meter, 25, 1001);
    set_base(meter, 1000, from_unix_s(kStart + 30));
    EXPECT_EQ(meter.series.number, 2);
}

TEST(SensorMeter, BaseZeroStartsAfreshEvenNearTheRollover) {
    SensorMeter meter = with_base(kLargest - 5);
    put(meter, 5, kLargest - 2);
    set_base(meter, 0, from_unix_s(kStart + 10));
    EXPECT_EQ(meter.series.number, 2);
    EXPECT_EQ(put(meter, 15, 3).advance.value, 3);
}

TEST(SensorMeter, HeadStartOfAnotherServerIsNoWater) {
    SensorMeter meter = with_base(0);
    put(meter, 5, 50);
    set_base(meter, 3'828'906, from_unix_s(kStart + 600));
    EXPECT_EQ(meter.series.number, 2);
    EXPECT_EQ(put(meter, 605, 3'828'909).advance.value, 3);
    EXPECT_EQ(meter.lifetime.microlitres, 530);
}

TEST(SensorMeter, RestartBelowTheBaseStartsASeriesThatCountsNothingYet) {
    SensorMeter meter = with_base(1000);
    put(meter, 5, 1010);
    const Reading first = put(meter, 100, 7);
    EXPECT_EQ(first.kind, ReadingKind::First);
    EXPECT_EQ(first.series, 2);
    EXPECT_EQ(first.advance.value, 0);
    EXPECT_FALSE(meter.series.base.has_value());
    EXPECT_EQ(put(meter, 105, 9).advance.value, 2);
}

TEST(SensorMeter, RestartBelowAllRecentReadingsIsSeenFromOneSample) {
    SensorMeter meter = with_base(0);
    for (int i = 1; i <= 400; ++i) put(meter, 5 * i, static_cast<std::uint32_t>(30 * i));
    const Reading first = put(meter, 2100, 12);
    EXPECT_EQ(first.kind, ReadingKind::First);
    EXPECT_EQ(first.series, 2);
}

TEST(SensorMeter, ReplayByAJumpingClockIsNoRestart) {
    SensorMeter meter = with_base(1000);
    for (int i = 1; i <= 20; ++i) put(meter, 5 * i, static_cast<std::uint32_t>(1000 + 3 * i));
    const SensorMeter before = meter;
    EXPECT_EQ(put(meter, 1000, 1030).kind, ReadingKind::Repeat);
    EXPECT_EQ(put(meter, 1005, 1031).kind, ReadingKind::Late);
    EXPECT_EQ(put(meter, 1010, 1032).kind, ReadingKind::Late);
    EXPECT_EQ(meter.series, before.series);
    EXPECT_EQ(meter.lifetime, before.lifetime);
}

TEST(SensorMeter, StoredSamplesOlderThanTheBaseAreLate) {
    SensorMeter meter = with_base(1000);
    EXPECT_EQ(put(meter, -4000, 990, 5).kind, ReadingKind::Late);
    EXPECT_EQ(meter.series.number, 1);
    EXPECT_EQ(put(meter, 10, 1002).advance.value, 2);
    EXPECT_EQ(put(meter, -3000, 995, 15).kind, ReadingKind::Late);
}

TEST(SensorMeter, FreshSampleBelowAnUntouchedBaseIsARestart) {
    SensorMeter meter = with_base(1000);
    EXPECT_EQ(put(meter, 10, 40).kind, ReadingKind::First);
    EXPECT_EQ(meter.series.number, 2);
}

TEST(SensorMeter, LateSampleOfTheSeriesBeforeIsNotWaterOfTheNewOne) {
    SensorMeter meter = with_base(1000);
    put(meter, 5, 1010);
    put(meter, 15, 1030);
    set_base(meter, 0, from_unix_s(kStart + 20));
    const Reading late = put(meter, 10, 1020, 25);
    EXPECT_EQ(late.kind, ReadingKind::Late);
    EXPECT_EQ(late.series, 1);
    EXPECT_EQ(late.total.value, 1020);
    EXPECT_EQ(put(meter, 30, 2).advance.value, 2);
    EXPECT_EQ(put(meter, 12, 1025, 35).series, 1);
    EXPECT_EQ(put(meter, -50, 600, 36).series, 1);
    EXPECT_EQ(meter.lifetime.microlitres, 320);
}

TEST(SensorMeter, SensorThatKeepsItsOldTotalIsFollowed) {
    SensorMeter meter = with_base(3'828'906);
    put(meter, 5, 3'828'910);
    set_base(meter, 0, from_unix_s(kStart + 20));
    const Reading reading = put(meter, 25, 3'828'913);
    EXPECT_EQ(reading.kind, ReadingKind::Advance);
    EXPECT_EQ(reading.advance.value, 3);
    EXPECT_EQ(reading.series, 3);
    EXPECT_EQ(put(meter, 30, 3'828'915).advance.value, 2);
    EXPECT_EQ(meter.lifetime.microlitres, 90);
}

// The sensor's memory of the cloud's count reaches a stand-in that began at 0: a total far above the base, from before
// the boot.
TEST(SensorMeter, TotalOfAnotherServerIsNoWaterOfAFreshStandIn) {
    SensorMeter meter = with_base(0);
    const Reading phantom = put(meter, -1000, 3'828'929, 10);
    EXPECT_EQ(phantom.kind, ReadingKind::First);
    EXPECT_EQ(phantom.advance.value, 0);
    EXPECT_EQ(meter.lifetime.microlitres, 0);
    // What follows it is history of that series, in any order.
    const Reading more = put(meter, -900, 3'828'940, 11);
    EXPECT_EQ(more.kind, ReadingKind::Late);
    EXPECT_EQ(more.series, phantom.series);
    EXPECT_EQ(put(meter, -1100, 3'828'900, 12).series, phantom.series);
    EXPECT_EQ(put(meter, -900, 3'828'940, 13).kind, ReadingKind::Repeat);
    EXPECT_EQ(boot_total(meter), 0u);
    // The count from 0 after the boot is the water since.
    const Reading water = put(meter, 20, 5);
    EXPECT_EQ(water.advance.value, 5);
    EXPECT_GT(water.series, phantom.series);
    EXPECT_EQ(meter.series.base, base::PeakCount{0});
    EXPECT_EQ(put(meter, 25, 9).advance.value, 4);
    EXPECT_EQ(put(meter, -800, 3'828'950, 30).series, phantom.series);
    EXPECT_EQ(put(meter, 35, 12).advance.value, 3);
    EXPECT_EQ(meter.lifetime.microlitres, 120);
    EXPECT_EQ(meter.series.number, water.series);
}

TEST(SensorMeter, TotalOfAnotherServerAfterTheFirstWaterIsNoWaterEither) {
    SensorMeter meter = with_base(0);
    put(meter, 5, 5);
    const Reading phantom = put(meter, -1000, 3'828'929, 10);
    EXPECT_EQ(phantom.kind, ReadingKind::First);
    EXPECT_EQ(put(meter, -900, 3'828'940, 11).series, phantom.series);
    EXPECT_EQ(put(meter, 20, 9).advance.value, 4);
    EXPECT_EQ(meter.lifetime.microlitres, 90);
}

TEST(SensorMeter, SensorThatNeverTookTheFirstBaseIsFollowedFromItsFirstSample) {
    SensorMeter meter = with_base(0);
    EXPECT_EQ(put(meter, 5, 3'828'929).kind, ReadingKind::First);
    EXPECT_EQ(put(meter, 10, 3'828'932).advance.value, 3);
    EXPECT_EQ(meter.lifetime.microlitres, 30);
    EXPECT_FALSE(meter.series.base.has_value());
    EXPECT_EQ(boot_total(meter), 3'828'932u);
}

TEST(SensorMeter, MuchWaterLongAfterTheBaseIsWater) {
    SensorMeter meter = with_base(0);
    EXPECT_EQ(put(meter, 24 * 3600, 3'828'929).kind, ReadingKind::CatchUp);
    EXPECT_EQ(meter.lifetime.microlitres, 38'289'290);
}

TEST(SensorMeter, BootReadBackFromAnOldFileStartsNoSeries) {
    SensorMeter meter = with_base(1000);
    put(meter, 100'000, 1500);
    const SeriesState before = meter.series;
    set_base(meter, 1000, from_unix_s(kStart + 90'000));
    EXPECT_EQ(meter.series, before);
    set_base(meter, 0, from_unix_s(kStart + 99'000));
    EXPECT_EQ(meter.series.number, 2);
}

TEST(SensorMeter, DayImportedAfterItWasRecordedAddsNothing) {
    SensorMeter meter;
    const auto day = [&meter](int factor) {
        std::vector<Reading> readings;
        set_base(meter, 1000, from_unix_s(kStart));
        for (int i = 1; i <= 500; ++i) readings.push_back(put(meter, 60 * i, static_cast<std::uint32_t>(1000 + 3 * i)));
        EXPECT_EQ(meter.lifetime.microlitres, 15'000) << factor;
        return readings;
    };
    day(1);
    const SeriesState before = meter.series;
    for (const Reading& reading : day(2)) {
        EXPECT_TRUE(reading.kind == ReadingKind::Late || reading.kind == ReadingKind::Repeat);
        EXPECT_EQ(reading.series, 1);
    }
    EXPECT_EQ(meter.series, before);
}

TEST(SensorMeter, OldDayOfAHigherSeriesIsNoWaterOfThisOne) {
    SensorMeter meter = with_base(0);
    put(meter, 500'000, 200);
    const Reading old = put(meter, -500'000, 70'000, -499'990);
    EXPECT_EQ(old.kind, ReadingKind::First);
    EXPECT_EQ(put(meter, -499'995, 70'003, -499'980).series, old.series);
    EXPECT_EQ(put(meter, 500'010, 204).advance.value, 4);
    EXPECT_EQ(meter.lifetime.microlitres, 2040);
}

TEST(SensorMeter, LateReadingsDoNotPushOutTheNewestWater) {
    SensorMeter meter = with_base(0);
    for (int i = 1; i <= 40; ++i) put(meter, 100'000 + 5 * i, static_cast<std::uint32_t>(10'000 + 30 * i));
    for (int i = 1; i <= 300; ++i) put(meter, 60 * i, static_cast<std::uint32_t>(20 * i), 100'300);
    EXPECT_LE(meter.recent.size(), SensorMeter::kRecentReadings + SensorMeter::kHighestReadings);
    EXPECT_TRUE(flow_at(meter, kTenMicrolitres, from_unix_s(kStart + 100'205)).running);
    set_base(meter, 0, from_unix_s(kStart + 100'300));
    EXPECT_EQ(meter.recent.size(), SensorMeter::kRecentReadings);
}

TEST(SensorMeter, EachRiseIsWorthWhatAPeakWasWorthWhenItHappened) {
    const CalibrationTable table(
        {{from_unix_s(0), base::VolumePerPeak{10}}, {from_unix_s(kStart + 100), base::VolumePerPeak{1000}}});
    SensorMeter meter = with_base(0);
    (void)apply(meter, {{{kStart + 99, 2}, {kStart + 100, 3}}}, from_unix_s(kStart + 101), table);
    EXPECT_EQ(meter.lifetime.microlitres, 2 * 10 + 1000);
}

TEST(SensorMeter, RegisterStandsStillAtItsEnd) {
    const CalibrationTable table({{from_unix_s(0), base::VolumePerPeak{INT64_MAX / 4}}});
    SensorMeter meter = with_base(0);
    (void)apply(meter, {{{kStart, 3}, {kStart + 5, 6}, {kStart + 10, 1000}}}, from_unix_s(kStart + 11), table);
    EXPECT_EQ(meter.lifetime.microlitres, INT64_MAX);
}

TEST(SensorMeter, RecentReadingsAreBoundedAndHoldNoRepeats) {
    SensorMeter meter = with_base(0);
    for (int i = 1; i <= 1000; ++i) {
        put(meter, 5 * i, static_cast<std::uint32_t>(i));
        put(meter, 5 * i, static_cast<std::uint32_t>(i));
    }
    EXPECT_EQ(meter.recent.size(), SensorMeter::kRecentReadings);
    EXPECT_EQ(meter.recent.front().total.value, 1000 - 127);
    EXPECT_EQ(meter.recent.back().total.value, 1000);
}

TEST(SensorMeter, AnswersOneReadingASampleInTheirOrder) {
    SensorMeter meter = with_base(0);
    const auto readings = apply(meter, {{{kStart + 5, 3}, {kStart + 5, 3}, {kStart + 3, 2}, {kStart + 10, 7}}},
                                from_unix_s(kStart + 12), kTenMicrolitres);
    ASSERT_EQ(readings.size(), 4u);
    EXPECT_EQ(readings[0].kind, ReadingKind::Advance);
    EXPECT_EQ(readings[1].kind, ReadingKind::Repeat);
    EXPECT_EQ(readings[2].kind, ReadingKind::Late);
    EXPECT_EQ(readings[3].advance.value, 4);
}

}  // namespace
}  // namespace millrace::meter
