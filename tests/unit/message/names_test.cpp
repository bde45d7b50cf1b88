#include <gtest/gtest.h>

#include <set>

#include "message/message.h"

namespace millrace::message {
namespace {

TEST(StateNames, AreGivenOnlyToKeysWhoseMeaningIsKnown) {
    EXPECT_EQ(sensor_state_name(32), "battery_mv");
    EXPECT_EQ(bridge_state_name(32), "sensor_rssi_dbm");
    EXPECT_EQ(sensor_state_name(1024), "temperature_c");
    EXPECT_EQ(bridge_state_name(1024), "wifi_channel");
    for (const std::uint64_t key : {1, 2, 4, 8, 128, 2048, 4096, 8192, 131072, 262144}) {
        EXPECT_FALSE(sensor_state_name(key)) << key;
    }
    for (const std::uint64_t key : {1, 2, 8, 64, 2048, 16384}) EXPECT_FALSE(bridge_state_name(key)) << key;
}

TEST(EventNames, AreGivenOnlyToTypesWhoseMeaningIsKnown) {
    EXPECT_EQ(sensor_event_name(1048576), "device_moved");
    EXPECT_EQ(sensor_event_name(32), "magnetometer_ok");
    EXPECT_EQ(bridge_event_name(32), "packet_queued");
    EXPECT_EQ(bridge_event_name(512), "radio_link_lost");
    for (const std::uint64_t type : {1, 1024, 16384}) EXPECT_FALSE(bridge_event_name(type)) << type;
    EXPECT_FALSE(sensor_event_name(1));
    EXPECT_FALSE(sensor_event_name(3)) << "two bits at once are no known event";
}

TEST(EventNames, AreDistinct) {
    std::set<std::string_view> sensor;
    std::size_t count = 0;
    for (unsigned bit = 0; bit < 64; ++bit) {
        if (const auto name = sensor_event_name(std::uint64_t{1} << bit)) sensor.insert(*name), ++count;
    }
    EXPECT_EQ(count, 17u);
    EXPECT_EQ(sensor.size(), count);
}

TEST(Temperature, ReadsTheUpperHalfOfAByteAsNegative) {
    EXPECT_EQ(temperature_celsius(0), 0);
    EXPECT_EQ(temperature_celsius(127), 127);
    EXPECT_EQ(temperature_celsius(128), -128);
    EXPECT_EQ(temperature_celsius(255), -1);
    EXPECT_EQ(temperature_celsius(256), 256);
    EXPECT_EQ(temperature_celsius(-5), -5);
}

}  // namespace
}  // namespace millrace::message
