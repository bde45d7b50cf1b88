#include "app/common_options.h"

#include <CLI/CLI.hpp>

namespace millrace::app {

CLI::Option* add_config_option(CLI::App& command, CommonOptions& options) {
    return command
        .add_option("--config", options.config_file,
                    "Config file (YAML or JSON); /etc/millrace/millrace.yaml when that exists")
        ->type_name("FILE");
}

CLI::Option* add_state_dir_option(CLI::App& command, CommonOptions& options) {
    return command
        .add_option("--state-dir", options.state_dir,
                    "Where the database lives; else $STATE_DIRECTORY, else $XDG_STATE_HOME/millrace "
                    "(~/.local/state/millrace)")
        ->type_name("DIR");
}

}  // namespace millrace::app
