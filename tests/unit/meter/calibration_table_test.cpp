#include "meter/calibration_table.h"

#include <gtest/gtest.h>

namespace millrace::meter {
namespace {

using base::from_unix_s;
using base::VolumePerPeak;

TEST(CalibrationTable, EmptyTableAnswersTheUncalibratedDefault) {
    const CalibrationTable table;
    EXPECT_FALSE(table.calibrated());
    EXPECT_EQ(table.at(from_unix_s(1'709'625'540)), kUncalibratedVolumePerPeak);
}

TEST(CalibrationTable, EntryHoldsFromItsMomentOn) {
    const CalibrationTable table({{from_unix_s(2000), VolumePerPeak{20}}, {from_unix_s(1000), VolumePerPeak{10}}});
    EXPECT_TRUE(table.calibrated());
    EXPECT_EQ(table.at(from_unix_s(1000)), VolumePerPeak{10});
    EXPECT_EQ(table.at(from_unix_s(2000) - base::Milliseconds{1}), VolumePerPeak{10});
    EXPECT_EQ(table.at(from_unix_s(2000)), VolumePerPeak{20});
    EXPECT_EQ(table.at(from_unix_s(3000)), VolumePerPeak{20});
}

TEST(CalibrationTable, FirstEntryReachesBackBeforeItsMoment) {
    const CalibrationTable table({{from_unix_s(2000), VolumePerPeak{20}}, {from_unix_s(1000), VolumePerPeak{10}}});
    EXPECT_EQ(table.at(from_unix_s(0)), VolumePerPeak{10});
}

TEST(CalibrationTable, LaterInTheListWinsAtEqualTimes) {
    const CalibrationTable table({{from_unix_s(1000), VolumePerPeak{10}},
                                  {from_unix_s(500), VolumePerPeak{5}},
                                  {from_unix_s(1000), VolumePerPeak{11}},
                                  {from_unix_s(1000), VolumePerPeak{12}}});
    ASSERT_EQ(table.entries().size(), 2u);
    EXPECT_EQ(table.entries()[0].from, from_unix_s(500));
    EXPECT_EQ(table.entries()[1].from, from_unix_s(1000));
    EXPECT_EQ(table.at(from_unix_s(1000)), VolumePerPeak{12});
}

}  // namespace
}  // namespace millrace::meter
