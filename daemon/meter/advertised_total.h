// Totals that a meter advertises by Bluetooth, as readings like those of a sensor that counts peaks.
//
// Such a meter says its register's volume when it likes, without a time. Its register is taken in steps of
// kAdvertisedPeak, so that all that is known of peaks holds for it: how flow is told, how leaks are judged, what is
// kept. A rise since the total before is spread evenly over the time between, on the grid of a sensor's samples,
// because water that came at once would look like a burst; what rose over a longer silence is one sum. Pure; any
// thread.
#pragma once

#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "meter/calibration_table.h"
#include "meter/sensor_meter.h"

namespace millrace::meter {

// What a step of the register is worth: about a peak of a residential meter, for which detection is made. What is less
// than a step is not lost: it counts once the register has passed it.
inline constexpr base::VolumePerPeak kAdvertisedPeak{30'000};

// Totals further apart than this do not tell when the water ran.
inline constexpr base::Seconds kLongestSpread{15 * 60};

struct AdvertisedTotal {
    base::Volume total;    // the register's, from 0 to below `modulus`
    base::Volume modulus;  // where the register begins anew; above 0
    base::WallTime at;     // when it was heard
};

// Readings from the total before, of which the last is this one's. A register that ran over goes on; one that fell
// otherwise, or rose by more than a meter can pass with an hour's grace, begins a new series and counts nothing. A
// total that was heard before the newest one adds nothing.
[[nodiscard]] std::vector<Reading> apply(SensorMeter& meter, const AdvertisedTotal& total,
                                         const CalibrationTable& calibration);

}  // namespace millrace::meter
