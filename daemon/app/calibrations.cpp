#include "app/calibrations.h"

#include <algorithm>

#include "hub/pipeline.h"

namespace millrace::app {
namespace {

bool holds(const std::vector<meter::CalibrationEntry>& entries, const meter::CalibrationEntry& entry) {
    return std::find(entries.begin(), entries.end(), entry) != entries.end();
}

bool has_time(const std::vector<meter::CalibrationEntry>& entries, base::WallTime from) {
    return std::any_of(entries.begin(), entries.end(), [from](const auto& entry) { return entry.from == from; });
}

}  // namespace

std::vector<ports::CalibrationRecord> calibration_changes(const hub::Settings& settings,
                                                          const ports::StoredState& stored) {
    std::vector<ports::CalibrationRecord> changes;
    for (const auto& [sensor, listed] : settings.calibrations) {
        const meter::CalibrationTable wanted{listed};
        const meter::CalibrationTable known = hub::calibration_of(sensor, stored.calibrations);
        for (const meter::CalibrationEntry& entry : known.entries()) {
            if (!has_time(wanted.entries(), entry.from)) {
                changes.push_back({sensor, {entry.from, {}}, stored.last_frame_id});
            }
        }
        for (const meter::CalibrationEntry& entry : wanted.entries()) {
            if (!holds(known.entries(), entry)) changes.push_back({sensor, entry, stored.last_frame_id});
        }
    }
    return changes;
}

}  // namespace millrace::app
