// Options that several commands have.
#pragma once

#include "app/effective_settings.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace millrace::app {

CLI::Option* add_config_option(CLI::App& command, CommonOptions& options);
CLI::Option* add_state_dir_option(CLI::App& command, CommonOptions& options);

}  // namespace millrace::app
