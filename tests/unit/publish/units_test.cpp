#include "publish/units.h"

#include <gtest/gtest.h>

#include <clocale>
#include <limits>

namespace millrace::publish {
namespace {

TEST(PublishUnits, FlowIsLitresOrGallonsAMinute) {
    EXPECT_EQ(flow_text({100'000}, base::VolumeUnit::Litre), "6.000");
    EXPECT_EQ(flow_text({100'000}, base::VolumeUnit::Gallon), "1.585");
    EXPECT_EQ(flow_text({0}, base::VolumeUnit::Gallon), "0.000");
}

TEST(PublishUnits, VolumesKeepAMillilitreInEveryUnit) {
    EXPECT_EQ(volume_text({1'234'567'890}, base::VolumeUnit::Litre), "1234.568");
    EXPECT_EQ(volume_text({1'234'567'890}, base::VolumeUnit::CubicMetre), "1.234568");
    EXPECT_EQ(volume_text({3'785'411'784}, base::VolumeUnit::Gallon), "1000.0000");
}

TEST(PublishUnits, NumbersNeverShowANegativeZeroOrSomethingThatIsNoNumber) {
    EXPECT_EQ(decimal(-0.0001, 3), "0.000");
    EXPECT_EQ(decimal(-0.5, 3), "-0.500");
    EXPECT_EQ(decimal(std::numeric_limits<double>::quiet_NaN(), 3), "0.000");
    EXPECT_EQ(decimal(std::numeric_limits<double>::infinity(), 1), "0.0");
}

TEST(PublishUnits, TheLargestVolumeFits) {
    EXPECT_EQ(volume_text({std::numeric_limits<std::int64_t>::max()}, base::VolumeUnit::Litre), "9223372036854.775");
}

TEST(PublishUnits, NumbersHaveAPointInEveryLocale) {
    const char* german = std::setlocale(LC_NUMERIC, "de_DE.UTF-8");
    EXPECT_EQ(decimal(1.5, 2), "1.50");
    std::setlocale(LC_NUMERIC, "C");
    if (german == nullptr) GTEST_SKIP() << "no German locale on this machine; checked in the C locale only";
}

}  // namespace
}  // namespace millrace::publish
