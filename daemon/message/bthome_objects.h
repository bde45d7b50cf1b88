// BTHome's objects: what each id stands for, how many bytes follow it and what they are worth.
//
// BTHOME.md beside this file says where the table is from and where its sources differ. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace millrace::message {

enum class ObjectForm : std::uint8_t {
    PacketId,
    Unsigned,
    Signed,
    Boolean,  // 0 is false, all else true
    Button,   // which event
    Dimmer,   // which event, and how many steps
    Time,     // unix time in seconds
    Text,     // one byte for the length, then UTF-8
    Raw,      // one byte for the length, then anything
    DeviceType,
    Version,  // the least significant part first
};

struct ObjectType {
    std::uint8_t id;
    std::string_view name;  // the property; ids of one property that differ in size or factor only share it
    ObjectForm form;
    std::uint8_t bytes;          // 0 for Text and Raw, whose length comes with them
    std::string_view unit = "";  // empty for what has none
    std::uint8_t numerator = 1;  // a number's value is raw * numerator / 10^decimals
    std::uint8_t decimals = 0;

    // Whether it comes as a Measurement.
    [[nodiscard]] bool is_measurement() const;
};

// Nothing (null) for an id that is not in the table. Valid for ever.
[[nodiscard]] const ObjectType* find_object_type(std::uint8_t id);

// All of them, by id.
[[nodiscard]] std::span<const ObjectType> object_types();

// The exact value of a number, with all its decimals: "-7.70".
[[nodiscard]] std::string decimal(const ObjectType& type, std::int64_t raw);

// The ids that Millrace looks for.
namespace object_id {
inline constexpr std::uint8_t kPacketId = 0x00, kBattery = 0x01, kTemperature = 0x02, kHumidity = 0x03,
                              kVoltageMillivolts = 0x0C, kMoisture = 0x14, kBatteryLow = 0x15, kWet = 0x20,
                              kHumidityPercent = 0x2E, kMoisturePercent = 0x2F, kButton = 0x3A, kDimmer = 0x3C,
                              kTemperatureTenths = 0x45, kVolumeDecilitres = 0x47, kVolumeMillilitres16 = 0x48,
                              kFlowRate = 0x49, kVoltageDecivolts = 0x4A, kVolumeMillilitres = 0x4E, kWater = 0x4F,
                              kTime = 0x50, kText = 0x53, kRaw = 0x54, kVolumeStorage = 0x55,
                              kTemperatureDegrees = 0x57, kTemperatureCoarse = 0x58, kDeviceType = 0xF0,
                              kVersionOfFour = 0xF1, kVersionOfThree = 0xF2;
}

}  // namespace millrace::message
