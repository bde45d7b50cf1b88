#include "app/daemon_options.h"

#include <CLI/CLI.hpp>

namespace millrace::app {

void add_daemon_options(CLI::App& command, DaemonOptions& options) {
    command.add_option("--url", options.address.url,
                       "Where the daemon answers; else as http.listen in the config file says");
    command
        .add_option("--token-file", options.address.token_file,
                    "File with a token, for a daemon on another machine, or one that asks for it here too")
        ->type_name("FILE");
    command.add_option("--ca-file", options.address.ca_file, "Certificate authority for https; else the system's")
        ->type_name("FILE");
    command.add_option("--config", options.config_file, "Config file that says where the daemon listens")
        ->type_name("FILE");
}

}  // namespace millrace::app
