// A small house for the tests of this room: one bridge, one sensor, everything known; and the same with a leak puck and
// a meter that are heard by Bluetooth.
#pragma once

#include <string>
#include <string_view>

#include "base/device_id.h"
#include "base/time.h"
#include "ports/live.h"

namespace millrace::publish::testing {

inline base::DeviceId id(std::string_view text) {
    return *base::DeviceId::parse(text);
}

inline const base::DeviceId kBridge = id("0123456789ABCDEF");
inline const base::DeviceId kSensor = id("FEDCBA9876543210");
inline const base::WallTime kMorning = base::from_unix_ms(1'790'000'000'000);

// Where the sample sensor is published.
inline std::string of_sensor(const std::string& leaf) {
    return "millrace/" + kSensor.str() + "/" + leaf;
}

inline ports::LiveBridge sample_bridge() {
    ports::LiveBridge bridge{};
    bridge.id = kBridge;
    bridge.connected = true;
    bridge.last_seen = kMorning;
    bridge.firmware = "5.1.0";
    bridge.wifi_rssi_dbm = -61;
    bridge.cloud_path = ports::CloudPath::CatchingUp;
    bridge.waiting_for_cloud = 12;
    return bridge;
}

inline ports::LiveSensor sample_sensor() {
    ports::LiveSensor sensor{};
    sensor.id = kSensor;
    sensor.bridge = kBridge;
    sensor.flow = {100'000};
    sensor.running = true;
    sensor.lifetime = {1'234'567'890'123};
    sensor.today = {45'678'000};
    sensor.week = {145'678'000};
    sensor.month = {445'678'000};
    sensor.last_hour = {1'250'000};
    sensor.last_24h = {61'000'000};
    sensor.day_start = *base::from_rfc3339("2026-09-21T00:00:00Z");
    sensor.month_start = *base::from_rfc3339("2026-09-01T00:00:00Z");
    sensor.calibrated = true;
    sensor.per_peak = {11'829};
    sensor.last_reading = kMorning;
    sensor.last_seen = kMorning;
    sensor.battery_mv = 3012;
    sensor.rssi_dbm = -72;
    sensor.temperature_celsius = 17;
    sensor.firmware = "1.2.3";
    return sensor;
}

inline ports::LiveState sample_state() {
    return {ports::CloudMode::Relay, {sample_bridge()}, {sample_sensor()}};
}

inline const base::DeviceId kPuck = id("A4C138FFFE001122");
inline const base::DeviceId kMeter = id("A4C138FFFE00FFAA");

inline ports::LivePuck sample_puck() {
    ports::LivePuck puck{};
    puck.id = kPuck;
    puck.says.name = "Under the sink";
    puck.says.room = "Kitchen";
    puck.says.battery_percent = 93;
    puck.says.voltage_mv = 3012;
    puck.says.temperature_centi = -50;
    puck.says.humidity_centi = 4'410;
    puck.says.rssi_dbm = -71;
    puck.wet = false;
    puck.moisture_centi = 1'250;
    puck.last_seen = kMorning;
    puck.has_buttons = true;
    return puck;
}

inline ports::LiveSensor sample_meter() {
    ports::LiveSensor meter = sample_sensor();
    meter.id = kMeter;
    meter.bridge.reset();
    meter.battery_mv.reset();
    meter.rssi_dbm.reset();
    meter.temperature_celsius.reset();
    meter.says.emplace();
    meter.says->name = "Garden meter";
    meter.says->room = "Garden";
    meter.says->battery_percent = 80;
    meter.says->battery_low = false;
    meter.says->flow = base::FlowRate{100'000};
    meter.says->storage = base::Volume{250'500'000};
    meter.says->rssi_dbm = -83;
    return meter;
}

inline ports::LiveState state_with_bluetooth() {
    ports::LiveState state = sample_state();
    state.sensors.insert(state.sensors.begin(), sample_meter());
    state.pucks.push_back(sample_puck());
    state.hears_bluetooth = true;
    return state;
}

}  // namespace millrace::publish::testing
