// What is known of the numbers that devices use, for those who show them.
#pragma once

#include <cstdint>
#include <string_view>

#include "ports/records.h"

namespace millrace::ports {

enum class Certainty : std::uint8_t { Unknown, Likely, Proven };

// "unknown", "likely", "proven".
[[nodiscard]] constexpr std::string_view name(Certainty certainty) {
    switch (certainty) {
        case Certainty::Unknown: return "unknown";
        case Certainty::Likely: return "likely";
        case Certainty::Proven: return "proven";
    }
    return "unknown";
}

// Texts live for ever.
struct Meaning {
    std::string_view name;  // empty while unknown
    std::string_view unit;  // empty: none
    Certainty certainty = Certainty::Unknown;
    std::string_view note;
    bool restart = false;  // the device has started anew

    bool operator==(const Meaning&) const = default;
};

class Vocabulary {
public:
    virtual ~Vocabulary() = default;
    [[nodiscard]] virtual Meaning state(DeviceKind kind, std::uint64_t key) const = 0;
    [[nodiscard]] virtual Meaning event(DeviceKind kind, std::uint64_t type) const = 0;
};

}  // namespace millrace::ports
