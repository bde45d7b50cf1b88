// `millrace export`: readings, use of water, alarms and archived frames as CSV or JSON lines, while the daemon runs.
#pragma once

#include <iosfwd>
#include <string>

#include "app/effective_settings.h"
#include "base/time.h"

namespace CLI {
class App;
}

namespace millrace::app {

// As given on the command line; empty means not given.
struct ExportOptions {
    CommonOptions common;
    std::string what;  // readings, usage, uses, incidents, frames
    std::string format = "csv";
    std::string from;
    std::string to;
    std::string sensor;
    std::string unit;
    std::string bucket = "hour";
    std::string output;
    std::string by_day;  // a folder
};

CLI::App* add_export(CLI::App& app, ExportOptions& options);

// To the standard output unless a file is named. In constant memory, however much there is. A reader who closes the
// pipe ends it quietly. Exit code.
[[nodiscard]] int export_rows(const ExportOptions& options, std::ostream& err);

}  // namespace millrace::app
