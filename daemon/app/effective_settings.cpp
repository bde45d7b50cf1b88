#include "app/effective_settings.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "app/supervisor/home.h"
#include "app/supervisor/options.h"

namespace millrace::app {
namespace {

// Where the Supervisor is on the network of every Home Assistant; requests by ingress come from there only.
constexpr const char* kSupervisorAddress = "172.30.32.2";

constexpr const char* kDefaultConfigFile = "/etc/millrace/millrace.yaml";

// Read before any thread is started.
std::string environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? std::string() : std::string(value);
}

// $STATE_DIRECTORY is what systemd made for us.
std::string default_state_dir() {
    if (const std::string given = environment("STATE_DIRECTORY"); !given.empty()) return given;
    if (const std::string home = environment("XDG_STATE_HOME"); !home.empty()) return home + "/millrace";
    if (const std::string home = environment("HOME"); !home.empty()) return home + "/.local/state/millrace";
    return "/var/lib/millrace";
}

void override_with(const CommonOptions& options, settings::Settings& settings) {
    const auto set = [](const std::string& given, std::string& value) {
        if (!given.empty()) value = given;
    };
    set(options.state_dir, settings.store.state_dir);
    set(options.bridge_listen, settings.capture.listen);
    set(options.http_listen, settings.api.listen);
    set(options.key_file, settings.keys.default_file);
    set(options.cloud, settings.capture.cloud);
    if (!options.cloud.empty()) settings.capture.mode = ports::CloudMode::Relay;
    settings.capture.mode = ports::cloud_mode_of(options.mode).value_or(settings.capture.mode);
    if (settings.store.state_dir.empty()) settings.store.state_dir = default_state_dir();
}

// As an app of Home Assistant. What is wrong, in lines.
std::vector<std::string> use_home(const SupervisorHome& home, settings::Settings& settings) {
    settings.api.supervisor = kSupervisorAddress;
    settings.publish.update_entity = false;  // the Supervisor shows an update of the app itself
    if (settings.recorder.url.empty()) settings.recorder.token = home.token;
    std::vector<std::string> problems = apply_fixed(home.data_dir, settings);
    std::ifstream file(home.options_file(), std::ios::binary);
    if (!file) return problems;  // none are set
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    for (std::string& problem : apply_options(text, settings)) problems.push_back(std::move(problem));
    return problems;
}

}  // namespace

std::string config_file_of(const CommonOptions& options) {
    if (!options.config_file.empty()) return options.config_file;
    const auto home = supervisor_home();
    const std::string file = home ? home->config_file() : kDefaultConfigFile;
    std::error_code ignored;
    return std::filesystem::exists(file, ignored) ? file : std::string();
}

base::Result<settings::Settings, base::Error> effective_settings(const CommonOptions& options) {
    const std::string file = config_file_of(options);
    // An empty text stands for a missing file: all defaults, and the site is where the machine is.
    auto loaded = file.empty() ? settings::parse("", "") : settings::load(file);
    std::string lines;
    if (!loaded) {
        lines = "the config file cannot be used:";
        for (const settings::Problem& problem : loaded.error()) lines += '\n' + settings::to_line(file, problem);
    }
    settings::Settings settings = loaded ? std::move(*loaded) : settings::Settings{};
    if (const auto home = supervisor_home()) {
        const auto problems = use_home(*home, settings);
        if (!problems.empty()) lines += (lines.empty() ? "" : "\n") + std::string("the app cannot be started so:");
        for (const std::string& problem : problems) lines += '\n' + problem;
    }
    if (!lines.empty()) return base::failure(base::Error{std::move(lines)});
    override_with(options, settings);
    return settings;
}

}  // namespace millrace::app
