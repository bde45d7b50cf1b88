#include "base/units.h"

#include <gtest/gtest.h>

namespace millrace::base {
namespace {

TEST(Units, PeaksTimesCalibrationIsExact) {
    EXPECT_EQ((PeakCount{3'828'906} * VolumePerPeak{32'933}).microlitres, 3'828'906LL * 32'933);
}

TEST(Units, GallonIsTheUsGallon) {
    EXPECT_DOUBLE_EQ(to_gallons(Volume{3'785'411'784}), 1000.0);
    EXPECT_NEAR(to_gallons_per_minute(FlowRate{63'090}), 1.0, 1e-5);
}

TEST(Units, EveryVolumeUnitIsConverted) {
    const Volume cubic_metre{1'000'000'000};
    EXPECT_DOUBLE_EQ(to_unit(cubic_metre, VolumeUnit::Litre), 1000);
    EXPECT_DOUBLE_EQ(to_unit(cubic_metre, VolumeUnit::CubicMetre), 1);
    EXPECT_NEAR(to_unit(cubic_metre, VolumeUnit::Gallon), 264.172, 1e-3);
    EXPECT_NEAR(to_unit(cubic_metre, VolumeUnit::CubicFoot), 35.3147, 1e-4);
    EXPECT_NEAR(to_unit(cubic_metre, VolumeUnit::Ccf), 0.353147, 1e-6);
}

TEST(Units, MillilitresRoundToTheNearestMicrolitre) {
    EXPECT_EQ(microlitres_from_millilitres(32.93261), 32'933);
    EXPECT_EQ(microlitres_from_millilitres(-0.0006), -1);
}

}  // namespace
}  // namespace millrace::base
