#include "meter/calibration_table.h"

#include <algorithm>
#include <utility>

namespace millrace::meter {

CalibrationTable::CalibrationTable(std::vector<CalibrationEntry> entries) : entries_(std::move(entries)) {
    std::stable_sort(entries_.begin(), entries_.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
    // Of equal times the last given stands last now, and is the one to keep.
    const auto last_of_each =
        std::unique(entries_.rbegin(), entries_.rend(), [](const auto& a, const auto& b) { return a.from == b.from; });
    entries_.erase(entries_.begin(), last_of_each.base());
}

base::VolumePerPeak CalibrationTable::at(base::WallTime time) const {
    if (entries_.empty()) return kUncalibratedVolumePerPeak;
    const auto after = std::upper_bound(entries_.begin(), entries_.end(), time,
                                        [](base::WallTime value, const auto& entry) { return value < entry.from; });
    return after == entries_.begin() ? after->per_peak : std::prev(after)->per_peak;
}

}  // namespace millrace::meter
