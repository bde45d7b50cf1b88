#include "hub/vocabulary.h"

#include <gtest/gtest.h>

namespace millrace::hub {
namespace {

TEST(Vocabulary, TellsBridgesFromSensorsAndTheKnownFromTheUnknown) {
    const Vocabulary words;
    const auto bridge = ports::DeviceKind::Bridge;
    const auto sensor = ports::DeviceKind::Sensor;
    EXPECT_EQ(words.state(sensor, 32).name, "battery_mv");
    EXPECT_EQ(words.state(sensor, 32).unit, "mV");
    EXPECT_EQ(words.state(sensor, 32).certainty, ports::Certainty::Proven);
    EXPECT_EQ(words.state(bridge, 32).name, "sensor_rssi_dbm");
    EXPECT_EQ(words.state(bridge, 4).certainty, ports::Certainty::Likely);
    EXPECT_EQ(words.state(sensor, 4), ports::Meaning{});
    EXPECT_TRUE(words.event(sensor, 2).restart);
    EXPECT_EQ(words.event(bridge, 2), ports::Meaning{});
    EXPECT_NE(words.event(bridge, 1).note, "");
}

}  // namespace
}  // namespace millrace::hub
