// Calibration result, as a value. What is known of the wire form stands in calibration.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace millrace::message {

// The result of the sensor's own calibration, published on `…/orient/…`. Known from the firmware's text only; every
// member may be missing.
struct Calibration {
    std::optional<bool> success;
    std::optional<std::string> error_code;
    std::string all;  // the whole object as JSON text, because most of its members are not understood
};

}  // namespace millrace::message
