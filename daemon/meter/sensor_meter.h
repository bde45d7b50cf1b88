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

// The most peaks a meter counts in one 5 s step of the sensor's grid. A residential meter of one inch passes at most
// some 50 gallons a minute, 15.8 litres in 5 s, which is 480 peaks at the 33 ml of the smallest meters. More than that
// in one entry is the sum of a gap. In peaks and not in litres, so that a recalibration does not change what a reading
// is.
inline constexpr std::int64_t kMostPeaksPerGridStep = 480;
inline constexpr base::Seconds kGridStep{5};

// A sample stamped further ahead of its receipt than this has no usable time. An hour covers a bridge whose clock is
// set to a neighbouring summer time.
inline constexpr base::Seconds kMostAheadOfReceipt{3600};

// Where a series stands. Everything needed to go on after a restart.
struct SeriesState {
    std::int64_t number = 0;                  // 0: no series yet
    std::optional<base::PeakCount> base;      // the total the server gave at boot, where known
    base::PeakCount highest;                  // meaningful once `last_time` is set, else equal to `base`
    std::optional<base::WallTime> last_time;  // time of the reading that reached `highest`
    std::optional<base::WallTime> based_at;   // when the server told `base`

    bool operator==(const SeriesState&) const = default;
};

struct SensorMeter {
    SeriesState series;
    base::Volume lifetime;  // the register: never falls
    // For flow and for telling repeats, in the order they came: the last kRecentReadings that are no repeats, and of
    // those before them the ones among the kHighestReadings highest totals of the present series. So a delivery of old
    // samples does not push out the newest water.
    std::deque<Reading> recent;

    static constexpr std::size_t kRecentReadings = 128;
    static constexpr std::size_t kHighestReadings = 32;

    bool operator==(const SensorMeter&) const = default;
};

// How a sample that does not raise the highest total is told apart:
//  - its total is known already: a repeat (but the highest total at a later time is an advance of nothing);
//  - it is not newer than `last_time`: late. So is one that fits between the recent readings of the series before;
//  - its time was unset and its total lies within the series: a repeat, because nothing more can be said;
//  - it is newer, but higher than the lowest recent total: late. One sample is not evidence enough against a replay
//    of stored data by a clock that jumped, and what is lost if it was a restart is less than `recent` spans;
//  - it is newer and below all recent totals, or below the series' base: the counter restarted without our seeing
//    why. A new series begins with an unknown base, and no water is counted for the step.
//
// And one that does raise it:
//  - it fits between the recent readings of the series before, or goes on from there and is older than the base: late;
//  - it goes on from there and not from the base: the sensor did not take the base. The old total is followed;
//  - it is the first since the base was told, or older than that, and further above the base than the meter could have
//    counted, with an hour's grace: another server kept that series. It is the first of a series of its own; when it
//    is older than the base, the count from the base goes on in a series after it;
//  - it was received more than an hour before `last_time`, read back from a file: the same.
//
// Applies one message's samples in order and returns a reading for each, in the same order. `received` is when the
// frame reached us.
[[nodiscard]] std::vector<Reading> apply(SensorMeter& meter, const message::Samples& samples, base::WallTime received,
                                         const CalibrationTable& calibration);

// The server told the sensor to count on from `peaks` (a boot response went by). At or above the highest total the
// series goes on; below it a new series begins there. So it does when `peaks` lies further above than the meter could
// have counted since the last reading, with an hour's grace: that server kept another series, and its head start is
// no water of ours. A `peaks` of 0 always starts afresh. One received more than an hour before the last reading is read
// back from a file and changes nothing.
void set_base(SensorMeter& meter, std::uint32_t peaks, base::WallTime received);

// The total to hand out at the sensor's next boot: the highest one, wrapped to 32 bits; 0 when nothing is known.
[[nodiscard]] std::uint32_t boot_total(const SensorMeter& meter);

}  // namespace millrace::meter
