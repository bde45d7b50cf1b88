#include "cloud/responder.h"

#include <algorithm>

#include "base/bytes.h"

namespace millrace::cloud {

namespace {

constexpr const char* kRequestOkText = "Request OK";

// A bridge takes packets under 1472 bytes with at most 96 JSON tokens, settings and devices included. What the cloud
// listed is repeated whole, but beyond this many the sensors we only know of ourselves are left out.
constexpr std::size_t kMaxSensorsListed = 8;

message::BootResponse good_answer(const Memory& memory, base::WallTime now) {
    message::BootResponse response;
    response.code = kRequestOk;
    response.message = kRequestOkText;
    response.timestamp_s = base::unix_s(now);
    response.settings = memory.settings;
    return response;
}

}  // namespace

message::BootResponse answer_bridge_boot(const Memory& memory, const std::vector<base::DeviceId>& sensors,
                                         base::WallTime now) {
    auto response = good_answer(memory, now);
    auto listed = memory.sensors;
    for (const auto& sensor : sensors) {
        if (listed.size() >= kMaxSensorsListed) break;
        if (std::ranges::find(listed, sensor.text()) == listed.end()) listed.push_back(sensor.str());
    }
    response.sensors = std::move(listed);
    if (!memory.devices.empty()) response.devices = memory.devices;
    return response;
}

message::BootResponse answer_sensor_boot(const Memory& memory, const SensorTotal& total, base::WallTime now) {
    auto response = good_answer(memory, now);
    if (total.last_sample) response.last_sample_timestamp_s = base::unix_s(*total.last_sample);
    response.sensors.emplace();    // a sensor has none, and the cloud says so
    response.peaks = total.peaks;  // never absent: without it the bridge sends no samples until its next start
    return response;
}

void remember(Memory& memory, const message::BootResponse& response) {
    if (response.code != kRequestOk) return;  // a refusal says nothing about the device
    if (!response.settings.empty()) memory.settings = response.settings;
    if (response.sensors) memory.sensors = *response.sensors;
    if (response.devices) memory.devices = *response.devices;
}

message::Heartbeat Heartbeats::make(std::span<const std::uint8_t, 16> random_id, base::WallTime wall_now,
                                    base::SteadyTime now) {
    next_ = now + kInterval;
    message::Heartbeat heartbeat;
    heartbeat.timestamp_us = base::unix_ms(wall_now) * 1000;
    heartbeat.id = base::to_hex(random_id);
    heartbeat.sequence = ++sequence_;
    return heartbeat;
}

}  // namespace millrace::cloud
