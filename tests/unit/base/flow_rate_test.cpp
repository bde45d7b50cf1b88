#include "base/flow_rate.h"

#include <gtest/gtest.h>

#include <limits>

namespace millrace::base {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

TEST(FlowRate, IsVolumeOverTimeRoundedDown) {
    EXPECT_EQ(mean_flow(Volume{6'309}, Milliseconds{1'000}).microlitres_per_second, 6'309);
    EXPECT_EQ(mean_flow(Volume{10}, Milliseconds{3'000}).microlitres_per_second, 3);
}

TEST(FlowRate, CountsLessThanASecondAsOne) {
    EXPECT_EQ(mean_flow(Volume{500}, Milliseconds{0}).microlitres_per_second, 500);
}

TEST(FlowRate, IsExactWhereTheProductPassesSixtyFourBits) {
    EXPECT_EQ(mean_flow(Volume{kMost}, Milliseconds{1'000'000}).microlitres_per_second, kMost / 1'000);
}

TEST(FlowRate, GivesTheVolumeOfATime) {
    EXPECT_EQ(volume_of(FlowRate{6'309}, Milliseconds{1'500}).microlitres, 9'463);
}

TEST(FlowRate, HoldsAVolumeOfCenturiesToWhatFits) {
    EXPECT_EQ(volume_of(FlowRate{890'880}, Milliseconds{13'423'673'297'000}).microlitres, 11'958'882'066'831'360);
    EXPECT_EQ(volume_of(FlowRate{kMost}, Milliseconds{13'423'673'297'000}).microlitres, kMost);
}

}  // namespace
}  // namespace millrace::base
