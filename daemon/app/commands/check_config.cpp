#include "app/commands/check_config.h"

#include <ostream>

#include "app/exit_code.h"
#include "app/key_files.h"

namespace millrace::app {

int check_config(const CommonOptions& options, std::ostream& out, std::ostream& err) {
    const std::string file = config_file_of(options);
    if (file.empty()) {
        err << "millrace: there is no config file (name one with --config); the defaults are used, which are good\n";
        return kExitGood;
    }
    const auto settings = settings::load(file);
    if (!settings) {
        for (const settings::Problem& problem : settings.error()) out << settings::to_line(file, problem) << '\n';
        return kExitFindings;
    }
    if (const auto keys = read_keys(settings->keys, settings->store.state_dir); !keys) {
        out << keys.error().message << '\n';
        return kExitFindings;
    }
    out << file << ": good\n";
    return kExitGood;
}

}  // namespace millrace::app
