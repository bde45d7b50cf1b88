// All that is known of the bridges and sensors: the hub's state, as one value.
//
// Built up frame by frame by `Pipeline`, restored from the store at start, and never changed from anywhere else.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "base/device_id.h"
#include "base/time.h"
#include "base/units.h"
#include "message/topic.h"
#include "meter/calibration_table.h"
#include "meter/sealed_estimate.h"
#include "meter/sensor_meter.h"
#include "ports/bluetooth.h"
#include "ports/live.h"
#include "ports/records.h"

namespace millrace::hub {

// Why the newest advertisement of a device says nothing to us.
enum class AdvertisedFault : std::uint8_t {
    None,
    NoKey,       // encrypted, and its key is not known
    WrongKey,    // encrypted, and the key does not open it
    InTheClear,  // its key is known, so what is not encrypted may be anybody's
    Replayed,    // its counter is lower than one before
    Malformed,   // no BTHome of version 2
};

// Why, and how to mend it, for people; empty for None.
[[nodiscard]] std::string problem_of(AdvertisedFault fault);

struct Device {
    ports::DeviceRecord record;
    std::optional<base::WallTime> last_seen;                 // newer than the record's, which is written once a minute
    std::unordered_map<std::uint64_t, std::int64_t> states;  // newest value of each state key
    // How far the device's clock is ahead of ours, by the newest message it stamped.
    std::optional<base::Milliseconds> clock_ahead;
    // Of what is heard by Bluetooth.
    AdvertisedFault fault = AdvertisedFault::None;
    std::optional<base::WallTime> wet_since;     // as far as this run knows
    std::optional<ports::LivePress> last_press;  // likewise
};

// As a topic says it.
[[nodiscard]] constexpr message::Role role_of(ports::BluetoothRole role) {
    return role == ports::BluetoothRole::Puck ? message::Role::Puck : message::Role::Meter;
}

// The newest value of a state, where it was ever told.
[[nodiscard]] inline std::optional<std::int64_t> state_of(const Device& device, std::uint64_t key) {
    const auto found = device.states.find(key);
    return found == device.states.end() ? std::nullopt : std::optional(found->second);
}

struct Sensor {
    meter::SensorMeter meter;
    meter::SealedMeter sealed;  // by messages that no key opened
    meter::CalibrationTable calibration;
    std::optional<base::WallTime> last_reading;
};

struct House {
    std::map<base::DeviceId, Device> devices;
    std::map<base::DeviceId, Sensor> sensors;
    // Of each bridge, the devices whose record names it: who answers one bridge of thousands need not ask all devices.
    std::map<base::DeviceId, std::set<base::DeviceId>> of_bridge;
};

}  // namespace millrace::hub
