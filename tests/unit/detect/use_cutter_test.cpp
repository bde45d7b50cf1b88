#include "detect/use_cutter.h"

#include <gtest/gtest.h>

namespace millrace::detect {
namespace {

// Found by the fuzzer: the product of a standing flow and a time overflowed.
TEST(UseCutter, CallsWaterOfCenturiesNoUse) {
    WaterStep step;
    step.from = base::from_unix_s(0);
    step.to = step.from + base::Milliseconds{13'423'673'297'000};
    step.peaks = 2;
    step.volume = base::Volume{20'000'000};
    UseCutter cutter;
    EXPECT_TRUE(cutter.add(step, base::VolumePerPeak{10'000'000}, base::FlowRate{296'960}).empty());
    EXPECT_FALSE(cutter.open());
}

}  // namespace
}  // namespace millrace::detect
