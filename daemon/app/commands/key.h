// `millrace key`: try keys on a capture, and give one to the running daemon.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "app/daemon_options.h"

namespace CLI {
class App;
}

namespace millrace::app {

enum class KeyAction { Verify, Add };

// As given on the command line; empty means not given.
struct KeyOptions {
    KeyAction action = KeyAction::Verify;
    std::vector<std::string> files;
    std::string key_file;
    std::string key_dir;
    std::vector<std::uint16_t> ports = {1883};
    std::string bridge;
    DaemonOptions daemon;
};

CLI::App* add_key(CLI::App& app, KeyOptions& options);

// Exit code.
[[nodiscard]] int key(const KeyOptions& options, std::ostream& out, std::ostream& err);

}  // namespace millrace::app
