// `millrace run`.
#pragma once

#include <iosfwd>

#include "app/effective_settings.h"

namespace millrace::app {

// Runs the daemon until SIGINT or SIGTERM, through restarts that people ask for. Exit code.
[[nodiscard]] int run_daemon(const CommonOptions& options, std::ostream& err);

}  // namespace millrace::app
