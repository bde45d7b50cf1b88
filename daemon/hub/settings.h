// What the config file may set for this room. Plain values; any thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/device_id.h"
#include "base/time_zone.h"
#include "meter/calibration_table.h"
#include "ports/bluetooth.h"

namespace millrace::hub {

struct Settings {
    base::TimeZone zone;  // the site's: where "today" begins
    // Frames of one bridge kept for a cloud that is away: some hundred days' worth.
    std::size_t max_waiting_for_cloud = 100'000;
    std::vector<std::pair<base::DeviceId, std::vector<meter::CalibrationEntry>>> calibrations;  // from the config file
    std::vector<ports::AdoptedDevice> bluetooth_devices;                                        // likewise
};

}  // namespace millrace::hub
