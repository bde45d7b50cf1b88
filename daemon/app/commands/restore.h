// `millrace restore`: a backup becomes the store of this machine.
#pragma once

#include <iosfwd>
#include <string>

#include "app/effective_settings.h"

namespace CLI {
class App;
}

namespace millrace::app {

struct RestoreOptions {
    CommonOptions common;
    std::string file;
    bool force = false;
    std::string files_into;
};

CLI::App* add_restore(CLI::App& app, RestoreOptions& options);

// Refuses a state directory that has a store, unless forced (that store is then kept beside), and one that a daemon
// runs on. Exit code.
[[nodiscard]] int restore(const RestoreOptions& options, std::ostream& err);

}  // namespace millrace::app
