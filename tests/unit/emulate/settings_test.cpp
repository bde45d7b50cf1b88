#include "emulate/settings.h"

#include <gtest/gtest.h>

namespace millrace::emulate {
namespace {

TEST(EmulateSettings, DefaultsAreGood) {
    EXPECT_FALSE(check(Settings{}));
}

TEST(EmulateSettings, SaysWhatIsWrong) {
    Settings settings;
    settings.bridges = 0;
    EXPECT_TRUE(check(settings));
    settings = {};
    settings.speed = 0;
    EXPECT_TRUE(check(settings));
    settings = {};
    settings.ml_per_peak = -1;
    EXPECT_TRUE(check(settings));
    settings = {};
    settings.sample_qos = mqtt::Qos::ExactlyOnce;
    EXPECT_TRUE(check(settings));
    settings = {};
    settings.sensor = settings.bridge;
    EXPECT_TRUE(check(settings));
}

TEST(EmulateSettings, NamesCountUpFromTheFirst) {
    const auto first = *base::DeviceId::parse("61f6F579000000fe");
    EXPECT_EQ(numbered(first, 0).text(), "61f6F579000000fe");
    EXPECT_EQ(numbered(first, 1).text(), "61f6F579000000FF");
    EXPECT_EQ(numbered(first, 258).text(), "61f6F57900000200");
}

}  // namespace
}  // namespace millrace::emulate
