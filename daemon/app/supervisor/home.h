// Home Assistant's Supervisor, where it has started us as one of its apps: what it gives each of them.
//
// Said by the environment, which is read only. Any thread.
#pragma once

#include <optional>
#include <string>

namespace millrace::app {

struct SupervisorHome {
    std::string token;                      // secret; for questions to the Supervisor
    std::string url = "http://supervisor";  // where those go
    std::string data_dir = "/data";         // ours alone, kept and backed up
    std::string config_dir = "/config";     // ours too, and the owner can reach it

    [[nodiscard]] std::string options_file() const { return data_dir + "/options.json"; }
    [[nodiscard]] std::string config_file() const { return config_dir + "/millrace.yaml"; }
};

// Nothing where $SUPERVISOR_TOKEN is not set, as it is for apps and for nobody else. For tests, $MILLRACE_APP_ROOT
// stands before the folders and $MILLRACE_SUPERVISOR_URL in place of the Supervisor's.
[[nodiscard]] std::optional<SupervisorHome> supervisor_home();

}  // namespace millrace::app
