#include "app/supervisor/options.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "payload/secret_key.h"
#include "ports/cloud_mode.h"
#include "settings/run_time.h"

namespace millrace::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 10> kOptions{"mode",          "key",      "mqtt_host", "mqtt_port", "mqtt_user",
                                                    "mqtt_password", "mqtt_tls", "units",     "log_level", "bluetooth"};
constexpr std::uint16_t kTlsPort = 8883;
// The port that the app's description gives to ingress.
constexpr const char* kIngressListen = "0.0.0.0:8099";

class Options {
public:
    Options(const Json& document, std::vector<std::string>& problems) : document_(document), problems_(problems) {}

    void problem(const std::string& option, const std::string& what) {
        problems_.push_back("option `" + option + "`: " + what);
    }

    [[nodiscard]] bool given(const std::string& option) const {
        const auto found = document_.find(option);
        return found != document_.end() && !found->is_null() && *found != "";
    }

    // Empty when it is not given or no text, which is a problem.
    [[nodiscard]] std::string text(const std::string& option) {
        if (!given(option)) return {};
        const Json& value = document_.at(option);
        if (value.is_string()) return value.get<std::string>();
        problem(option, "must be a text");
        return {};
    }

    // One of `allowed`, or empty.
    template <std::size_t Count>
    [[nodiscard]] std::string choice(const std::string& option, const std::array<std::string_view, Count>& allowed) {
        std::string value = text(option);
        if (value.empty() || std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return value;
        std::string list;
        for (const std::string_view each : allowed) list += (list.empty() ? "" : ", ") + std::string(each);
        problem(option, "must be one of " + list);
        return {};
    }

    [[nodiscard]] const Json& value(const std::string& option) const { return document_.at(option); }

private:
    const Json& document_;
    std::vector<std::string>& problems_;
};

void apply_mode(Options& options, settings::Settings& settings) {
    constexpr std::array<std::string_view, 3> kModes{"local", "relay", "relay-only"};
    const std::string mode = options.choice("mode", kModes);
    settings.capture.mode = ports::cloud_mode_of(mode).value_or(settings.capture.mode);
}

void apply_key(Options& options, settings::Settings& settings) {
    std::string key = options.text("key");
    if (key.empty()) return;
    if (!payload::SecretKey::parse(base::as_bytes(key))) {
        options.problem("key", "must be the bridge's key, 64 hexadecimal digits; leave it empty where you have none");
    } else {
        settings.keys.default_key = std::move(key);
        settings.keys.default_file.clear();
    }
}

void apply_port(Options& options, settings::Settings& settings) {
    if (!options.given("mqtt_port")) return;
    const auto& value = options.value("mqtt_port");
    const std::int64_t port = value.is_number_integer() ? value.get<std::int64_t>() : 0;
    if (port < 1 || port > std::numeric_limits<std::uint16_t>::max()) {
        return options.problem("mqtt_port", "must be a port, a whole number from 1 to 65535");
    }
    settings.publish.port = static_cast<std::uint16_t>(port);
}

void apply_tls(Options& options, settings::Settings& settings) {
    if (!options.given("mqtt_tls")) return;
    const auto& value = options.value("mqtt_tls");
    if (!value.is_boolean()) return options.problem("mqtt_tls", "must be true or false");
    const bool newly = value.get<bool>() && !settings.publish.tls;
    settings.publish.tls = value.get<bool>();
    if (newly && !options.given("mqtt_port")) settings.publish.port = kTlsPort;
}

void apply_broker(Options& options, settings::Settings& settings) {
    if (const std::string host = options.text("mqtt_host"); !host.empty()) {
        const bool plain = host.find_first_of(" /@\t\r\n") == std::string::npos;
        if (plain) {
            settings.publish.host = host;
        } else {
            options.problem("mqtt_host", "must be the broker's name or address alone, such as 192.168.1.10");
        }
    }
    if (const std::string user = options.text("mqtt_user"); !user.empty()) settings.publish.user_name = user;
    if (const std::string password = options.text("mqtt_password"); !password.empty()) {
        settings.publish.password = password;
    }
    apply_port(options, settings);
    apply_tls(options, settings);
    if (options.given("mqtt_host") || !settings.publish.host.empty()) return;
    for (const char* option : {"mqtt_port", "mqtt_user", "mqtt_password"}) {
        if (!options.given(option)) continue;
        options.problem(
            option, "goes with `mqtt_host`; leave both empty for Home Assistant's own broker, which tells its login");
    }
}

void apply_bluetooth(Options& options, settings::Settings& settings) {
    if (!options.given("bluetooth")) return;
    const auto& value = options.value("bluetooth");
    if (!value.is_boolean()) return options.problem("bluetooth", "must be true or false");
    settings.ble.enabled = value.get<bool>();
}

// By the config file's own table.
void apply_run_time(Options& options, settings::Settings& settings) {
    constexpr std::array<std::string_view, 2> kUnits{"metric", "us"};
    constexpr std::array<std::string_view, 4> kLevels{"debug", "info", "warn", "error"};
    Json chosen = Json::object();
    if (const std::string units = options.choice("units", kUnits); !units.empty()) chosen["site"]["units"] = units;
    if (const std::string level = options.choice("log_level", kLevels); !level.empty()) chosen["log"]["level"] = level;
    if (auto with = settings::with_choices(settings, chosen.dump())) settings = std::move(*with);
}

}  // namespace

std::vector<std::string> apply_options(std::string_view json, settings::Settings& settings) {
    std::vector<std::string> problems;
    const Json document = Json::parse(json, nullptr, false);
    if (!document.is_object()) return {"the options are no JSON object"};
    Options options(document, problems);
    for (const auto& [name, value] : document.items()) {
        if (std::find(kOptions.begin(), kOptions.end(), name) == kOptions.end()) {
            options.problem(name.substr(0, 60), "is not known");
        }
    }
    apply_mode(options, settings);
    apply_key(options, settings);
    apply_broker(options, settings);
    apply_bluetooth(options, settings);
    apply_run_time(options, settings);
    return problems;
}

std::vector<std::string> apply_fixed(const std::string& data_dir, settings::Settings& settings) {
    settings.store.state_dir = data_dir;
    settings.api.listen = kIngressListen;
    if (settings.api.certificate_file.empty()) return {};
    return {"http.tls: cannot be used in the app, for Home Assistant asks without TLS and puts its own around it"};
}

}  // namespace millrace::app
