// Where the running daemon is asked, for commands that talk to it.
#pragma once

#include <string>

#include "app/api_client.h"
#include "base/result.h"

namespace CLI {
class App;
}

namespace millrace::app {

// As given on the command line; empty means not given.
struct DaemonOptions {
    DaemonAddress address;
    std::string config_file;
};

void add_daemon_options(CLI::App& command, DaemonOptions& options);

// The one given, else where the config file (that given, else the usual one) says that the daemon listens.
[[nodiscard]] base::Result<DaemonAddress, base::Error> daemon_address(const DaemonOptions& options);

}  // namespace millrace::app
