#include "publish/discovery.h"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "base/units.h"
#include "ports/categories.h"
#include "publish/alarm_entities.h"
#include "publish/discovery_alarms.h"
#include "publish/discovery_bluetooth.h"
#include "publish/discovery_document.h"
#include "publish/units.h"

namespace millrace::publish {

namespace {

// The flow is repeated every minute while the sensor is well, so three are missed before it is called unavailable.
constexpr int kFlowExpiresAfterSeconds = 180;

// Home Assistant takes only these characters in the parts of a discovery topic.
std::string identifier_from(std::string_view text) {
    std::string id;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
        id.push_back(plain ? c : '_');
    }
    return id;
}

std::string lower(std::string text) {
    for (char& c : text) c = (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

Message hub_document(const Settings& settings, std::string_view version, const std::string& hub) {
    Document document(settings, version, hub, "millrace");
    document.device() = device(hub, "Millrace", "Millrace", "Millrace");
    document.device()["sw_version"] = version;
    // Stands on the topic of the Will itself, so it must not become unavailable with it.
    Json& connected = document.add("connected", "binary_sensor", "Connected", availability_topic(settings));
    binary(connected, "connectivity", kOnline, kOffline);
    diagnostic(connected);
    const Json ours = Document::availability({availability_topic(settings)});
    Json& mode = document.add("cloud_mode", "select", "Cloud", cloud_mode_topic(settings));
    mode["command_topic"] = command_topic(cloud_mode_topic(settings));
    mode["options"] =
        Json::array({name(ports::CloudMode::Local), name(ports::CloudMode::Relay), name(ports::CloudMode::RelayOnly)});
    mode["entity_category"] = "config";
    mode["availability"] = ours;
    Json& relay = document.add("cloud_relay_enabled", "switch", "Cloud relay", cloud_relay_topic(settings));
    relay["command_topic"] = command_topic(cloud_relay_topic(settings));
    relay["retain"] = false;
    relay["entity_category"] = "config";
    relay["availability"] = ours;
    Json& restart = document.add("restart", "button", "Restart", "");
    restart["device_class"] = "restart";
    restart["command_topic"] = command_topic(restart_topic(settings));
    restart["payload_press"] = kPress;
    restart["retain"] = false;
    restart["entity_category"] = "config";
    restart["availability"] = ours;
    if (settings.update_entity) {
        // Without a command topic: it tells, and installs nothing.
        Json& update = document.add("update", "update", "Update", update_topic(settings));
        update["device_class"] = "firmware";
        diagnostic(update);
        update["availability"] = ours;
    }
    add_hub_alarms(document, settings);
    document.subscribe_at_qos_1();
    return document.finish();
}

Message bridge_document(const Settings& settings, std::string_view version, const std::string& hub,
                        const DeviceIdentities::Bridge& bridge, const std::string& tail) {
    const auto topic = [&](std::string_view leaf) { return device_topic(settings, bridge.id, leaf); };
    const std::string id = hub + "_" + bridge.id.str();
    Document document(settings, version, id, "millrace_bridge" + (tail.empty() ? "" : "_" + tail));
    document.device() = device(id, "Flume bridge" + (tail.empty() ? "" : " " + tail), "Flume", "Bridge");
    document.device()["serial_number"] = bridge.id.str();
    if (bridge.firmware) document.device()["sw_version"] = *bridge.firmware;
    document.device()["via_device"] = hub;
    document.available_when({availability_topic(settings), topic("availability")});
    document.subscribe_at_qos_1();

    // These two tell about a bridge that is away, so they stay when it goes.
    const Json ours = Document::availability({availability_topic(settings)});
    Json& connected = document.add("connected", "binary_sensor", "Connected", topic("connected"));
    binary(connected, "connectivity");
    diagnostic(connected);
    connected["availability"] = ours;
    Json& last_seen = document.add("last_seen", "sensor", "Last seen", topic("last_seen"));
    last_seen["device_class"] = "timestamp";
    diagnostic(last_seen);
    last_seen["availability"] = ours;

    Json& cloud = document.add("cloud", "sensor", "Way to the cloud", topic("cloud"));
    cloud["device_class"] = "enum";
    cloud["options"] = Json::array({name(ports::CloudPath::None), name(ports::CloudPath::Relay),
                                    name(ports::CloudPath::StandingIn), name(ports::CloudPath::CatchingUp)});
    diagnostic(cloud);
    // Of the bridge's connection to us, "Connected" tells; of the way on from us, this.
    Json& relayed = document.add("cloud_relay", "binary_sensor", "Cloud relay", topic("cloud_relay"));
    binary(relayed, "connectivity");
    diagnostic(relayed);
    Json& waiting = document.add("cloud_waiting", "sensor", "Messages waiting for the cloud", topic("cloud_waiting"));
    waiting["state_class"] = "measurement";
    diagnostic(waiting);
    waiting["availability"] = ours;

    Json& wifi = document.add("wifi_rssi", "sensor", "Wi-Fi signal", topic("wifi_rssi"));
    measurement(wifi, "signal_strength", "dBm");
    diagnostic(wifi, false);
    Json& firmware = document.add("firmware", "sensor", "Firmware", topic("firmware"));
    diagnostic(firmware);
    add_bridge_alarms(document, settings, bridge.id);
    return document.finish();
}

void add_water(Document& document, const Settings& settings, const DeviceIdentities::Sensor& sensor) {
    const auto topic = [&](std::string_view leaf) { return device_topic(settings, sensor.id, leaf); };
    const UnitNames units = unit_names(settings.unit);

    Json& flow = document.add("flow", "sensor", "Flow rate", topic("flow"));
    measurement(flow, "volume_flow_rate", units.flow);
    flow["suggested_display_precision"] = 2;
    flow["expire_after"] = kFlowExpiresAfterSeconds;
    flow["json_attributes_topic"] = topic("attributes");

    const auto add_volume = [&](std::string_view key, std::string_view name) -> Json& {
        Json& volume = document.add(key, "sensor", name, topic(key));
        volume["device_class"] = "water";
        volume["state_class"] = "total_increasing";
        volume["unit_of_measurement"] = units.volume;
        volume["suggested_display_precision"] = units.volume_display_precision;
        volume["json_attributes_topic"] = topic("attributes");
        return volume;
    };
    add_volume("total", "Total");
    add_volume("today", "Today");
    add_volume("month", "This month");
    add_volume("week", "This week")["enabled_by_default"] = false;
    // As Home Assistant's water dashboard takes them, each under the whole house.
    const auto add_category = [&](const ports::Category& category) {
        add_volume("total_" + std::string(category.key), "Total " + std::string(category.name))["enabled_by_default"] =
            false;
    };
    for (const ports::Category& category : ports::kUseCategories) add_category(category);
    add_category(ports::kUncategorised);
    // What slides falls and rises, so it is no total.
    for (const auto& [key, name] : {std::pair("last_hour", "Last hour"), std::pair("last_24h", "Last 24 hours")}) {
        Json& window = add_volume(key, name);
        window["device_class"] = "volume";
        window.erase("state_class");
        window["enabled_by_default"] = false;
    }

    Json& running = document.add("running", "binary_sensor", "Water running", topic("running"));
    binary(running, "running");
    running["json_attributes_topic"] = topic("attributes");
}

void add_costs(Document& document, const Settings& settings, const DeviceIdentities::Sensor& sensor) {
    if (!settings.tariff) return;
    const auto topic = [&](std::string_view leaf) { return device_topic(settings, sensor.id, leaf); };
    for (const auto& [key, name] :
         {std::pair("cost_today", "Cost today"), std::pair("cost_month", "Cost this month")}) {
        Json& cost = document.add(key, "sensor", name, topic(key));
        cost["device_class"] = "monetary";
        cost["state_class"] = "total";
        cost["unit_of_measurement"] = settings.tariff->currency;
        cost["suggested_display_precision"] = 2;
        cost["value_template"] = "{{ value_json.cost }}";
        cost["last_reset_value_template"] = "{{ value_json.last_reset }}";
        cost["enabled_by_default"] = false;
    }
    // No class: "monetary" is for sums. The energy dashboard takes prices by their unit.
    Json& price = document.add("price", "sensor", "Price", topic("price"));
    price["unit_of_measurement"] =
        settings.tariff->currency + "/" + std::string(unit_names(settings.tariff->unit).volume);
    price["suggested_display_precision"] = 4;
}

// A Flume sensor gives its battery's voltage. What share of its charge that is depends on the cells and on the cold, so
// there is no percentage; and messages have no numbers by which a loss on the radio link would show.
void add_diagnostics(Document& document, const Settings& settings, const DeviceIdentities::Sensor& sensor) {
    const auto topic = [&](std::string_view leaf) { return device_topic(settings, sensor.id, leaf); };
    const Json ours = Document::availability({availability_topic(settings)});

    if (sensor.says) {
        add_said_by_meter(document, settings, sensor.id, *sensor.says);
    } else {
        Json& battery = document.add("battery_voltage", "sensor", "Battery voltage", topic("battery_voltage"));
        measurement(battery, "voltage", "V");
        battery["suggested_display_precision"] = 2;
        diagnostic(battery);
        Json& rssi = document.add("rssi", "sensor", "Signal", topic("rssi"));
        measurement(rssi, "signal_strength", "dBm");
        diagnostic(rssi, false);
        Json& temperature = document.add("temperature", "sensor", "Temperature", topic("temperature"));
        measurement(temperature, "temperature", "°C");
        diagnostic(temperature, false);
    }

    // Both stay true, and wanted, when the sensor falls silent.
    Json& last_seen = document.add("last_seen", "sensor", "Last seen", topic("last_seen"));
    last_seen["device_class"] = "timestamp";
    diagnostic(last_seen);
    last_seen["availability"] = ours;
    Json& calibration = document.add("calibration", "sensor", "Calibration", topic("calibration"));
    calibration["device_class"] = "enum";
    calibration["options"] = Json::array({"calibrated", "uncalibrated"});
    diagnostic(calibration);
    calibration["availability"] = ours;
}

Message sensor_document(const Settings& settings, std::string_view version, const std::string& hub,
                        const DeviceIdentities::Sensor& sensor, const std::string& tail) {
    const std::string id = hub + "_" + sensor.id.str();
    const std::string stem = sensor.says ? "millrace_meter" : "millrace";
    Document document(settings, version, id, stem + (tail.empty() ? "" : "_" + tail));
    if (sensor.says) {
        const std::string name = sensor.says->name.empty() ? "Water meter " + tail : sensor.says->name;
        document.device() = advertising_device(id, name, "Water meter", sensor.id, sensor.says->room);
    } else {
        document.device() = device(id, "Flume sensor" + (tail.empty() ? "" : " " + tail), "Flume", "Sensor");
        document.device()["serial_number"] = sensor.id.str();
    }
    if (sensor.firmware) document.device()["sw_version"] = *sensor.firmware;
    document.device()["via_device"] = sensor.bridge ? hub + "_" + sensor.bridge->str() : hub;
    document.available_when({availability_topic(settings), device_topic(settings, sensor.id, "availability")});
    document.subscribe_at_qos_1();
    add_water(document, settings, sensor);
    add_costs(document, settings, sensor);
    if (sensor.says) {
        add_meter_alarms(document, settings, sensor.id);
    } else {
        add_sensor_alarms(document, settings, sensor.id);
    }
    add_diagnostics(document, settings, sensor);
    return document.finish();
}

std::string tail_of(const base::DeviceId& id) {
    constexpr std::size_t kTailDigits = 4;
    return lower(id.str().substr(base::DeviceId::kDigits - kTailDigits));
}

// A house with one sensor gets plain names; with several, the end of each id tells them apart.
std::string tail_of(const base::DeviceId& id, std::size_t how_many) {
    return how_many < 2 ? std::string{} : tail_of(id);
}

DeviceIdentities::Advertised said_of(const ports::LiveAdvertised& says) {
    return {says.name,
            says.room,
            says.battery_percent.has_value(),
            says.battery_low.has_value(),
            says.voltage_mv.has_value(),
            says.temperature_centi.has_value(),
            says.humidity_centi.has_value(),
            says.flow.has_value(),
            says.storage.has_value()};
}

}  // namespace

std::string hub_identifier(const Settings& settings) {
    return identifier_from(settings.base_topic);
}

DeviceIdentities identities(const ports::LiveState& state) {
    DeviceIdentities devices;
    for (const auto& bridge : state.bridges) devices.bridges.push_back({bridge.id, bridge.firmware});
    for (const auto& sensor : state.sensors) {
        devices.sensors.push_back({sensor.id, sensor.bridge, sensor.firmware,
                                   sensor.says ? std::optional(said_of(*sensor.says)) : std::nullopt});
    }
    for (const auto& puck : state.pucks) {
        devices.pucks.push_back({puck.id, said_of(puck.says), puck.moisture_centi.has_value(), puck.has_buttons});
    }
    return devices;
}

DeviceIdentities without_changed_kinds(const DeviceIdentities& before, DeviceIdentities now) {
    std::erase_if(now.sensors, [&before](const auto& sensor) { return has_device(before.pucks, sensor.id); });
    std::erase_if(now.pucks, [&before](const auto& puck) { return has_device(before.sensors, puck.id); });
    return now;
}

std::vector<Message> discovery_documents(const Settings& settings, const DeviceIdentities& devices,
                                         std::string_view version) {
    const std::string hub = hub_identifier(settings);
    std::vector<Message> documents;
    documents.reserve(1 + devices.bridges.size() + devices.sensors.size() + devices.pucks.size());
    documents.push_back(hub_document(settings, version, hub));
    for (const auto& bridge : devices.bridges) {
        const std::string tail = tail_of(bridge.id, devices.bridges.size());
        documents.push_back(bridge_document(settings, version, hub, bridge, tail));
    }
    // Meters come and go with their names; what a Flume sensor is called does not depend on them.
    const auto flumes = std::count_if(devices.sensors.begin(), devices.sensors.end(),
                                      [](const DeviceIdentities::Sensor& sensor) { return !sensor.says; });
    for (const auto& sensor : devices.sensors) {
        const std::string tail =
            sensor.says ? tail_of(sensor.id) : tail_of(sensor.id, static_cast<std::size_t>(flumes));
        documents.push_back(sensor_document(settings, version, hub, sensor, tail));
    }
    for (const auto& puck : devices.pucks) {
        documents.push_back(puck_document(settings, version, hub, puck, tail_of(puck.id)));
    }
    return documents;
}

std::vector<Message> DiscoveryPlanner::plan(std::vector<Message> documents, base::SteadyTime now) {
    std::vector<Message> messages;
    due_.reset();
    std::set<std::string_view> present;
    for (const Message& document : documents) present.insert(document.topic);
    std::vector<Message> gone;
    for (const auto& [topic, sent] : sent_) {
        if (!present.contains(topic)) gone.push_back({topic, "", true, 1});
    }
    documents.insert(documents.end(), gone.begin(), gone.end());
    for (const Message& document : documents) {
        const std::size_t hash = std::hash<std::string>{}(document.payload);
        const auto known = sent_.find(document.topic);
        if (known != sent_.end()) {
            if (known->second.hash == hash) continue;
            const base::SteadyTime allowed = known->second.at + kDiscoveryGap;
            if (now < allowed) {
                due_ = due_ ? std::min(*due_, allowed) : allowed;
                continue;
            }
        }
        sent_[document.topic] = {hash, now};
        messages.push_back(document);
    }
    return messages;
}

void DiscoveryPlanner::forget_contents() {
    for (auto& [topic, sent] : sent_) sent.hash.reset();
}

void DiscoveryPlanner::forget() {
    sent_.clear();
    due_.reset();
}

std::optional<base::SteadyTime> DiscoveryPlanner::gap_ends() const {
    std::optional<base::SteadyTime> latest;
    for (const auto& [topic, sent] : sent_) {
        const base::SteadyTime end = sent.at + kDiscoveryGap;
        latest = latest ? std::max(*latest, end) : end;
    }
    return latest;
}

}  // namespace millrace::publish
