// The documents are compared with stored files in tests/fixtures/discovery. After a wanted change, write them anew with
//   MILLRACE_UPDATE_GOLDEN=1 ctest -R unit/publish/Discovery
// and read the difference before committing it.
#include "publish/discovery.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "publish/alarms.h"
#include "publish/commands.h"
#include "publish/state.h"
#include "sample_state.h"

namespace millrace::publish {
namespace {

using nlohmann::json;
using testing::kBridge;
using testing::kSensor;
using testing::sample_state;

const std::string kVersion = "9.9.9";

std::string golden_path(const std::string& name) {
    return std::string(MILLRACE_SOURCE_DIR) + "/tests/fixtures/discovery/" + name + ".json";
}

void expect_golden(const std::string& name, const Message& document) {
    nlohmann::ordered_json actual;
    actual["topic"] = document.topic;
    actual["payload"] = nlohmann::ordered_json::parse(document.payload);
    const std::string text = actual.dump(2) + "\n";
    if (std::getenv("MILLRACE_UPDATE_GOLDEN") != nullptr) std::ofstream(golden_path(name)) << text;
    std::ifstream file(golden_path(name));
    ASSERT_TRUE(file) << golden_path(name);
    std::stringstream stored;
    stored << file.rdbuf();
    EXPECT_EQ(text, stored.str());
}

std::vector<Message> documents(const Settings& settings = {}) {
    return discovery_documents(settings, identities(sample_state()), kVersion);
}

TEST(Discovery, HubMatchesItsStoredDocument) {
    expect_golden("hub", documents().at(0));
}

Settings with_updates() {
    Settings settings;
    settings.update_entity = true;
    return settings;
}

TEST(Discovery, HubThatAsksForUpdatesMatchesItsStoredDocument) {
    expect_golden("hub-updates", documents(with_updates()).at(0));
}

TEST(Discovery, WithoutSomebodyToAskThereIsNoUpdateEntity) {
    EXPECT_FALSE(json::parse(documents().at(0).payload).at("components").contains("update"));
    EXPECT_TRUE(json::parse(documents(with_updates()).at(0).payload).at("components").contains("update"));
}

TEST(Discovery, BridgeMatchesItsStoredDocument) {
    expect_golden("bridge", documents().at(1));
}

TEST(Discovery, SensorInLitresMatchesItsStoredDocument) {
    expect_golden("sensor-litres", documents().at(2));
}

TEST(Discovery, SensorInGallonsMatchesItsStoredDocument) {
    Settings settings;
    settings.unit = base::VolumeUnit::Gallon;
    expect_golden("sensor-gallons", documents(settings).at(2));
}

Settings with_tariff() {
    Settings settings;
    settings.unit = base::VolumeUnit::Gallon;
    settings.tariff.emplace();
    settings.tariff->currency = "USD";
    settings.tariff->unit = base::VolumeUnit::Gallon;
    settings.tariff->seasons = {{0x0fff, {{std::nullopt, {12'345}}}}};
    return settings;
}

TEST(Discovery, SensorWithATariffMatchesItsStoredDocument) {
    expect_golden("sensor-tariff", documents(with_tariff()).at(2));
}

TEST(Discovery, TwoBridgesAndThreeSensorsMatchTheirStoredDocuments) {
    ports::LiveState state = sample_state();
    state.bridges.push_back(testing::sample_bridge());
    state.bridges[1].id = testing::id("0123456789ABCDE0");
    for (const char* id : {"FEDCBA9876543211", "FEDCBA9876543212"}) {
        state.sensors.push_back(testing::sample_sensor());
        state.sensors.back().id = testing::id(id);
    }
    state.sensors[2].bridge = state.bridges[1].id;
    const auto all = discovery_documents({}, identities(state), kVersion);
    ASSERT_EQ(all.size(), 6u);
    for (std::size_t i = 1; i < all.size(); ++i) expect_golden("several-" + std::to_string(i), all[i]);
}

// The hub, the bridge, the meter, the Flume sensor and the puck.
std::vector<Message> documents_with_bluetooth(const Settings& settings = {}) {
    return discovery_documents(settings, identities(testing::state_with_bluetooth()), kVersion);
}

TEST(Discovery, MeterThatIsHeardByBluetoothMatchesItsStoredDocument) {
    expect_golden("meter", documents_with_bluetooth().at(2));
}

TEST(Discovery, LeakPuckMatchesItsStoredDocument) {
    expect_golden("puck", documents_with_bluetooth().at(4));
}

TEST(Discovery, LeakPuckThatIsYetToBeHeardMatchesItsStoredDocument) {
    ports::LiveState state = sample_state();
    state.pucks.emplace_back();
    state.pucks[0].id = testing::kPuck;
    state.pucks[0].says.name = "Boiler";
    expect_golden("puck-unheard", discovery_documents({}, identities(state), kVersion).at(3));
}

TEST(Discovery, WhatAFlumeSensorIsCalledDoesNotDependOnMeters) {
    EXPECT_EQ(documents_with_bluetooth().at(3), documents().at(2));
}

TEST(Discovery, WithoutATariffNothingHasACost) {
    const json components = json::parse(documents().at(2).payload).at("components");
    for (const char* key : {"cost_today", "cost_month", "price"}) EXPECT_FALSE(components.contains(key));
}

TEST(Discovery, AnEntityThatIsSwitchedOffIsInNoDocument) {
    Settings settings;
    settings.without = {"rssi", "rules_burst_rate", "no_such_entity"};
    EXPECT_FALSE(json::parse(documents(settings).at(2).payload).at("components").contains("rssi"));
    EXPECT_TRUE(json::parse(documents(settings).at(2).payload).at("components").contains("temperature"));
    EXPECT_FALSE(json::parse(documents(settings).at(0).payload).at("components").contains("rules_burst_rate"));
}

// Home Assistant's rules, as tables. Anything else at the root, in `device` or in `origin` makes it refuse the device.
const std::set<std::string> kRootKeys{"device",
                                      "origin",
                                      "components",
                                      "availability",
                                      "qos",
                                      "state_topic",
                                      "availability_topic",
                                      "availability_mode",
                                      "encoding",
                                      "command_topic",
                                      "payload_available",
                                      "payload_not_available",
                                      "availability_template"};
const std::set<std::string> kDeviceKeys{"identifiers",   "connections", "name",           "manufacturer",
                                        "model",         "model_id",    "hw_version",     "sw_version",
                                        "serial_number", "via_device",  "suggested_area", "configuration_url"};
const std::set<std::string> kOriginKeys{"name", "sw_version", "support_url"};

struct ClassRule {
    std::set<std::string> units;
    std::set<std::string> state_classes;
};
const std::map<std::string, ClassRule> kSensorClasses{
    {"water", {{"L", "gal", "m³", "ft³", "CCF", "MCF"}, {"total", "total_increasing"}}},
    {"volume_flow_rate",
     {{"m³/h", "m³/min", "m³/s", "ft³/min", "L/h", "L/min", "L/s", "gal/d", "gal/h", "gal/min", "mL/s"},
      {"measurement"}}},
    {"signal_strength", {{"dB", "dBm"}, {"measurement"}}},
    {"voltage", {{"V", "mV", "µV", "kV", "MV"}, {"measurement"}}},
    {"temperature", {{"°C", "°F", "K"}, {"measurement"}}},
    {"battery", {{"%"}, {"measurement"}}},
    {"humidity", {{"%"}, {"measurement"}}},
    {"moisture", {{"%"}, {"measurement"}}},
    {"volume_storage", {{"L", "gal", "m³", "ft³", "CCF"}, {"measurement"}}},
    {"timestamp", {{""}, {""}}},
    {"enum", {{""}, {""}}},
    {"duration", {{"d", "h", "min", "s", "ms", "µs"}, {"", "measurement", "total", "total_increasing"}}},
    {"monetary", {{"EUR", "USD"}, {"total"}}},
    {"volume", {{"L", "gal", "m³", "ft³", "CCF"}, {"", "total", "total_increasing"}}},
    {"", {{"", "USD/gal", "EUR/m³"}, {"", "measurement"}}},
};
const std::set<std::string> kBinaryClasses{"running", "connectivity", "moisture", "problem", "battery", "tamper"};
const std::set<std::string> kPlatforms{"sensor", "binary_sensor", "select", "switch",
                                       "button", "event",         "number", "update"};

bool topic_part_is_plain(const std::string& part) {
    return !part.empty() &&
           part.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
               std::string::npos;
}

void expect_keys(const json& object, const std::set<std::string>& allowed) {
    for (const auto& [key, value] : object.items()) EXPECT_TRUE(allowed.contains(key)) << key;
}

void expect_valid_number(const json& number) {
    static const std::map<std::string, std::set<std::string>> kUnits{{"duration", {"min"}},
                                                                     {"volume_flow_rate", {"L/min", "gal/min"}},
                                                                     {"voltage", {"mV"}},
                                                                     {"water", {"L", "m³", "gal", "ft³", "CCF"}}};
    EXPECT_TRUE(kUnits.at(number.at("device_class")).contains(number.at("unit_of_measurement")));
    EXPECT_LE(number.at("min").get<double>(), number.at("max").get<double>());
    EXPECT_GE(number.at("step").get<double>(), 0.001);
}

void expect_valid_component(const std::string& key, const json& component) {
    SCOPED_TRACE(key);
    const std::string platform = component.at("platform");
    ASSERT_TRUE(kPlatforms.contains(platform)) << platform;
    EXPECT_FALSE(component.contains("object_id"));
    EXPECT_TRUE(component.at("default_entity_id").get<std::string>().starts_with(platform + "."));
    EXPECT_FALSE(component.at("unique_id").get<std::string>().empty());
    EXPECT_EQ(component.contains("state_topic"), platform != "button");
    for (const auto* topic : {"state_topic", "command_topic", "json_attributes_topic"}) {
        EXPECT_EQ(component.value(topic, "").find_first_of("+#"), std::string::npos);
    }
    const std::string device_class = component.value("device_class", "");
    const bool commands = platform == "select" || platform == "switch" || platform == "button" || platform == "number";
    EXPECT_EQ(component.contains("command_topic"), commands);
    EXPECT_FALSE(component.value("retain", false)) << "a retained command would be obeyed again";
    EXPECT_EQ(component.value("entity_category", "") == "config", commands) << "nothing else may be changed";
    EXPECT_EQ(component.contains("options"), platform == "select" || device_class == "enum");
    EXPECT_EQ(component.contains("event_types"), platform == "event");
    EXPECT_EQ(component.contains("last_reset_value_template"), component.value("state_class", "") == "total");
    if (platform == "number") return expect_valid_number(component);
    if (commands || platform == "event") {
        EXPECT_EQ(device_class, key == "restart" || key == "button" ? key : "");
        return;
    }
    if (platform == "update") {
        EXPECT_EQ(device_class, "firmware");
        return;
    }
    if (platform == "binary_sensor") {
        EXPECT_TRUE(kBinaryClasses.contains(device_class)) << device_class;
        return;
    }
    ASSERT_TRUE(kSensorClasses.contains(device_class)) << device_class;
    const ClassRule& rule = kSensorClasses.at(device_class);
    EXPECT_TRUE(rule.units.contains(component.value("unit_of_measurement", "")));
    EXPECT_TRUE(rule.state_classes.contains(component.value("state_class", "")));
    EXPECT_EQ(device_class == "enum", component.contains("options"));
    const bool is_total = component.value("state_class", "") == "total_increasing";
    EXPECT_FALSE(is_total && component.contains("expire_after")) << "a total must not expire";
}

void expect_valid(const Message& document) {
    SCOPED_TRACE(document.topic);
    EXPECT_TRUE(document.retain);
    EXPECT_EQ(document.qos, 1);
    std::stringstream topic(document.topic);
    std::vector<std::string> parts;
    for (std::string part; std::getline(topic, part, '/');) parts.push_back(part);
    ASSERT_EQ(parts.size(), 4u);
    EXPECT_EQ(parts[1], "device");
    EXPECT_TRUE(topic_part_is_plain(parts[2])) << parts[2];
    EXPECT_EQ(parts[3], "config");

    const json root = json::parse(document.payload);
    expect_keys(root, kRootKeys);
    expect_keys(root.at("device"), kDeviceKeys);
    expect_keys(root.at("origin"), kOriginKeys);
    EXPECT_FALSE(root.at("device").at("identifiers").empty());
    EXPECT_FALSE(root.at("origin").at("name").get<std::string>().empty());
    EXPECT_FALSE(root.contains("availability") && root.contains("availability_topic"));
    EXPECT_FALSE(root.at("components").empty());
    for (const auto& [key, component] : root.at("components").items()) expect_valid_component(key, component);
}

TEST(Discovery, EveryDocumentKeepsToHomeAssistantsSchemaInEveryUnit) {
    using base::VolumeUnit;
    for (const VolumeUnit unit :
         {VolumeUnit::Litre, VolumeUnit::CubicMetre, VolumeUnit::Gallon, VolumeUnit::CubicFoot, VolumeUnit::Ccf}) {
        Settings settings;
        settings.unit = unit;
        settings.base_topic = "my house/wäter";
        for (const Message& document : documents_with_bluetooth(settings)) expect_valid(document);
        settings.tariff = with_tariff().tariff;
        settings.update_entity = true;
        for (const Message& document : documents(settings)) expect_valid(document);
    }
}

TEST(Discovery, UniqueIdsAreUniqueOverAllDevicesAndKeepTheDeviceInThem) {
    ports::LiveState state = testing::state_with_bluetooth();
    state.sensors.push_back(testing::sample_sensor());
    state.sensors.back().id = testing::id("FEDCBA9876543211");
    std::set<std::string> ids;
    std::set<std::string> entities;
    std::size_t count = 0;
    for (const Message& document : discovery_documents({}, identities(state), kVersion)) {
        const json root = json::parse(document.payload);
        for (const auto& component : root.at("components")) {
            ids.insert(component.at("unique_id").get<std::string>());
            entities.insert(component.at("default_entity_id").get<std::string>());
            ++count;
        }
    }
    EXPECT_EQ(ids.size(), count);
    EXPECT_EQ(entities.size(), count);
    EXPECT_TRUE(ids.contains("millrace_FEDCBA9876543211_total"));
    EXPECT_TRUE(entities.contains("sensor.millrace_3211_total"));
    EXPECT_TRUE(entities.contains("sensor.millrace_meter_ffaa_total"));
    EXPECT_TRUE(entities.contains("binary_sensor.millrace_puck_1122_moisture"));
}

TEST(Discovery, UniqueIdsDoNotDependOnWhatIsLearnedLater) {
    ports::LiveState bare = sample_state();
    bare.sensors[0].firmware.reset();
    bare.sensors[0].bridge.reset();
    bare.bridges.clear();
    const auto early = json::parse(discovery_documents({}, identities(bare), kVersion).at(1).payload);
    const auto late = json::parse(documents().at(2).payload);
    EXPECT_EQ(early.at("components"), late.at("components"));
    EXPECT_EQ(early.at("device").at("identifiers"), late.at("device").at("identifiers"));
    EXPECT_EQ(early.at("device").at("via_device"), "millrace");
    EXPECT_EQ(late.at("device").at("via_device"), "millrace_" + kBridge.str());
}

TEST(Discovery, EveryStateAndAvailabilityTopicIsOneThatIsPublished) {
    StatePlanner planner{with_updates()};
    std::set<std::string> published{availability_topic(Settings{})};
    ports::LiveState state = testing::state_with_bluetooth();
    state.pucks[0].last_press = ports::LivePress{testing::kMorning, 1, "press"};
    for (const Message& message : planner.plan(state, testing::kMorning, base::SteadyTime{})) {
        published.insert(message.topic);
    }
    ports::AlarmState alarms;
    alarms.sensors.emplace_back();
    alarms.sensors[0].sensor = kSensor;
    alarms.sensors[0].use = detect::Use{};
    alarms.sensors[0].last_use = classify::Category::Shower;
    alarms.sensors.push_back(alarms.sensors[0]);
    alarms.sensors[1].sensor = testing::kMeter;
    AlarmPlanner alarm_planner{Settings{}};
    for (const Message& message : alarm_planner.plan(alarms, state, true, base::SteadyTime{})) {
        published.insert(message.topic);
    }
    for (const auto& device : {kSensor, kBridge, testing::kMeter, testing::kPuck}) {
        published.insert(test_alert_message(Settings{}, device, testing::kMorning).topic);
    }
    for (const Message& document : documents_with_bluetooth(with_updates())) {
        const json root = json::parse(document.payload);
        for (const auto& entry : root.value("availability", json::array())) {
            EXPECT_TRUE(published.contains(entry.at("topic").get<std::string>())) << entry;
        }
        for (const auto& component : root.at("components")) {
            if (component.at("platform") != "button") {
                EXPECT_TRUE(published.contains(component.at("state_topic").get<std::string>())) << component;
            }
            if (component.contains("json_attributes_topic")) {
                EXPECT_TRUE(published.contains(component.at("json_attributes_topic").get<std::string>()));
            }
        }
    }
}

// As a broker matches a filter with + for one level.
bool matches(const std::string& filter, const std::string& topic) {
    const std::size_t plus = filter.find('+');
    if (plus == std::string::npos) return filter == topic;
    const std::string head = filter.substr(0, plus);
    const std::string tail = filter.substr(plus + 1);
    if (!topic.starts_with(head) || !topic.ends_with(tail) || topic.size() <= head.size() + tail.size()) return false;
    return topic.substr(head.size(), topic.size() - head.size() - tail.size()).find('/') == std::string::npos;
}

TEST(Discovery, EveryCommandTopicIsSubscribedToAndUnderstood) {
    const std::vector<std::string> filters = command_filters(Settings{});
    std::size_t count = 0;
    for (const Message& document : documents_with_bluetooth()) {
        const json root = json::parse(document.payload);
        for (const auto& component : root.at("components")) {
            if (!component.contains("command_topic")) continue;
            ++count;
            const std::string topic = component.at("command_topic");
            EXPECT_TRUE(std::any_of(filters.begin(), filters.end(), [&](const auto& f) { return matches(f, topic); }))
                << topic;
            std::vector<std::string> payloads{component.value("payload_press", "ON")};
            if (component.contains("min")) payloads = {component["min"].dump(), component["max"].dump(), "None"};
            if (component.contains("options")) payloads = component.at("options");
            for (const std::string& payload : payloads) EXPECT_TRUE(parse_command(Settings{}, topic, payload)) << topic;
        }
    }
    EXPECT_EQ(count, 26u);
}

TEST(Discovery, AlarmsStayAvailableWhenTheirDeviceFallsSilent) {
    const auto root = json::parse(documents().at(2).payload);
    for (const char* key : {"leak", "leak_burst", "sensor_reporting", "alert", "acknowledge"}) {
        EXPECT_EQ(root.at("components").at(key).at("availability"),
                  json::parse(R"([{"topic": "millrace/availability"}])"));
    }
}

TEST(Discovery, FirmwareThatIsNotUtf8StillGivesADocument) {
    ports::LiveState state = sample_state();
    state.sensors[0].firmware = "\xff\xfe";
    const auto document = discovery_documents({}, identities(state), kVersion).at(2);
    EXPECT_TRUE(json::accept(document.payload));
}

constexpr base::SteadyTime kFirstPublish{std::chrono::hours{1}};
const Message kDocument{"homeassistant/device/x/config", "one", true, 1};
const Message kChanged{"homeassistant/device/x/config", "two", true, 1};

TEST(DiscoveryPlanner, SendsADocumentOnceUntilItChanges) {
    DiscoveryPlanner planner;
    EXPECT_EQ(planner.plan({kDocument}, kFirstPublish).size(), 1u);
    EXPECT_TRUE(planner.plan({kDocument}, kFirstPublish + std::chrono::hours{1}).empty());
    EXPECT_EQ(planner.plan({kChanged}, kFirstPublish + std::chrono::hours{2}), std::vector<Message>{kChanged});
}

TEST(DiscoveryPlanner, TakesADocumentBackThatIsNoMoreOnceAndNotWithinTheGap) {
    DiscoveryPlanner planner;
    (void)planner.plan({kDocument}, kFirstPublish);
    EXPECT_TRUE(planner.plan({}, kFirstPublish + base::Milliseconds{1}).empty());
    const auto end = kFirstPublish + DiscoveryPlanner::kDiscoveryGap;
    EXPECT_EQ(planner.due(), end);
    EXPECT_EQ(planner.plan({}, end), (std::vector<Message>{{kDocument.topic, "", true, 1}}));
    EXPECT_TRUE(planner.plan({}, end + std::chrono::hours{1}).empty());
    EXPECT_EQ(planner.plan({kDocument}, end + std::chrono::hours{2}), std::vector<Message>{kDocument});
}

TEST(DiscoveryPlanner, HoldsAChangeBackUntilTheGapIsOver) {
    DiscoveryPlanner planner;
    (void)planner.plan({kDocument}, kFirstPublish);
    const auto end = kFirstPublish + DiscoveryPlanner::kDiscoveryGap;
    EXPECT_TRUE(planner.plan({kChanged}, end - base::Milliseconds{1}).empty());
    EXPECT_EQ(planner.due(), end);
    EXPECT_EQ(planner.plan({kChanged}, end).size(), 1u);
    EXPECT_FALSE(planner.due());
}

TEST(DiscoveryPlanner, ForgottenContentsGoAgainButNotWithinTheGap) {
    DiscoveryPlanner planner;
    (void)planner.plan({kDocument}, kFirstPublish);
    planner.forget_contents();
    EXPECT_EQ(planner.gap_ends(), kFirstPublish + DiscoveryPlanner::kDiscoveryGap);
    EXPECT_TRUE(planner.plan({kDocument}, kFirstPublish + base::Milliseconds{1}).empty());
    EXPECT_EQ(planner.plan({kDocument}, *planner.gap_ends()).size(), 1u);
    planner.forget();
    EXPECT_EQ(planner.plan({kDocument}, kFirstPublish).size(), 1u);
}

}  // namespace
}  // namespace millrace::publish
