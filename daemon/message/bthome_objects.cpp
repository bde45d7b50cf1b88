#include "message/bthome_objects.h"

#include <algorithm>
#include <array>

namespace millrace::message {
namespace {

constexpr auto kTypes = std::to_array<ObjectType>({
    {0x00, "packet_id", ObjectForm::PacketId, 1},
    {0x01, "battery", ObjectForm::Unsigned, 1, "%"},
    {0x02, "temperature", ObjectForm::Signed, 2, "°C", 1, 2},
    {0x03, "humidity", ObjectForm::Unsigned, 2, "%", 1, 2},
    {0x04, "pressure", ObjectForm::Unsigned, 3, "hPa", 1, 2},
    {0x05, "illuminance", ObjectForm::Unsigned, 3, "lx", 1, 2},
    {0x06, "mass", ObjectForm::Unsigned, 2, "kg", 1, 2},
    {0x07, "mass", ObjectForm::Unsigned, 2, "lb", 1, 2},
    {0x08, "dew_point", ObjectForm::Signed, 2, "°C", 1, 2},
    {0x09, "count", ObjectForm::Unsigned, 1},
    {0x0A, "energy", ObjectForm::Unsigned, 3, "kWh", 1, 3},
    {0x0B, "power", ObjectForm::Unsigned, 3, "W", 1, 2},
    {0x0C, "voltage", ObjectForm::Unsigned, 2, "V", 1, 3},
    {0x0D, "pm2_5", ObjectForm::Unsigned, 2, "µg/m³"},
    {0x0E, "pm10", ObjectForm::Unsigned, 2, "µg/m³"},
    {0x0F, "generic", ObjectForm::Boolean, 1},
    {0x10, "power_on", ObjectForm::Boolean, 1},
    {0x11, "opening", ObjectForm::Boolean, 1},
    {0x12, "co2", ObjectForm::Unsigned, 2, "ppm"},
    {0x13, "tvoc", ObjectForm::Unsigned, 2, "µg/m³"},
    {0x14, "moisture", ObjectForm::Unsigned, 2, "%", 1, 2},
    {0x15, "battery_low", ObjectForm::Boolean, 1},
    {0x16, "battery_charging", ObjectForm::Boolean, 1},
    {0x17, "carbon_monoxide", ObjectForm::Boolean, 1},
    {0x18, "cold", ObjectForm::Boolean, 1},
    {0x19, "connectivity", ObjectForm::Boolean, 1},
    {0x1A, "door", ObjectForm::Boolean, 1},
    {0x1B, "garage_door", ObjectForm::Boolean, 1},
    {0x1C, "gas_detected", ObjectForm::Boolean, 1},
    {0x1D, "heat", ObjectForm::Boolean, 1},
    {0x1E, "light", ObjectForm::Boolean, 1},
    {0x1F, "lock", ObjectForm::Boolean, 1},
    {0x20, "wet", ObjectForm::Boolean, 1},
    {0x21, "motion", ObjectForm::Boolean, 1},
    {0x22, "moving", ObjectForm::Boolean, 1},
    {0x23, "occupancy", ObjectForm::Boolean, 1},
    {0x24, "plug", ObjectForm::Boolean, 1},
    {0x25, "presence", ObjectForm::Boolean, 1},
    {0x26, "problem", ObjectForm::Boolean, 1},
    {0x27, "running", ObjectForm::Boolean, 1},
    {0x28, "safety", ObjectForm::Boolean, 1},
    {0x29, "smoke", ObjectForm::Boolean, 1},
    {0x2A, "sound", ObjectForm::Boolean, 1},
    {0x2B, "tamper", ObjectForm::Boolean, 1},
    {0x2C, "vibration", ObjectForm::Boolean, 1},
    {0x2D, "window", ObjectForm::Boolean, 1},
    {0x2E, "humidity", ObjectForm::Unsigned, 1, "%"},
    {0x2F, "moisture", ObjectForm::Unsigned, 1, "%"},
    {0x3A, "button", ObjectForm::Button, 1},
    {0x3C, "dimmer", ObjectForm::Dimmer, 2},
    {0x3D, "count", ObjectForm::Unsigned, 2},
    {0x3E, "count", ObjectForm::Unsigned, 4},
    {0x3F, "rotation", ObjectForm::Signed, 2, "°", 1, 1},
    {0x40, "distance", ObjectForm::Unsigned, 2, "mm"},
    {0x41, "distance", ObjectForm::Unsigned, 2, "m", 1, 1},
    {0x42, "duration", ObjectForm::Unsigned, 3, "s", 1, 3},
    {0x43, "current", ObjectForm::Unsigned, 2, "A", 1, 3},
    {0x44, "speed", ObjectForm::Unsigned, 2, "m/s", 1, 2},
    {0x45, "temperature", ObjectForm::Signed, 2, "°C", 1, 1},
    {0x46, "uv_index", ObjectForm::Unsigned, 1, "", 1, 1},
    {0x47, "volume", ObjectForm::Unsigned, 2, "L", 1, 1},
    {0x48, "volume", ObjectForm::Unsigned, 2, "mL"},
    {0x49, "volume_flow_rate", ObjectForm::Unsigned, 2, "m³/h", 1, 3},
    {0x4A, "voltage", ObjectForm::Unsigned, 2, "V", 1, 1},
    {0x4B, "gas", ObjectForm::Unsigned, 3, "m³", 1, 3},
    {0x4C, "gas", ObjectForm::Unsigned, 4, "m³", 1, 3},
    {0x4D, "energy", ObjectForm::Unsigned, 4, "kWh", 1, 3},
    {0x4E, "volume", ObjectForm::Unsigned, 4, "L", 1, 3},
    {0x4F, "water", ObjectForm::Unsigned, 4, "L", 1, 3},
    {0x50, "timestamp", ObjectForm::Time, 4},
    {0x51, "acceleration", ObjectForm::Unsigned, 2, "m/s²", 1, 3},
    {0x52, "gyroscope", ObjectForm::Unsigned, 2, "°/s", 1, 3},
    {0x53, "text", ObjectForm::Text, 0},
    {0x54, "raw", ObjectForm::Raw, 0},
    {0x55, "volume_storage", ObjectForm::Unsigned, 4, "L", 1, 3},
    {0x56, "conductivity", ObjectForm::Unsigned, 2, "µS/cm"},
    {0x57, "temperature", ObjectForm::Signed, 1, "°C"},
    {0x58, "temperature", ObjectForm::Signed, 1, "°C", 35, 2},
    {0x59, "count", ObjectForm::Signed, 1},
    {0x5A, "count", ObjectForm::Signed, 2},
    {0x5B, "count", ObjectForm::Signed, 4},
    {0x5C, "power", ObjectForm::Signed, 4, "W", 1, 2},
    {0x5D, "current", ObjectForm::Signed, 2, "A", 1, 3},
    {0x5E, "direction", ObjectForm::Unsigned, 2, "°", 1, 2},
    {0x5F, "precipitation", ObjectForm::Unsigned, 2, "mm"},
    {0x60, "channel", ObjectForm::Unsigned, 1},
    {0x61, "rotational_speed", ObjectForm::Unsigned, 2, "rpm"},
    {0x62, "speed", ObjectForm::Signed, 4, "m/s", 1, 6},
    {0x63, "acceleration", ObjectForm::Signed, 4, "m/s²", 1, 6},
    {0x64, "light_level", ObjectForm::Unsigned, 1},
    {0xF0, "device_type", ObjectForm::DeviceType, 2},
    {0xF1, "firmware", ObjectForm::Version, 4},
    {0xF2, "firmware", ObjectForm::Version, 3},
});

constexpr bool is_ordered() {
    for (std::size_t i = 1; i < kTypes.size(); ++i) {
        if (kTypes[i - 1].id >= kTypes[i].id) return false;
    }
    return true;
}
static_assert(is_ordered(), "an id is looked up by bisection");

}  // namespace

bool ObjectType::is_measurement() const {
    switch (form) {
        case ObjectForm::Unsigned:
        case ObjectForm::Signed:
        case ObjectForm::Boolean:
        case ObjectForm::Text:
        case ObjectForm::Raw: return true;
        case ObjectForm::PacketId:
        case ObjectForm::Button:
        case ObjectForm::Dimmer:
        case ObjectForm::Time:
        case ObjectForm::DeviceType:
        case ObjectForm::Version: return false;
    }
    return false;
}

const ObjectType* find_object_type(std::uint8_t id) {
    const auto found = std::ranges::lower_bound(kTypes, id, {}, &ObjectType::id);
    return found == kTypes.end() || found->id != id ? nullptr : &*found;
}

std::span<const ObjectType> object_types() {
    return kTypes;
}

std::string decimal(const ObjectType& type, std::int64_t raw) {
    const std::int64_t units = raw * type.numerator;  // four bytes times a small number
    const std::string digits = std::to_string(units < 0 ? -units : units);
    // At least one digit stands before the point.
    const std::size_t missing = digits.size() > type.decimals ? 0 : type.decimals + 1U - digits.size();
    std::string text(units < 0 ? "-" : "");
    text.append(missing, '0');
    text += digits;
    if (type.decimals > 0) text.insert(text.end() - type.decimals, '.');
    return text;
}

}  // namespace millrace::message
