// `millrace doctor`: what is not in order, and how to mend it.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "app/daemon_options.h"

namespace CLI {
class App;
}

namespace millrace::app {

struct DoctorOptions {
    DaemonOptions daemon;
    std::string state_dir;
    std::vector<std::string> name_servers;
    std::vector<std::string> time_servers;
    bool json = false;
};

CLI::App* add_doctor(CLI::App& app, DoctorOptions& options);

// Asks the running daemon, so that it is that one's view; where none answers, checks what can be checked without one,
// and changes nothing. Good when all is well, kExitFindings when something wants attention.
[[nodiscard]] int doctor(const DoctorOptions& options, std::ostream& out, std::ostream& err);

// For people: a line for each check, how to mend it below. `document` is what the API answers; `coloured` for a
// terminal that shows colours.
[[nodiscard]] std::string checks_for_people(const std::string& document, bool coloured);

}  // namespace millrace::app
