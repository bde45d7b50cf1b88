// What commands that talk to the running daemon are told of it on the command line.
#pragma once

#include <string>

#include "app/api_client.h"

namespace CLI {
class App;
}

namespace millrace::app {

// Empty means not given.
struct DaemonOptions {
    DaemonAddress address;
    std::string config_file;
};

void add_daemon_options(CLI::App& command, DaemonOptions& options);

}  // namespace millrace::app
