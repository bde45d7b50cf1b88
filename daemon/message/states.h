// States, as a value. What is known of the wire form stands in states.cpp, what the keys mean in FORMAT.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace::message {

// One report of state values. State number N has the JSON key 2^(N-1).
struct StateReport {
    std::int64_t timestamp_s = 0;
    std::vector<std::pair<std::uint64_t, std::int64_t>> values;  // (key, value), in the order sent
    // Where the timestamp stands: first in firmware of 2024, after all values in that of 2026.
    std::size_t values_before_timestamp = 0;
    std::string unknown;  // members that are not (number key: whole number) as a JSON object, empty when there are none

    [[nodiscard]] std::optional<std::int64_t> value(std::uint64_t key) const;
};

struct States {
    std::vector<StateReport> reports;
};

// Keys whose meaning is published or read from the firmware; meanings.h says which is which.
namespace sensor_state {
inline constexpr std::uint64_t kRssiDbm = 16, kBatteryMillivolts = 32, kTemperatureCelsius = 1024,
                               kSecondVoltageMillivolts = 16384;
}
namespace bridge_state {
inline constexpr std::uint64_t kFreeHeapBytes = 4, kRadioTransmitPower = 16, kSensorRssiDbm = 32,
                               kPacketsReceived = 128, kPacketsSent = 256, kWifiRssiDbm = 512, kWifiChannel = 1024;
}

// Temperatures are sent as an unsigned byte: 128 to 255 stand for -128 to -1.
[[nodiscard]] std::int64_t temperature_celsius(std::int64_t raw);

[[nodiscard]] std::string encode(const States& states);

}  // namespace millrace::message
