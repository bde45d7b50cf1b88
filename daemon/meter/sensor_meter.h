// From samples to readings: one sensor's running total made into a series that only grows.
//
// A state value and pure functions on it; replaying the same inputs gives the same state. Volume never comes from a
// sample alone, only from the rise of a series' highest total, so duplicates, late and unordered samples add nothing
// twice. The lifetime register is a totalizer of its own: it adds each rise at the calibration in force at that
// moment and never falls, whatever is recalibrated or restarted later.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "message/samples.h"
#include "meter/calibration_table.h"
#include "meter/reading.h"

namespace millrace::meter {

// Where a series stands. Everything needed to go on after a restart.
struct SeriesState {
    std::int64_t number = 0;               // 0: no series yet
    std::optional<base::PeakCount> base;   // the total the server gave at boot, where known
    base::PeakCount highest;               // meaningful once `last_time` is set, else equal to `base`
    std::optional<base::WallTime> last_time;  // time of the reading that reached `highest`

    bool operator==(const SeriesState&) const = default;
};

struct SensorMeter {
    SeriesState series;
    base::Volume lifetime;           // the register: never falls
    std::deque<Reading> recent;      // newest last, at most kRecentReadings, for flow and for telling repeats

    static constexpr std::size_t kRecentReadings = 128;

    bool operator==(const SensorMeter&) const = default;
};

// Applies one message's samples in order and returns a reading for each, in the same order. `received` is when the
// frame reached us.
[[nodiscard]] std::vector<Reading> apply(SensorMeter& meter, const message::Samples& samples, base::WallTime received,
                                         const CalibrationTable& calibration);

// The server told the sensor to count on from `peaks` (a boot response went by). At or above the highest total the
// series goes on; below it a new series begins there.
void set_base(SensorMeter& meter, std::uint32_t peaks, base::WallTime received);

// The total to hand out at the sensor's next boot: the highest one, wrapped to 32 bits; 0 when nothing is known.
[[nodiscard]] std::uint32_t boot_total(const SensorMeter& meter);

}  // namespace millrace::meter
