// Boot frame, as a value. What is known of the wire form stands in boot.cpp.
#pragma once

#include <optional>
#include <string>

#include "base/device_id.h"

namespace millrace::message {

// Published by a bridge about itself and about each sensor until it is answered.
struct Boot {
    std::optional<base::DeviceId> bridge_id;  // set in a sensor's boot frame, null in the bridge's own
    std::optional<std::string> branch;        // firmware branch; bridges only
    std::optional<std::string> sha_full;      // 40 hex digits naming the firmware
    std::string unknown;                      // other members as a JSON object, empty when there are none
};

[[nodiscard]] std::string encode(const Boot& boot);

}  // namespace millrace::message
