#include "app/supervisor/home.h"

#include <cstdlib>

namespace millrace::app {
namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody changes it
    return value == nullptr ? std::string() : std::string(value);
}

}  // namespace

std::optional<SupervisorHome> supervisor_home() {
    SupervisorHome home;
    home.token = environment("SUPERVISOR_TOKEN");
    if (home.token.empty()) return std::nullopt;
    const std::string root = environment("MILLRACE_APP_ROOT");
    home.data_dir = root + home.data_dir;
    home.config_dir = root + home.config_dir;
    if (const std::string url = environment("MILLRACE_SUPERVISOR_URL"); !url.empty()) home.url = url;
    return home;
}

}  // namespace millrace::app
