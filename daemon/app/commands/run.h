// `millrace run`.
#pragma once

#include <iosfwd>

#include "app/effective_settings.h"
#include "app/ready_descriptor.h"

namespace millrace::app {

// Runs the daemon until SIGINT or SIGTERM, through restarts that people ask for; `ready` is told when it listens. Exit
// code.
[[nodiscard]] int run_daemon(const CommonOptions& options, ReadyDescriptor ready, std::ostream& err);

}  // namespace millrace::app
