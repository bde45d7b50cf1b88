#include "publish/leftovers.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "sample_state.h"

namespace millrace::publish {
namespace {

using nlohmann::json;
using testing::id;
using testing::kSensor;
using testing::sample_state;

const base::DeviceId kGone = id("FEDCBA98765432FF");

DeviceIdentities present() {
    return identities(sample_state());
}

std::vector<Message> documents_with(const base::DeviceId& sensor, const Settings& settings) {
    ports::LiveState state = sample_state();
    state.sensors[0].id = sensor;
    return discovery_documents(settings, identities(state), "1");
}

class LeftoversTest : public ::testing::Test {
protected:
    Settings settings_;
    Leftovers leftovers_{settings_};
};

TEST_F(LeftoversTest, AComponentThatWasSwitchedOffIsMarkedOnceAndThenLeftOut) {
    for (const Message& document : documents_with(kSensor, {})) leftovers_.note(document.topic, document.payload);
    Settings without;
    without.without = {"rssi"};
    const auto wanted = documents_with(kSensor, without);
    const auto marked = leftovers_.with_markers(wanted);
    const json components = json::parse(marked.at(2).payload).at("components");
    EXPECT_EQ(components.at("rssi"), json({{"platform", "sensor"}}));
    EXPECT_EQ(marked.at(0), wanted.at(0)) << "the others are as they were";
    leftovers_.marked(marked.at(2).topic);
    EXPECT_EQ(leftovers_.with_markers(wanted), wanted);
}

TEST_F(LeftoversTest, NoCommandIsSubscribedToTwice) {
    const auto filters = leftovers_.filters(present());
    EXPECT_NE(std::find(filters.begin(), filters.end(), "millrace/+/total"), filters.end());
    EXPECT_NE(std::find(filters.begin(), filters.end(), "homeassistant/device/+/config"), filters.end());
    for (const std::string& filter : filters) EXPECT_FALSE(filter.ends_with("/set") || filter.ends_with("+/+"));
}

TEST_F(LeftoversTest, AMarkerThatIsRetainedIsNoEntity) {
    auto document = documents_with(kSensor, {}).at(2);
    json root = json::parse(document.payload);
    root["components"]["old"] = {{"platform", "sensor"}};
    leftovers_.note(document.topic, root.dump());
    EXPECT_EQ(leftovers_.with_markers({document}), std::vector<Message>{document});
}

TEST_F(LeftoversTest, EveryTopicOfADeviceThatIsGoneIsEmptied) {
    const auto document = documents_with(kGone, {}).at(2);
    leftovers_.note(document.topic, document.payload);
    leftovers_.note(device_topic({}, kGone, "total"), "5");
    leftovers_.note(device_topic({}, kSensor, "total"), "5");
    std::vector<std::string> topics;
    for (const Message& message : leftovers_.take_stale(present())) {
        EXPECT_EQ(message.payload, "");
        EXPECT_TRUE(message.retain);
        topics.push_back(message.topic);
    }
    EXPECT_EQ(topics, (std::vector<std::string>{document.topic, device_topic({}, kGone, "total")}));
    EXPECT_TRUE(leftovers_.take_stale(present()).empty());
}

TEST_F(LeftoversTest, NothingIsEmptiedWhileNoSensorIsKnown) {
    const auto document = documents_with(kGone, {}).at(2);
    leftovers_.note(document.topic, document.payload);
    DeviceIdentities none;
    EXPECT_TRUE(leftovers_.take_stale(none).empty());
}

TEST_F(LeftoversTest, DocumentsOfOthersAreLeftAlone) {
    const auto ours = documents_with(kGone, {}).at(2);
    const json root = json::parse(ours.payload);
    const auto changed = [&](auto change) {
        json other = root;
        change(other);
        leftovers_.note(ours.topic, other.dump());
    };
    changed([](json& other) { other["origin"]["name"] = "zigbee2mqtt"; });
    changed([](json& other) { other["device"]["identifiers"] = {"somebody"}; });
    changed([](json& other) { other["components"]["total"]["unique_id"] = "somebody_total"; });
    changed([](json& other) { other["availability"][0]["topic"] = "other/availability"; });
    leftovers_.note(ours.topic, "no json");
    leftovers_.note(ours.topic, "[1]");
    leftovers_.note(ours.topic, R"({"origin": 5, "device": [], "components": "x"})");
    leftovers_.note("homeassistant/device/other/config", ours.payload);
    leftovers_.note("homeassistant/device/millrace_extra/config", ours.payload);
    EXPECT_TRUE(leftovers_.take_stale(present()).empty());
}

TEST_F(LeftoversTest, AMillraceOfAnotherBaseTopicIsLeftAlone) {
    for (const char* base : {"millrace_2", "millrace2", "millrace/garden", "garden"}) {
        Settings other;
        other.base_topic = base;
        for (const Message& document : documents_with(kGone, other)) leftovers_.note(document.topic, document.payload);
        leftovers_.note(device_topic(other, kGone, "total"), "5");
        leftovers_.note(house_topic(other, "mode"), "home");
    }
    EXPECT_TRUE(leftovers_.take_stale(present()).empty());
}

TEST_F(LeftoversTest, TopicsThatAreNotOfADeviceAreLeftAlone) {
    for (const char* topic : {"millrace/mode", "millrace/garden/mode", "millrace/FEDCBA98765432FF",
                              "millrace/FEDCBA98765432FF/a/b", "other/FEDCBA98765432FF/total"}) {
        leftovers_.note(topic, "x");
    }
    EXPECT_TRUE(leftovers_.take_stale(present()).empty());
}

}  // namespace
}  // namespace millrace::publish
