// `millrace backup`: the store in one file, while the daemon runs.
#pragma once

#include <iosfwd>
#include <string>

#include "app/effective_settings.h"

namespace CLI {
class App;
}

namespace millrace::app {

struct BackupOptions {
    CommonOptions common;
    std::string file;
    bool with_secrets = false;
};

CLI::App* add_backup(CLI::App& app, BackupOptions& options);

// Writes `file`, which must not exist, and says on `err` what is in it. With secrets: also the config file, and the
// key, password and certificate files that it names. Exit code.
[[nodiscard]] int backup(const BackupOptions& options, std::ostream& err);

}  // namespace millrace::app
