// Boot response, as a value. What is known of the wire form stands in boot_response.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/device_id.h"

namespace millrace::message {

struct KnownDevice {
    std::string uuid;
    std::string hardware_id;  // such as "ASY-00007"
};

// The cloud's answer to a boot frame, for a bridge or for a sensor.
struct BootResponse {
    std::int64_t code = 602;
    std::string message;
    std::int64_t timestamp_s = 0;  // sets the bridge's clock when no NTP server answered
    std::optional<std::vector<std::string>> sensors;
    std::optional<std::vector<KnownDevice>> devices;      // bridges only
    std::optional<std::int64_t> last_sample_timestamp_s;  // sensors only
    std::optional<std::uint32_t> peaks;                   // sensors only; without it no samples are sent
    std::string settings;                                 // the settings object as JSON text, empty when absent
    std::string unknown;                                  // other members as a JSON object, empty when there are none
};

// Writes only what is set; `command` can not be expressed. Members stand in the order the cloud was seen to use.
[[nodiscard]] std::string encode(const BootResponse& response);

}  // namespace millrace::message
