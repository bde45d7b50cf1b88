// What the numbers of states and events mean, and how surely that is known: the tables of FORMAT.md as values.
//
// Only what somebody has published is in here; a number that is not has no known meaning. Bridges and sensors give the
// same numbers different meanings.
#pragma once

#include <cstdint>
#include <string_view>

namespace millrace::message {

enum class Certainty : std::uint8_t {
    Unknown,  // at most seen; what it means nobody has said
    Likely,   // from reading the bridge's program, not proven
    Proven,   // seen on the wire, or published by who read firmware and traffic
};

struct Meaning {
    std::uint64_t number = 0;  // key of a state, type of an event
    std::string_view name;     // such as "battery_mv"; empty while unknown
    std::string_view unit;     // such as "mV"; empty: none
    Certainty certainty = Certainty::Unknown;
    std::string_view note;  // what else is to be known, in words
    bool restart = false;   // the device has started anew
};

// An unknown number's has no name.
[[nodiscard]] Meaning meaning_of_sensor_state(std::uint64_t key);
[[nodiscard]] Meaning meaning_of_bridge_state(std::uint64_t key);
[[nodiscard]] Meaning meaning_of_sensor_event(std::uint64_t type);
[[nodiscard]] Meaning meaning_of_bridge_event(std::uint64_t type);
// Of what a Bluetooth device advertises (advertised_state.h).
[[nodiscard]] Meaning meaning_of_advertised_state(std::uint64_t key);
[[nodiscard]] Meaning meaning_of_advertised_event(std::uint64_t type);

}  // namespace millrace::message
