// Where the running daemon is asked, for commands that talk to it.
#pragma once

#include "app/daemon_options.h"
#include "base/result.h"

namespace millrace::app {

// The one given, else where the config file (that given, else the usual one) says that the daemon listens.
[[nodiscard]] base::Result<DaemonAddress, base::Error> daemon_address(const DaemonOptions& options);

}  // namespace millrace::app
