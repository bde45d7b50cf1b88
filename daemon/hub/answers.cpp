#include "hub/answers.h"

#include <array>
#include <vector>

#include "cloud/responder.h"
#include "hub/cloud_memory.h"
#include "message/topic.h"
#include "payload/secretbox.h"

namespace millrace::hub {

std::optional<OutgoingMessage> wrap(const base::DeviceId& device, std::uint32_t type, std::uint32_t flags,
                                    const std::string& text, const payload::SecretKey* key, ports::Random& random) {
    OutgoingMessage message;
    message.topic = message::downstream_topic(device, type, flags);
    if (flags == message::kFlagsPlain) {
        message.payload = base::to_bytes(text);
        return message;
    }
    if (flags != message::kFlagsSealed || key == nullptr) return std::nullopt;
    std::array<std::uint8_t, payload::kIvBytes> iv{};
    random.fill(iv);
    message.payload = payload::seal(base::as_bytes(text), *key, iv);
    return message;
}

std::string boot_answer(const House& house, const base::DeviceId& device, base::WallTime now) {
    const auto known = house.devices.find(device);
    const cloud::Memory memory = known == house.devices.end() ? cloud::Memory{} : read_memory(known->second.record);
    if (known != house.devices.end() && known->second.record.kind == ports::DeviceKind::Sensor) {
        cloud::SensorTotal total;
        if (const auto sensor = house.sensors.find(device); sensor != house.sensors.end()) {
            total.peaks = meter::boot_total(sensor->second.meter);
            total.last_sample = sensor->second.last_reading;
        }
        return message::encode(cloud::answer_sensor_boot(memory, total, now));
    }
    std::vector<base::DeviceId> sensors;
    if (const auto own = house.of_bridge.find(device); own != house.of_bridge.end()) {
        for (const base::DeviceId& id : own->second) {
            if (house.devices.at(id).record.kind == ports::DeviceKind::Sensor) sensors.push_back(id);
        }
    }
    return message::encode(cloud::answer_bridge_boot(memory, sensors, now));
}

}  // namespace millrace::hub
