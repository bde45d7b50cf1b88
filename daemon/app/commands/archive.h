// `millrace archive`: has the running daemon keep its database file still while something else copies it.
#pragma once

#include <iosfwd>

#include "app/daemon_options.h"

namespace CLI {
class App;
}

namespace millrace::app {

enum class ArchiveAction { Hold, Release };

struct ArchiveOptions {
    ArchiveAction action = ArchiveAction::Hold;
    DaemonOptions daemon;
};

CLI::App* add_archive(CLI::App& app, ArchiveOptions& options);

// Exit code. Waits for the file to be still, half a minute at most.
[[nodiscard]] int archive(const ArchiveOptions& options, std::ostream& err);

}  // namespace millrace::app
