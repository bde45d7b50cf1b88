// BTHome version 2: what a Bluetooth device advertises of itself, as a value.
//
// An advertisement's service data is one byte of device information and then objects, each an id and its bytes
// (bthome_objects.h). A receiver stops at an id it does not know, because it cannot tell where the next one begins;
// what is left from there on stays as it came. Encrypted service data is opened before it comes here (room `payload`).
// BTHOME.md tells the format, what is used of it and what is not known. Values are exact: no floating point. Pure; any
// thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/units.h"

namespace millrace::message {

// More cannot stand in an advertisement: an element's length is one byte, and type and UUID take three of the 255.
inline constexpr std::size_t kMaxServiceDataBytes = 252;

struct Measurement {
    std::uint8_t object_id = 0;
    std::uint8_t ordinal = 1;  // the how-manieth of its property in this advertisement: two probes say 1 and 2
    std::int64_t raw = 0;      // as sent; `decimal` of its type makes the value of it. 0 for text and raw bytes
    base::Bytes bytes;         // of text (UTF-8 is not checked) and raw bytes

    bool operator==(const Measurement&) const = default;
};

// A button that was pressed, a dimmer that was turned.
struct ControlEvent {
    std::uint8_t object_id = 0;
    std::uint8_t ordinal = 1;  // which of the device's buttons or dimmers
    std::uint8_t event = 0;    // 0: nothing happened to this one
    std::uint8_t steps = 0;    // of a dimmer, as sent

    bool operator==(const ControlEvent&) const = default;
};

// "press", "double_press", "triple_press", "long_press", "long_double_press", "long_triple_press", "hold_press";
// "rotate_left", "rotate_right"; "none". Empty for numbers that are not known.
[[nodiscard]] std::string_view name_of_event(const ControlEvent& event);

struct FirmwareVersion {
    std::array<std::uint8_t, 4> parts{};  // the most significant first
    std::uint8_t count = 0;               // of parts: 3 or 4

    [[nodiscard]] std::string str() const;  // "4.2.1.0"
    bool operator==(const FirmwareVersion&) const = default;
};

// A total that only grows, until it runs over and begins at zero again.
struct Totalizer {
    base::Volume volume;
    base::Volume modulus;  // at which it begins again

    bool operator==(const Totalizer&) const = default;
};

struct Advertised {
    bool trigger_based = false;             // it speaks when something happens, not regularly
    std::uint8_t unknown_flags = 0;         // bits 3 and 4 of the device information byte, where they stand in it
    std::optional<std::uint8_t> packet_id;  // changes with the content; the same once more is a repeat
    std::vector<Measurement> measurements;  // in the order sent
    std::vector<ControlEvent> events;       // in the order sent
    std::optional<std::uint32_t> timestamp_s;
    std::optional<std::uint16_t> device_type;
    std::optional<FirmwareVersion> firmware;
    base::Bytes undecoded;  // from the first id that is not known, or object that is cut off, to the end

    // The volume of the best totalizer: water, else volume in 32 bits, else the two of 16 bits, the coarser one first
    // because it runs over later. Whether a `volume` object grows is the device's affair; its owner says so by making
    // the device a meter.
    [[nodiscard]] std::optional<Totalizer> water() const;
    [[nodiscard]] std::optional<base::FlowRate> flow() const;  // to the nearest microlitre per second
    [[nodiscard]] std::optional<base::Volume> volume_storage() const;
    [[nodiscard]] std::optional<bool> wet() const;                          // whether any of the moisture contacts is
    [[nodiscard]] std::optional<std::int64_t> moisture_hundredths() const;  // of a percent
    [[nodiscard]] std::optional<std::int64_t> battery_percent() const;
    [[nodiscard]] std::optional<bool> battery_low() const;
    [[nodiscard]] std::optional<std::int64_t> voltage_millivolts() const;
    [[nodiscard]] std::optional<std::int64_t> temperature_centidegrees() const;  // Celsius
    [[nodiscard]] std::optional<std::int64_t> humidity_hundredths() const;       // of a percent

    bool operator==(const Advertised&) const = default;
};

// Service data without encryption, as `decode` reads it: objects with lower ids first, those of one list in their
// order, so that what was decoded from ordered objects is written as it came. A raw value is cut to its object's bytes,
// as a totalizer runs over; text and raw bytes end after 255; a measurement of an id that is none, and ordinals, are
// not written.
[[nodiscard]] base::Bytes encode(const Advertised& advertised);

// For people and programs, one line of JSON:
//   {"trigger_based":false,"packet_id":9,"measurements":[{"object_id":2,"name":"temperature","ordinal":1,"value":25.06,
//   "unit":"°C"}],"events":[{"object_id":58,"name":"button","ordinal":1,"event":"press"}],"timestamp":1684093277,
//   "device_type":1,"firmware":"4.2.1.0","undecoded":"ff00"}
// What was not said is left out, but for the two lists. Raw bytes and what is undecoded are hexadecimal digits; an
// event that has no name is its number.
[[nodiscard]] std::string to_json(const Advertised& advertised);

}  // namespace millrace::message
