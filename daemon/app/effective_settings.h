// The settings a command works with: the config file's, with the app's options on top where we are one of Home
// Assistant's, and the command line's on top of all.
#pragma once

#include <string>

#include "base/result.h"
#include "settings/settings.h"

namespace millrace::app {

// As given on the command line; empty means not given.
struct CommonOptions {
    std::string config_file;
    std::string state_dir;
    std::string bridge_listen;
    std::string http_listen;
    std::string key_file;
    std::string mode;
    std::string cloud;
};

// The file given, else /etc/millrace/millrace.yaml when that exists, else nothing. As an app of Home Assistant, the
// file in the app's own config folder instead.
[[nodiscard]] std::string config_file_of(const CommonOptions& options);

// All defaults without a file. The error lists every problem, a line each.
[[nodiscard]] base::Result<settings::Settings, base::Error> effective_settings(const CommonOptions& options);

}  // namespace millrace::app
