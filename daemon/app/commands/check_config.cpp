#include "app/commands/check_config.h"

#include <ostream>

#include "app/key_files.h"

namespace millrace::app {

int check_config(const RunOptions& options, std::ostream& out, std::ostream& err) {
    const std::string file = config_file_of(options);
    if (file.empty()) {
        err << "millrace: there is no config file (name one with --config); the defaults are used, which are good\n";
        return 0;
    }
    const auto settings = settings::load(file);
    if (!settings) {
        for (const settings::Problem& problem : settings.error()) out << settings::to_line(file, problem) << '\n';
        return 3;
    }
    if (const auto keys = read_keys(settings->keys); !keys) {
        out << keys.error().message << '\n';
        return 3;
    }
    out << file << ": good\n";
    return 0;
}

}  // namespace millrace::app
