#include "hub/cloud_memory.h"

#include <nlohmann/json.hpp>

namespace millrace::hub {
namespace {

using nlohmann::json;

// The text of a member, empty when it is missing or no text.
std::string text_of(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string dump(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

cloud::Memory read_memory(const ports::DeviceRecord& record) {
    cloud::Memory memory;
    memory.settings = record.cloud_settings;
    const json sensors = json::parse(record.cloud_sensors, nullptr, false);
    if (sensors.is_array()) {
        for (const json& sensor : sensors) {
            if (sensor.is_string()) memory.sensors.push_back(sensor.get<std::string>());
        }
    }
    const json devices = json::parse(record.cloud_devices, nullptr, false);
    if (devices.is_array()) {
        for (const json& device : devices) {
            if (device.is_object()) memory.devices.push_back({text_of(device, "uuid"), text_of(device, "hardware_id")});
        }
    }
    return memory;
}

void write_memory(const cloud::Memory& memory, ports::DeviceRecord& record) {
    record.cloud_settings = memory.settings;
    record.cloud_sensors = memory.sensors.empty() ? std::string() : dump(json(memory.sensors));
    json devices = json::array();
    for (const message::KnownDevice& device : memory.devices) {
        devices.push_back({{"uuid", device.uuid}, {"hardware_id", device.hardware_id}});
    }
    record.cloud_devices = devices.empty() ? std::string() : dump(devices);
}

}  // namespace millrace::hub
