// Where the running daemon is asked, for commands that talk to it.
#pragma once

#include <string>

#include "base/result.h"

namespace millrace::app {

// The one given, else where the config file (that given, else the usual one) says that the daemon listens.
[[nodiscard]] base::Result<std::string, base::Error> daemon_url(const std::string& url, const std::string& config_file);

}  // namespace millrace::app
