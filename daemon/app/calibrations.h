// The config file's calibrations against those the store knows.
#pragma once

#include <vector>

#include "hub/settings.h"
#include "ports/records.h"

namespace millrace::app {

// What has to be entered into the store so that what the config file said there amounts to its list: new and changed
// entries, and withdrawals (an entry of zero) of those the file no longer has. Sensors that the file does not name are
// left alone, and so are calibrations that were entered otherwise.
[[nodiscard]] std::vector<ports::CalibrationRecord> calibration_changes(const hub::Settings& settings,
                                                                        const ports::StoredState& stored,
                                                                        base::WallTime now);

}  // namespace millrace::app
