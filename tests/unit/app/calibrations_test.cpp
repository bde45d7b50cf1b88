#include "app/calibrations.h"

#include <gtest/gtest.h>

namespace millrace::app {
namespace {

const base::DeviceId kSensor = *base::DeviceId::parse("61DA80B500000001");

meter::CalibrationEntry entry(std::int64_t from_s, std::int64_t ul) {
    return {base::from_unix_s(from_s), {ul}};
}

hub::Settings listing(std::vector<meter::CalibrationEntry> entries) {
    hub::Settings settings;
    settings.calibrations = {{kSensor, std::move(entries)}};
    return settings;
}

TEST(CalibrationChanges, NothingIsEnteredTwice) {
    ports::StoredState stored;
    stored.calibrations = {{kSensor, entry(100, 40'000), 0}};
    EXPECT_TRUE(calibration_changes(listing({entry(100, 40'000)}), stored).empty());
}

TEST(CalibrationChanges, ANewEntryJoinsAfterTheNewestFrame) {
    ports::StoredState stored;
    stored.last_frame_id = 77;
    const auto changes = calibration_changes(listing({entry(100, 40'000)}), stored);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0], (ports::CalibrationRecord{kSensor, entry(100, 40'000), 77}));
}

TEST(CalibrationChanges, AnEntryTheFileNoLongerHasIsWithdrawn) {
    ports::StoredState stored;
    stored.calibrations = {{kSensor, entry(100, 40'000), 0}, {kSensor, entry(200, 41'000), 0}};
    const auto changes = calibration_changes(listing({entry(200, 41'000)}), stored);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].entry, entry(100, 0));
    stored.calibrations.push_back(changes[0]);
    EXPECT_TRUE(calibration_changes(listing({entry(200, 41'000)}), stored).empty());
}

TEST(CalibrationChanges, AChangedValueReplacesTheOldOne) {
    ports::StoredState stored;
    stored.calibrations = {{kSensor, entry(100, 40'000), 0}};
    const auto changes = calibration_changes(listing({entry(100, 42'000)}), stored);
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].entry, entry(100, 42'000));
}

TEST(CalibrationChanges, SensorsTheFileDoesNotNameAreLeftAlone) {
    ports::StoredState stored;
    stored.calibrations = {{kSensor, entry(100, 40'000), 0}};
    EXPECT_TRUE(calibration_changes({}, stored).empty());
}

}  // namespace
}  // namespace millrace::app
