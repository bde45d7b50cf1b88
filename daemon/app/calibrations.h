// The config file's calibrations against those the store knows.
#pragma once

#include <vector>

#include "hub/settings.h"
#include "ports/records.h"

namespace millrace::app {

// What has to be entered into the store so that it amounts to the config file's list: new and changed entries, and
// withdrawals (an entry of zero) of those the file no longer has. Sensors that the file does not name are left alone.
[[nodiscard]] std::vector<ports::CalibrationRecord> calibration_changes(const hub::Settings& settings,
                                                                        const ports::StoredState& stored);

}  // namespace millrace::app
