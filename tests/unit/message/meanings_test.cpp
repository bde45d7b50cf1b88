#include "message/meanings.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "message/events.h"
#include "message/states.h"

namespace millrace::message {
namespace {

TEST(StateMeanings, AreGivenOnlyToKeysWhoseMeaningIsKnown) {
    EXPECT_EQ(meaning_of_sensor_state(32).name, "battery_mv");
    EXPECT_EQ(meaning_of_sensor_state(32).unit, "mV");
    EXPECT_EQ(meaning_of_sensor_state(32).certainty, Certainty::Proven);
    EXPECT_EQ(meaning_of_bridge_state(32).name, "sensor_rssi_dbm");
    EXPECT_EQ(meaning_of_sensor_state(1024).name, "temperature_c");
    EXPECT_EQ(meaning_of_sensor_state(1024).certainty, Certainty::Likely);
    EXPECT_EQ(meaning_of_bridge_state(1024).name, "wifi_channel");
    for (const std::uint64_t key : {1, 2, 4, 8, 128, 2048, 4096, 8192, 131072, 262144}) {
        const Meaning meaning = meaning_of_sensor_state(key);
        EXPECT_EQ(meaning.number, key);
        EXPECT_EQ(meaning.name, "") << key;
        EXPECT_EQ(meaning.certainty, Certainty::Unknown) << key;
    }
    for (const std::uint64_t key : {1, 2, 8, 64, 2048, 16384}) EXPECT_EQ(meaning_of_bridge_state(key).name, "") << key;
}

TEST(EventMeanings, AreGivenOnlyToTypesWhoseMeaningIsKnown) {
    EXPECT_EQ(meaning_of_sensor_event(1048576).name, "device_moved");
    EXPECT_EQ(meaning_of_sensor_event(32).name, "magnetometer_ok");
    EXPECT_EQ(meaning_of_sensor_event(8).certainty, Certainty::Likely);
    EXPECT_EQ(meaning_of_bridge_event(32).name, "packet_queued");
    EXPECT_EQ(meaning_of_bridge_event(512).name, "radio_link_lost");
    for (const std::uint64_t type : {1, 1024, 16384}) {
        const Meaning meaning = meaning_of_bridge_event(type);
        EXPECT_EQ(meaning.name, "") << type;
        EXPECT_EQ(meaning.certainty, Certainty::Unknown) << type;
        EXPECT_NE(meaning.note, "") << "that it follows a boot was seen";
    }
    EXPECT_EQ(meaning_of_sensor_event(1).name, "");
    EXPECT_EQ(meaning_of_sensor_event(3).name, "") << "two bits at once are no known event";
}

TEST(EventMeanings, OnlyADeviceResetIsARestart) {
    for (unsigned bit = 0; bit < 64; ++bit) {
        const std::uint64_t type = std::uint64_t{1} << bit;
        EXPECT_EQ(meaning_of_sensor_event(type).restart, type == sensor_event::kDeviceReset) << type;
        EXPECT_FALSE(meaning_of_bridge_event(type).restart) << type;
    }
}

TEST(Meanings, HaveDistinctNamesAndOnesOfTheirCertainty) {
    using Table = Meaning (*)(std::uint64_t);
    const auto expect_known = [](Table table, std::size_t known) {
        std::set<std::string_view> names;
        for (unsigned bit = 0; bit < 64; ++bit) {
            const Meaning meaning = table(std::uint64_t{1} << bit);
            EXPECT_EQ(meaning.number, std::uint64_t{1} << bit);
            EXPECT_EQ(meaning.name.empty(), meaning.certainty == Certainty::Unknown) << meaning.number;
            if (meaning.name.empty()) continue;
            EXPECT_TRUE(names.insert(meaning.name).second) << meaning.name;
        }
        EXPECT_EQ(names.size(), known);
    };
    expect_known(meaning_of_sensor_state, 4);
    expect_known(meaning_of_bridge_state, 7);
    expect_known(meaning_of_sensor_event, 17);
    expect_known(meaning_of_bridge_event, 5);
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
