// What a device advertises, in JSON and in names, for people and programs.
#include <array>

#include "message/bthome.h"
#include "message/bthome_objects.h"
#include "message/json_writer.h"

namespace millrace::message {
namespace {

// By their numbers.
constexpr std::array<std::string_view, 7> kButtonEvents = {
    "none", "press", "double_press", "triple_press", "long_press", "long_double_press", "long_triple_press"};
constexpr std::uint8_t kHoldPress = 0x80;
constexpr std::array<std::string_view, 3> kDimmerEvents = {"none", "rotate_left", "rotate_right"};

// A value as JSON.
std::string value_of(const Measurement& measurement, const ObjectType& type) {
    switch (type.form) {
        case ObjectForm::Boolean: return measurement.raw != 0 ? "true" : "false";
        case ObjectForm::Text: return json_string(base::as_text(measurement.bytes));
        case ObjectForm::Raw: return json_string(base::to_hex(measurement.bytes));
        default: return decimal(type, measurement.raw);
    }
}

void write(std::string& out, const Measurement& measurement) {
    const ObjectType* const type = find_object_type(measurement.object_id);
    ObjectWriter object(out);
    object.number("object_id", measurement.object_id);
    if (type != nullptr) {
        object.text("name", type->name);
        object.number("ordinal", measurement.ordinal);
        object.json("value", value_of(measurement, *type));
        if (!type->unit.empty()) object.text("unit", type->unit);
    }
    object.close();
}

void write(std::string& out, const ControlEvent& event) {
    const ObjectType* const type = find_object_type(event.object_id);
    const std::string_view name = name_of_event(event);
    ObjectWriter object(out);
    object.number("object_id", event.object_id);
    if (type != nullptr) object.text("name", type->name);
    object.number("ordinal", event.ordinal);
    if (name.empty()) {
        object.number("event", event.event);
    } else {
        object.text("event", name);
    }
    if (event.object_id == object_id::kDimmer) object.number("steps", event.steps);
    object.close();
}

template <typename Entries>
std::string list_of(const Entries& entries) {
    return write_array(entries, [](std::string& out, const auto& entry) { write(out, entry); });
}

}  // namespace

std::string_view name_of_event(const ControlEvent& event) {
    if (event.object_id == object_id::kDimmer) {
        return event.event < kDimmerEvents.size() ? kDimmerEvents.at(event.event) : std::string_view{};
    }
    if (event.object_id != object_id::kButton) return {};
    if (event.event == kHoldPress) return "hold_press";
    return event.event < kButtonEvents.size() ? kButtonEvents.at(event.event) : std::string_view{};
}

std::string FirmwareVersion::str() const {
    std::string text;
    for (std::size_t i = 0; i < count && i < parts.size(); ++i) {
        if (i > 0) text += '.';
        text += std::to_string(parts.at(i));
    }
    return text;
}

std::string to_json(const Advertised& advertised) {
    std::string out;
    ObjectWriter object(out);
    object.json("trigger_based", advertised.trigger_based ? "true" : "false");
    if (advertised.unknown_flags != 0) object.number("unknown_flags", advertised.unknown_flags);
    if (advertised.packet_id) object.number("packet_id", *advertised.packet_id);
    object.json("measurements", list_of(advertised.measurements));
    object.json("events", list_of(advertised.events));
    if (advertised.timestamp_s) object.number("timestamp", *advertised.timestamp_s);
    if (advertised.device_type) object.number("device_type", *advertised.device_type);
    if (advertised.firmware) object.text("firmware", advertised.firmware->str());
    if (!advertised.undecoded.empty()) object.text("undecoded", base::to_hex(advertised.undecoded));
    object.close();
    return out;
}

}  // namespace millrace::message
