// `millrace alive`: whether the daemon answers, for health checks where there is no other program to ask it.
#pragma once

#include <iosfwd>

#include "app/daemon_options.h"

namespace CLI {
class App;
}

namespace millrace::app {

CLI::App* add_alive(CLI::App& app, DaemonOptions& options);

// Exit code. Says nothing where all is well.
[[nodiscard]] int alive(const DaemonOptions& options, std::ostream& err);

}  // namespace millrace::app
