#include "app/calibrations.h"

#include <algorithm>
#include <iterator>

#include "hub/pipeline.h"

namespace millrace::app {
namespace {

constexpr ports::CalibrationSource kSource = ports::CalibrationSource::Config;

bool holds(const std::vector<meter::CalibrationEntry>& entries, const meter::CalibrationEntry& entry) {
    return std::find(entries.begin(), entries.end(), entry) != entries.end();
}

bool has_time(const std::vector<meter::CalibrationEntry>& entries, base::WallTime from) {
    return std::any_of(entries.begin(), entries.end(), [from](const auto& entry) { return entry.from == from; });
}

}  // namespace

std::vector<ports::CalibrationRecord> calibration_changes(const hub::Settings& settings,
                                                          const ports::StoredState& stored, base::WallTime now) {
    std::vector<ports::CalibrationRecord> changes;
    // What people entered by other ways stands beside the file, which only takes back what it said itself.
    std::vector<ports::CalibrationRecord> from_file;
    std::copy_if(stored.calibrations.begin(), stored.calibrations.end(), std::back_inserter(from_file),
                 [](const auto& record) { return record.source == ports::CalibrationSource::Config; });
    for (const auto& [sensor, listed] : settings.calibrations) {
        const meter::CalibrationTable wanted{listed};
        const meter::CalibrationTable known = hub::calibration_of(sensor, from_file);
        for (const meter::CalibrationEntry& entry : known.entries()) {
            if (!has_time(wanted.entries(), entry.from)) {
                changes.push_back({sensor, {entry.from, {}}, stored.last_frame_id, kSource, now, {}});
            }
        }
        for (const meter::CalibrationEntry& entry : wanted.entries()) {
            if (!holds(known.entries(), entry))
                changes.push_back({sensor, entry, stored.last_frame_id, kSource, now, {}});
        }
    }
    return changes;
}

}  // namespace millrace::app
