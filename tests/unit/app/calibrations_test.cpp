#include "app/calibrations.h"

#include <gtest/gtest.h>

namespace millrace::app {
namespace {

const base::WallTime kNow = base::from_unix_s(1000);
const base::DeviceId kCalibrated = *base::DeviceId::parse("61DA80B500000001");

meter::CalibrationEntry entry(std::int64_t from_s, std::int64_t ul) {
    return {base::from_unix_s(from_s), {ul}};
}

constexpr ports::CalibrationSource kFile = ports::CalibrationSource::Config;

hub::Settings listing(std::vector<meter::CalibrationEntry> entries) {
    hub::Settings settings;
    settings.calibrations = {{kCalibrated, std::move(entries)}};
    return settings;
}

TEST(CalibrationChanges, NothingIsEnteredTwice) {
    ports::StoredState stored;
    stored.calibrations = {{kCalibrated, entry(100, 40'000), 0}};
    EXPECT_TRUE(calibration_changes(listing({entry(100, 40'000)}), stored, kNow).empty());
}

TEST(CalibrationChanges, ANewEntryJoinsAfterTheNewestFrame) {
    ports::StoredState stored;
    stored.last_frame_id = 77;
    const auto changes = calibration_changes(listing({entry(100, 40'000)}), stored, kNow);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0], (ports::CalibrationRecord{kCalibrated, entry(100, 40'000), 77, kFile, kNow, {}}));
}

TEST(CalibrationChanges, AnEntryTheFileNoLongerHasIsWithdrawn) {
    ports::StoredState stored;
    stored.calibrations = {{kCalibrated, entry(100, 40'000), 0}, {kCalibrated, entry(200, 41'000), 0}};
    const auto changes = calibration_changes(listing({entry(200, 41'000)}), stored, kNow);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].entry, entry(100, 0));
    stored.calibrations.push_back(changes[0]);
    EXPECT_TRUE(calibration_changes(listing({entry(200, 41'000)}), stored, kNow).empty());
}

TEST(CalibrationChanges, AChangedValueReplacesTheOldOne) {
    ports::StoredState stored;
    stored.calibrations = {{kCalibrated, entry(100, 40'000), 0}};
    const auto changes = calibration_changes(listing({entry(100, 42'000)}), stored, kNow);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].entry, entry(100, 42'000));
}

TEST(CalibrationChanges, SensorsTheFileDoesNotNameAreLeftAlone) {
    ports::StoredState stored;
    stored.calibrations = {{kCalibrated, entry(100, 40'000), 0}};
    EXPECT_TRUE(calibration_changes({}, stored, kNow).empty());
}

TEST(CalibrationChanges, WhatWasEnteredOtherwiseStaysAtTheNextStart) {
    ports::StoredState stored;
    stored.calibrations = {{kCalibrated, entry(100, 40'000), 0},
                           {kCalibrated, entry(150, 39'000), 5, ports::CalibrationSource::DrawnVolume, kNow, "10 l"},
                           {kCalibrated, entry(100, 38'000), 9, ports::CalibrationSource::Entered, kNow, ""}};
    EXPECT_TRUE(calibration_changes(listing({entry(100, 40'000)}), stored, kNow).empty());
    const auto changes = calibration_changes(listing({entry(200, 41'000)}), stored, kNow);
    ASSERT_EQ(changes.size(), 2U) << "the file's own entry goes and the new one comes";
}

}  // namespace
}  // namespace millrace::app
