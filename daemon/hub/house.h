// All that is known of the bridges and sensors: the hub's state, as one value.
//
// Built up frame by frame by `Pipeline`, restored from the store at start, and never changed from anywhere else.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

#include "base/device_id.h"
#include "base/time.h"
#include "base/units.h"
#include "meter/calibration_table.h"
#include "meter/sealed_estimate.h"
#include "meter/sensor_meter.h"
#include "ports/records.h"

namespace millrace::hub {

struct Device {
    ports::DeviceRecord record;
    std::optional<base::WallTime> last_seen;                 // newer than the record's, which is written once a minute
    std::unordered_map<std::uint64_t, std::int64_t> states;  // newest value of each state key
    // How far the device's clock is ahead of ours, by the newest message it stamped.
    std::optional<base::Milliseconds> clock_ahead;
};

struct Sensor {
    meter::SensorMeter meter;
    meter::SealedMeter sealed;  // by messages that no key opened
    meter::CalibrationTable calibration;
    std::optional<base::WallTime> last_reading;
};

struct House {
    std::map<base::DeviceId, Device> devices;
    std::map<base::DeviceId, Sensor> sensors;
};

}  // namespace millrace::hub
