// The options that a user of Home Assistant sets on our app's page, as the Supervisor hands them over: a JSON object.
//
// They are few; everything else is in the app's own config file or on the page. An option that is set wins over the
// config file, one that is missing, null or empty leaves it alone. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "settings/settings.h"

namespace millrace::app {

// Puts what `json` sets into `settings`. The answer is what is wrong, each naming its option, never its value where
// that is a secret; empty when all is well. With problems, `settings` are not to be used.
[[nodiscard]] std::vector<std::string> apply_options(std::string_view json, settings::Settings& settings);

// What holds in the app whatever the config file says: where it keeps its store, and that page and API are where the
// Supervisor asks for them. Problems as above.
[[nodiscard]] std::vector<std::string> apply_fixed(const std::string& data_dir, settings::Settings& settings);

}  // namespace millrace::app
