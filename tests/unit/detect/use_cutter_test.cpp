#include "detect/use_cutter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <vector>

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

// Two even flows, the second of which begins in the first and outlasts it, as steps of 5 s of a fine meter.
TEST(UseCutter, TellsApartWhatBeganInAUseAndOutlastedIt) {
    constexpr base::VolumePerPeak kFine{33'000};
    UseCutter cutter;
    std::vector<Use> uses;
    const base::WallTime start = base::from_unix_s(1'700'000'000);
    for (int i = 0; i < 80; ++i) {
        const std::int64_t peaks = (i < 40 ? 20 : 0) + (i >= 30 ? 9 : 0);
        WaterStep step;
        step.from = start + i * base::Milliseconds{5'000};
        step.to = step.from + base::Milliseconds{5'000};
        step.peaks = peaks;
        step.volume = base::Volume{peaks * kFine.microlitres};
        EXPECT_TRUE(cutter.add(step, kFine, {}).empty());
    }
    uses = cutter.end_by(start + std::chrono::hours{1});
    ASSERT_EQ(uses.size(), 2U);
    const Use& shower = uses[0];
    const Use& tap = uses[1];
    EXPECT_FALSE(shower.overlapped);
    EXPECT_EQ(shower.start, start);
    EXPECT_NEAR(static_cast<double>((shower.end - start).count()), 200'000, 5'000);
    EXPECT_TRUE(tap.overlapped);
    EXPECT_NEAR(static_cast<double>((tap.start - start).count()), 150'000, 5'000);
    EXPECT_EQ(tap.end, start + base::Milliseconds{400'000});
    EXPECT_EQ(shower.volume + tap.volume, base::Volume{(40 * 20 + 50 * 9) * kFine.microlitres});
    EXPECT_NEAR(static_cast<double>(tap.volume.microlitres), 50.0 * 9 * kFine.microlitres, 2.0 * 9 * kFine.microlitres);
}

}  // namespace
}  // namespace millrace::detect
