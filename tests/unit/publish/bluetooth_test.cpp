// Leak pucks and meters that are heard by Bluetooth: what is said of them, and of those that are no more.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "publish/alarms.h"
#include "publish/leftovers.h"
#include "publish/state.h"
#include "sample_state.h"
#include "support/alarm_fakes.h"

namespace millrace::publish {
namespace {

using nlohmann::json;
using testing::kMeter;
using testing::kMorning;
using testing::kPuck;
using testing::kSensor;
using testing::state_with_bluetooth;

constexpr base::SteadyTime kBoot{std::chrono::hours{5}};

class BluetoothStates : public ::testing::Test {
protected:
    // What goes out, by what stands behind the device in the topic.
    std::map<std::string, Message> plan_of(const base::DeviceId& device, base::Milliseconds later = {}) {
        std::map<std::string, Message> of_it;
        const std::string above = device_topic(Settings{}, device, "");
        for (Message& message : planner_.plan(state_, kMorning + later, kBoot + later)) {
            if (message.topic.starts_with(above)) of_it[message.topic.substr(above.size())] = message;
        }
        return of_it;
    }
    ports::LivePuck& puck() { return state_.pucks[0]; }

    ports::LiveState state_ = state_with_bluetooth();
    StatePlanner planner_{Settings{}};
};

TEST_F(BluetoothStates, APuckSaysWhatIsKnownOfIt) {
    auto sent = plan_of(kPuck);
    EXPECT_EQ(sent.size(), 9u);
    EXPECT_EQ(sent["availability"].payload, "online");
    EXPECT_EQ(sent["moisture"].payload, "OFF");
    EXPECT_EQ(sent["moisture_percent"].payload, "12.50");
    EXPECT_EQ(sent["battery"].payload, "93");
    EXPECT_EQ(sent["voltage"].payload, "3.012");
    EXPECT_EQ(sent["temperature"].payload, "-0.50");
    EXPECT_EQ(sent["humidity"].payload, "44.10");
    EXPECT_EQ(sent["rssi"].payload, "-71");
    EXPECT_EQ(sent["last_seen"].payload, base::to_rfc3339(kMorning));
    for (const auto& [leaf, message] : sent) EXPECT_TRUE(message.retain && message.qos == 1) << leaf;
    puck().wet = true;
    sent = plan_of(kPuck, base::Milliseconds{1});
    EXPECT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent["moisture"].payload, "ON");
}

TEST_F(BluetoothStates, OfAPuckThatHasNotSaidAnythingThereIsOnlyThatItIsNotThere) {
    puck() = {};
    puck().id = kPuck;
    auto sent = plan_of(kPuck);
    EXPECT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent["availability"].payload, "offline");
}

TEST_F(BluetoothStates, APuckIsThereForADayAfterItsLastWordWhileAnAdapterListens) {
    EXPECT_EQ(plan_of(kPuck)["availability"].payload, "online");
    EXPECT_TRUE(plan_of(kPuck, base::Seconds{24 * 3600 - 1}).empty());
    EXPECT_EQ(plan_of(kPuck, base::Seconds{24 * 3600})["availability"].payload, "offline");
    puck().last_seen = kMorning + base::Seconds{24 * 3600 + 1};
    EXPECT_EQ(plan_of(kPuck, base::Seconds{24 * 3600 + 1})["availability"].payload, "online");
    state_.hears_bluetooth = false;
    EXPECT_EQ(plan_of(kPuck, base::Seconds{24 * 3600 + 2})["availability"].payload, "offline");
}

TEST_F(BluetoothStates, APressIsToldOnceAndNotKept) {
    (void)plan_of(kPuck);
    puck().last_press = ports::LivePress{kMorning + base::Seconds{60}, 2, "double_press"};
    auto sent = plan_of(kPuck, base::Seconds{61});
    const Message button = sent["button"];
    EXPECT_FALSE(button.retain);
    EXPECT_TRUE(button.each_counts);
    EXPECT_EQ(json::parse(button.payload),
              (json{{"event_type", "double_press"}, {"button", 2}, {"at", "2026-09-21T14:14:20Z"}}));
    planner_.forget();
    EXPECT_FALSE(plan_of(kPuck, base::Seconds{62}).contains("button")) << "Home Assistant has had it";
    puck().last_press->at += base::Seconds{3};
    EXPECT_TRUE(plan_of(kPuck, base::Seconds{64}).contains("button"));
}

TEST_F(BluetoothStates, APressOfSomeTimeAgoIsNotTold) {
    puck().last_press = ports::LivePress{kMorning, 1, "press"};
    EXPECT_FALSE(plan_of(kPuck, base::Milliseconds{kPressHolds}).contains("button"));
}

TEST_F(BluetoothStates, AMeterSaysItsWaterAndWhatElseItKnows) {
    auto sent = plan_of(kMeter);
    EXPECT_EQ(sent["total"].payload, "1234567.890");
    EXPECT_EQ(sent["flow"].payload, "6.000");
    EXPECT_EQ(sent["flow_said"].payload, "6.000");
    EXPECT_EQ(sent["storage"].payload, "250.500");
    EXPECT_EQ(sent["battery"].payload, "80");
    EXPECT_EQ(sent["battery_low"].payload, "OFF");
    EXPECT_EQ(sent["rssi"].payload, "-83");
    EXPECT_FALSE(sent.contains("battery_voltage"));
    EXPECT_FALSE(sent.contains("humidity"));
}

TEST_F(BluetoothStates, AMetersFlowIsRepeatedWhileAnAdapterListens) {
    (void)plan_of(kMeter);
    EXPECT_TRUE(plan_of(kMeter, base::Milliseconds{kFlowRepeat}).contains("flow"));
    state_.hears_bluetooth = false;
    (void)plan_of(kMeter, base::Milliseconds{kFlowRepeat + base::Milliseconds{1}});
    EXPECT_FALSE(plan_of(kMeter, base::Milliseconds{2 * kFlowRepeat}).contains("flow"));
}

TEST_F(BluetoothStates, NothingStaysOfADeviceThatIsNoMore) {
    std::set<std::string> kept;
    for (const auto& [leaf, message] : plan_of(kPuck)) kept.insert(leaf);
    state_.pucks.clear();
    std::set<std::string> emptied;
    for (const auto& [leaf, message] : plan_of(kPuck, base::Milliseconds{1})) {
        EXPECT_TRUE(message.retain && message.payload.empty()) << leaf;
        emptied.insert(leaf);
    }
    EXPECT_EQ(emptied, kept);
    EXPECT_TRUE(plan_of(kPuck, base::Milliseconds{2}).empty());
}

TEST_F(BluetoothStates, WhatWasNotKeptIsNotEmptied) {
    (void)plan_of(kMeter);
    std::erase_if(state_.sensors, [](const ports::LiveSensor& sensor) { return sensor.id == kMeter; });
    const auto emptied = plan_of(kMeter, base::Milliseconds{1});
    EXPECT_TRUE(emptied.contains("total"));
    EXPECT_FALSE(emptied.contains("flow"));
}

TEST_F(BluetoothStates, APuckThatWasMeantToBeAMeterLeavesNothingOfAPuck) {
    (void)plan_of(kPuck);
    state_.pucks.clear();
    state_.sensors.push_back(testing::sample_meter());
    state_.sensors.back().id = kPuck;
    auto sent = plan_of(kPuck, base::Milliseconds{1});
    EXPECT_EQ(sent["moisture"].payload, "");
    EXPECT_EQ(sent["battery"].payload, "80");
    EXPECT_EQ(sent["total"].payload, "1234567.890");
}

class BluetoothAlarms : public ::testing::Test {
protected:
    std::map<std::string, std::string> plan_of(const base::DeviceId& device) {
        std::map<std::string, std::string> of_it;
        const std::string above = device_topic(Settings{}, device, "");
        for (const Message& message : planner_.plan(alarms_, live_, {}, kBoot + base::Milliseconds{++plans_})) {
            if (message.topic.starts_with(above)) of_it[message.topic.substr(above.size())] = message.payload;
        }
        return of_it;
    }
    void raise(detect::Rule rule, const base::DeviceId& device) {
        detect::Incident incident = support::sample_incident(device, kMorning);
        incident.finding.rule = rule;
        incident.finding.severity = detect::severity_of(rule);
        incident.finding.measure = detect::Measure::None;
        incident.finding.detail = "Under the sink, Kitchen";
        alarms_.incidents.push_back(incident);
    }

    ports::LiveState live_ = state_with_bluetooth();
    ports::AlarmState alarms_;
    AlarmPlanner planner_{Settings{}};
    int plans_ = 0;
};

using Payloads = std::map<std::string, std::string>;

TEST_F(BluetoothAlarms, AWetPuckIsAnAlarmOfThePuckAlone) {
    EXPECT_EQ(
        plan_of(kPuck),
        (Payloads{{"alarms", "{}"}, {"leak_puck_wet", "OFF"}, {"leak_puck_reporting", "ON"}, {"low_battery", "OFF"}}));
    raise(detect::Rule::PuckWet, kPuck);
    auto sent = plan_of(kPuck);
    EXPECT_EQ(sent.size(), 2u);
    EXPECT_EQ(sent["leak_puck_wet"], "ON");
    const json numbers = json::parse(sent["alarms"])["leak_puck_wet"];
    EXPECT_EQ(numbers["severity"], "critical");
    EXPECT_NE(numbers["sentence"].get<std::string>().find("Under the sink"), std::string::npos);
    EXPECT_TRUE(plan_of(kSensor).empty());
}

TEST_F(BluetoothAlarms, ASilentPuckAndALowBatteryHaveTheirOwn) {
    (void)plan_of(kPuck);
    raise(detect::Rule::PuckSilent, kPuck);
    raise(detect::Rule::PuckBattery, kPuck);
    auto sent = plan_of(kPuck);
    EXPECT_EQ(sent["leak_puck_reporting"], "OFF");
    EXPECT_EQ(sent["low_battery"], "ON");
    EXPECT_FALSE(sent.contains("leak_puck_wet"));
}

TEST_F(BluetoothAlarms, AMeterHasThoseOfItsWaterAndItsSilence) {
    auto sent = plan_of(kMeter);
    EXPECT_EQ(sent["leak"], "OFF");
    EXPECT_EQ(sent["sensor_reporting"], "ON");
    for (const char* leaf : {"radio_link", "moved", "low_battery"}) EXPECT_FALSE(sent.contains(leaf)) << leaf;
}

TEST_F(BluetoothAlarms, NothingStaysOfADeviceThatIsNoMore) {
    const auto kept = plan_of(kPuck);
    live_.pucks.clear();
    const auto emptied = plan_of(kPuck);
    EXPECT_EQ(emptied.size(), kept.size());
    for (const auto& [leaf, payload] : emptied) EXPECT_EQ(payload, "") << leaf;
    EXPECT_TRUE(plan_of(kPuck).empty());
}

TEST_F(BluetoothAlarms, APuckThatWasMeantToBeAMeterLeavesNothingOfAPuck) {
    (void)plan_of(kPuck);
    live_.pucks.clear();
    live_.sensors.push_back(testing::sample_meter());
    live_.sensors.back().id = kPuck;
    auto sent = plan_of(kPuck);
    EXPECT_EQ(sent["leak_puck_wet"], "");
    EXPECT_EQ(sent["alarms"], "{}");
    EXPECT_EQ(sent["leak"], "OFF");
    EXPECT_TRUE(plan_of(kPuck).empty());
}

TEST(BluetoothDiscovery, ADeviceOfAnotherKindIsTakenBackFirst) {
    const DeviceIdentities before = identities(state_with_bluetooth());
    ports::LiveState state = state_with_bluetooth();
    state.pucks.clear();
    state.sensors.push_back(testing::sample_meter());
    state.sensors.back().id = kPuck;
    const DeviceIdentities between = without_changed_kinds(before, identities(state));
    EXPECT_TRUE(between.pucks.empty());
    EXPECT_EQ(between.sensors, before.sensors);
    EXPECT_EQ(without_changed_kinds(between, identities(state)), identities(state));
}

class BluetoothLeftovers : public ::testing::Test {
protected:
    static bool has(const std::vector<Message>& messages, const std::string& topic) {
        return std::find(messages.begin(), messages.end(), Message{topic, "", true, 1}) != messages.end();
    }
    // As an earlier run left them.
    void hear_all(const ports::LiveState& state) {
        for (const Message& document : discovery_documents({}, identities(state), "1")) {
            leftovers_.note(document.topic, document.payload);
        }
        leftovers_.note(device_topic({}, kPuck, "moisture"), "ON");
    }

    Settings settings_;
    Leftovers leftovers_{settings_};
    std::string document_ = "homeassistant/device/millrace_" + kPuck.str() + "/config";
};

TEST_F(BluetoothLeftovers, OfAPuckThatIsGoneEveryTopicIsLookedForAndEmptied) {
    const ports::LiveState without = testing::sample_state();
    const auto filters = leftovers_.filters(identities(without));
    for (const char* leaf : {"moisture", "battery", "humidity", "leak_puck_wet", "storage"}) {
        EXPECT_NE(std::find(filters.begin(), filters.end(), std::string("millrace/+/") + leaf), filters.end()) << leaf;
    }
    hear_all(state_with_bluetooth());
    const auto stale = leftovers_.take_stale(identities(without));
    EXPECT_TRUE(has(stale, document_));
    EXPECT_TRUE(has(stale, device_topic({}, kPuck, "moisture")));
}

TEST_F(BluetoothLeftovers, APuckThatIsThereStays) {
    hear_all(state_with_bluetooth());
    EXPECT_TRUE(leftovers_.take_stale(identities(state_with_bluetooth())).empty());
}

TEST_F(BluetoothLeftovers, ANewDatabaseThatOnlyKnowsItsPucksHasYetToHearTheOthers) {
    hear_all(state_with_bluetooth());
    ports::LiveState fresh = state_with_bluetooth();
    fresh.sensors.clear();
    fresh.bridges.clear();
    EXPECT_FALSE(
        has(leftovers_.take_stale(identities(fresh)), "homeassistant/device/millrace_" + kSensor.str() + "/config"));
}

}  // namespace
}  // namespace millrace::publish
