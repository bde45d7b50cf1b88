// What a peak is worth, and since when.
//
// The relation of peaks to volume belongs to the installation. The list can be changed later and reaches back: a
// volume is always peaks times the entry in force when the water ran.
#pragma once

#include <vector>

#include "base/time.h"
#include "base/units.h"

namespace millrace::meter {

// In force until a calibration is set, and marked "uncalibrated" wherever it shows: 0.0087 US gallons a peak, measured
// on a 5/8 inch residential meter by Utah State University's CIWS project.
inline constexpr base::VolumePerPeak kUncalibratedVolumePerPeak{32'933};

struct CalibrationEntry {
    base::WallTime from;
    base::VolumePerPeak per_peak;

    bool operator==(const CalibrationEntry&) const = default;
};

class CalibrationTable {
public:
    CalibrationTable() = default;
    // Entries in any order; of two with the same `from` the later in the list wins.
    explicit CalibrationTable(std::vector<CalibrationEntry> entries);

    // The entry in force at a time. Before the first entry the first one holds too, because a calibration is a
    // property of the meter and nobody knew better earlier; without any entry it is the uncalibrated default.
    [[nodiscard]] base::VolumePerPeak at(base::WallTime time) const;

    [[nodiscard]] bool calibrated() const { return !entries_.empty(); }
    [[nodiscard]] const std::vector<CalibrationEntry>& entries() const { return entries_; }  // by ascending `from`

private:
    std::vector<CalibrationEntry> entries_;
};

}  // namespace millrace::meter
