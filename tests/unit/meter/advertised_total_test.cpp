#include "meter/advertised_total.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>

#include "meter/flow.h"

namespace millrace::meter {
namespace {

using base::from_unix_s;

constexpr std::int64_t kSwitchedOn = 1'790'000'000;
const CalibrationTable kSteps({{from_unix_s(0), kAdvertisedPeak}});

constexpr base::Volume ml(std::int64_t millilitres) {
    return {millilitres * 1'000};
}
const base::Volume kLongRegister = ml(std::int64_t{1} << 32U);
const base::Volume kShortRegister = ml(std::int64_t{1} << 16U);

std::vector<Reading> heard(SensorMeter& meter, std::int64_t at, base::Volume total,
                           base::Volume modulus = kLongRegister) {
    return apply(meter, {total, modulus, from_unix_s(kSwitchedOn + at)}, kSteps);
}

base::PeakCount rise_of(const std::vector<Reading>& readings) {
    base::PeakCount sum;
    for (const Reading& reading : readings) sum += reading.advance;
    return sum;
}

TEST(AdvertisedTotal, TheFirstOneCountsNothing) {
    SensorMeter meter;
    const auto readings = heard(meter, 0, ml(123'456'789));
    ASSERT_EQ(readings.size(), 1u);
    EXPECT_EQ(readings[0].kind, ReadingKind::First);
    EXPECT_EQ(meter.lifetime, base::Volume{});
    EXPECT_FALSE(readings[0].time_is_receipt);
}

TEST(AdvertisedTotal, NothingIsLostByTheSteps) {
    SensorMeter meter;
    heard(meter, 0, ml(1'000'000));
    std::int64_t total = 1'000'000;
    for (int i = 1; i <= 100; ++i) heard(meter, i * 10, ml(total += 17));
    // 1,700 ml are 56 steps and a bit.
    EXPECT_GE(meter.lifetime, ml(1'700 - 30));
    EXPECT_LE(meter.lifetime, ml(1'700 + 30));
}

TEST(AdvertisedTotal, ARiseIsSpreadOverTheTimeBetween) {
    SensorMeter meter;
    heard(meter, 0, ml(90'000));
    const auto readings = heard(meter, 30, ml(96'000));  // 200 steps in six intervals of the grid
    ASSERT_EQ(readings.size(), 6u);
    EXPECT_EQ(rise_of(readings).value, 200);
    for (std::size_t i = 0; i < readings.size(); ++i) {
        EXPECT_EQ(readings[i].time, from_unix_s(kSwitchedOn + 5 * static_cast<std::int64_t>(i + 1)));
        EXPECT_NEAR(static_cast<double>(readings[i].advance.value), 200.0 / 6, 1);
        EXPECT_EQ(readings[i].kind, ReadingKind::Advance);
    }
}

TEST(AdvertisedTotal, AStillTotalIsAReadingOfNoRise) {
    SensorMeter meter;
    heard(meter, 0, ml(90'000));
    const auto readings = heard(meter, 60, ml(90'000));
    ASSERT_EQ(readings.size(), 1u);
    EXPECT_EQ(readings[0].kind, ReadingKind::Advance);
    EXPECT_EQ(readings[0].advance.value, 0);
}

TEST(AdvertisedTotal, WaterAfterAStandstillIsSpreadOverTheTimeSinceThat) {
    SensorMeter meter;
    for (int at = 0; at <= 600; at += 10) heard(meter, at, ml(90'000));
    const auto readings = heard(meter, 610, ml(93'000));
    ASSERT_EQ(readings.size(), 2u);
    EXPECT_EQ(readings[0].time, from_unix_s(kSwitchedOn + 605));
    EXPECT_EQ(readings[0].advance.value, 50);
}

TEST(AdvertisedTotal, WhatRoseOverALongSilenceIsOneSum) {
    SensorMeter meter;
    heard(meter, 0, ml(90'000));
    const auto readings = heard(meter, 3'600, ml(390'000));
    ASSERT_EQ(readings.size(), 1u);
    EXPECT_EQ(readings[0].kind, ReadingKind::CatchUp);
    EXPECT_EQ(meter.lifetime, ml(300'000));
}

TEST(AdvertisedTotal, AShortRegisterRunsOver) {
    SensorMeter meter;
    heard(meter, 0, ml(65'000), kShortRegister);
    const auto readings = heard(meter, 60, ml(464), kShortRegister);  // a litre later
    EXPECT_NEAR(static_cast<double>(rise_of(readings).value), 1'000.0 / 30, 1);
    EXPECT_EQ(meter.series.number, 1);
    heard(meter, 120, ml(1'464), kShortRegister);
    EXPECT_NEAR(static_cast<double>(meter.lifetime.microlitres), 2'000'000, 60'000);
}

TEST(AdvertisedTotal, AShortRegisterKeepsRunningOver) {
    SensorMeter meter;
    std::int64_t total = 0;
    for (int i = 0; i <= 500; ++i) {
        heard(meter, i * 60, ml(total % (1 << 16)), kShortRegister);
        total += 1'234;
    }
    EXPECT_EQ(meter.series.number, 1);
    EXPECT_NEAR(static_cast<double>(meter.lifetime.microlitres), 500.0 * 1'234'000, 100'000);
}

TEST(AdvertisedTotal, AFallThatIsNoRolloverCountsNothing) {
    SensorMeter meter;
    heard(meter, 0, ml(40'000'000));
    heard(meter, 60, ml(40'003'000));
    const auto readings = heard(meter, 120, ml(0));  // a new battery
    EXPECT_EQ(rise_of(readings).value, 0);
    EXPECT_EQ(meter.series.number, 2);
    EXPECT_EQ(meter.lifetime, ml(3'000));
    heard(meter, 180, ml(3'000));
    EXPECT_EQ(meter.lifetime, ml(6'000));
}

TEST(AdvertisedTotal, WhatNoMeterCanPassIsNotCounted) {
    SensorMeter meter;
    heard(meter, 0, ml(1'000'000));
    const auto readings = heard(meter, 10, ml(3'000'000'000));  // three thousand cubic metres in ten seconds
    EXPECT_EQ(rise_of(readings).value, 0);
    EXPECT_EQ(meter.lifetime, base::Volume{});
    EXPECT_EQ(meter.series.number, 2);
}

TEST(AdvertisedTotal, TheSameAgainAndOlderOnesAddNothing) {
    SensorMeter meter;
    heard(meter, 0, ml(90'000));
    heard(meter, 10, ml(93'000));
    heard(meter, 20, ml(96'000));
    heard(meter, 20, ml(96'000));
    heard(meter, 21, ml(93'000));  // the other adapter was slow
    EXPECT_EQ(meter.series.number, 1);
    EXPECT_EQ(meter.lifetime, ml(6'000));
}

TEST(AdvertisedTotal, ATapShowsAsFlowSoonAndRestsAfterIt) {
    SensorMeter meter;
    std::int64_t total = 5'000'000;
    for (int at = 0; at <= 600; at += 10) heard(meter, at, ml(total));
    EXPECT_FALSE(flow_at(meter, kSteps, from_unix_s(kSwitchedOn + 601)).running);
    // 6 l/min for two minutes.
    for (int at = 610; at <= 720; at += 10) heard(meter, at, ml(total += 1'000));
    const Flow flow = flow_at(meter, kSteps, from_unix_s(kSwitchedOn + 721));
    EXPECT_TRUE(flow.running);
    EXPECT_NEAR(base::to_litres_per_minute(flow.rate), 6, 0.6);
    for (int at = 730; at <= 900; at += 10) heard(meter, at, ml(total));
    EXPECT_FALSE(flow_at(meter, kSteps, from_unix_s(kSwitchedOn + 901)).running);
}

}  // namespace
}  // namespace millrace::meter
