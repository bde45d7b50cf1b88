// Flow rate as a person expects it: there at once when a tap opens, steady while it runs, zero soon after it closes.
//
// Peaks arrive one by one at low flow and on a 5 s grid at higher flow, in batches of some 20 s. The rate is taken
// over a window of recent advances that is as short as their number allows; without a new peak it decays to what one
// more peak would allow, and then to zero.
#pragma once

#include <optional>

#include "base/time.h"
#include "base/units.h"
#include "meter/calibration_table.h"
#include "meter/sensor_meter.h"

namespace millrace::meter {

struct Flow {
    base::FlowRate rate;
    bool running = false;
    // When the answer changes by the passing of time alone; nothing when it is at rest.
    std::optional<base::WallTime> changes_at;

    bool operator==(const Flow&) const = default;
};

// `now` is the time on the sensor's clock (see hub: wall time corrected by what the bridge stamps its messages with).
[[nodiscard]] Flow flow_at(const SensorMeter& meter, const CalibrationTable& calibration, base::WallTime now);

}  // namespace millrace::meter
