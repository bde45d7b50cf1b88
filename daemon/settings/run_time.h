// The settings that may also be changed while the daemon runs: those of the field table that say so.
//
// They are written as JSON, in the same form as the config file has them, which reads JSON too. What was chosen while
// the daemon ran stands in place of what the file says. Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "settings/problem.h"
#include "settings/settings.h"

namespace millrace::settings {

// All of them, as they are: {"site": {"time_zone": …, "units": …}, "tariff": {…} or null, "log": {"level": …}}.
// Reading it again gives the same.
[[nodiscard]] std::string run_time_json(const Settings& settings);

// `configured` with what was chosen in its place. Problems name their keys; so does a setting that only the file may
// change.
[[nodiscard]] base::Result<Settings, Problems> with_choices(const Settings& configured, std::string_view choices);

}  // namespace millrace::settings
