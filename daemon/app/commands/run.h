// `millrace run`, and what its options share with other commands.
#pragma once

#include <iosfwd>
#include <string>

#include "base/result.h"
#include "settings/settings.h"

namespace millrace::app {

// As given on the command line; empty means not given.
struct RunOptions {
    std::string config_file;
    std::string state_dir;
    std::string bridge_listen;
    std::string http_listen;
    std::string key_file;
    std::string mode;
    std::string cloud;
};

// The file given, else /etc/millrace/millrace.yaml when that exists, else nothing.
[[nodiscard]] std::string config_file_of(const RunOptions& options);

// The config file (or the defaults without one) with the command line on top. The error lists every problem, a line
// each.
[[nodiscard]] base::Result<settings::Settings, base::Error> effective_settings(const RunOptions& options);

// Exit code.
[[nodiscard]] int run_daemon(const RunOptions& options, std::ostream& err);

}  // namespace millrace::app
