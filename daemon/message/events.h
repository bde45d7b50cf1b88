// Events, as a value. What is known of the wire form stands in events.cpp, what the types mean in FORMAT.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace millrace::message {

// Something that happened in a bridge or sensor: one power of two each.
struct DeviceEvent {
    std::int64_t timestamp_s = 0;
    std::uint64_t type = 0;
    std::optional<std::string> extra;
    std::string unknown;  // other members as a JSON object, empty when there are none
};

struct Events {
    std::vector<DeviceEvent> events;
};

// What each tells, and how surely that is known, says meanings.h.
namespace sensor_event {
inline constexpr std::uint64_t kDeviceReset = 2, kMagnetometerReset = 4, kRadioReset = 8, kMagnetometerFailure = 16,
                               kMagnetometerOk = 32, kCalibrationFailure = 64, kCalibrationSuccess = 128,
                               kLowInterruptCount = 256, kOtaIdMismatch = 512, kBatteryDead = 8192, kShipMode = 16384,
                               kFlashFailure = 32768, kFlashOk = 65536, kPeakSaverFailure = 131072,
                               kPeakSaverOk = 262144, kStoredDataErased = 524288, kDeviceMoved = 1048576;
}
namespace bridge_event {
inline constexpr std::uint64_t kFollowsBoot = 1, kFollowsBootSecond = 1024, kFollowsBootThird = 16384,
                               kPacketQueued = 32, kPacketReceived = 128, kRadioLinkUp = 256, kRadioLinkLost = 512,
                               kMqttDisconnected = 32768;
}

[[nodiscard]] std::string encode(const Events& events);

}  // namespace millrace::message
