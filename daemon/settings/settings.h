// All that the daemon can be told, as plain structs, one per room.
//
// A config file is YAML; JSON is read by the same parser. Every problem is found in one pass. What the keys are, and
// what they allow, stands in one table (field_table.h) from which also the reference page is made. Command-line
// overrides are set by the caller afterwards. Values only; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/settings.h"
#include "base/device_id.h"
#include "base/result.h"
#include "ble/settings.h"
#include "capture/pcap/settings.h"
#include "capture/settings.h"
#include "detect/settings.h"
#include "hub/settings.h"
#include "notify/settings.h"
#include "publish/settings.h"
#include "recorder/settings.h"
#include "settings/problem.h"
#include "store/settings.h"

namespace millrace::settings {

enum class LogLevel : std::uint8_t { Debug, Info, Warn, Error };
[[nodiscard]] constexpr std::string_view name(LogLevel level) {
    constexpr std::array<std::string_view, 4> kNames{"debug", "info", "warn", "error"};
    return kNames.at(static_cast<std::size_t>(level));
}

// Where keys are, and one that is in no file.
struct Keys {
    std::string default_key;   // secret, 64 hexadecimal digits, as an app's option has it; `default_file` wins over it
    std::string default_file;  // for bridges without a key of their own
    std::string directory;     // of files named after their bridges
    std::vector<std::pair<base::DeviceId, std::string>> bridges;
};

struct Settings {
    capture::Settings capture;
    ble::Settings ble;
    capture::GuestSettings guest;
    capture::LiveSettings live;
    store::Settings store;
    publish::Settings publish;
    recorder::Settings recorder;
    api::Settings api;
    hub::Settings hub;
    detect::Settings alarms;
    notify::Settings notify;
    notify::UpdateSettings updates;
    Keys keys;
    LogLevel log_level = LogLevel::Info;
    std::string mqtt_password_file;   // already read into publish.password by `load`
    std::string guest_password_file;  // and this into guest.password
    std::string store_password_file;  // and this into the address store.server
};

// A config file is a few kilobytes; more is not one.
inline constexpr std::size_t kMaxFileBytes = 256 * 1024;

// The site's time zone, for every room that has one.
void set_zone(Settings& settings, const base::TimeZone& zone);

// Reads a config's text. Relative paths in it are relative to `directory`. Reads no file. The empty text gives what
// holds without a config file: the defaults, in the system's time zone.
[[nodiscard]] base::Result<Settings, Problems> parse(std::string_view text, const std::string& directory);

// Reads a config file, and the files of passwords and tokens that it names. Problems of all are told together.
[[nodiscard]] base::Result<Settings, Problems> load(const std::string& path);

// The reference page, made from the field table.
[[nodiscard]] std::string reference_markdown();

}  // namespace millrace::settings
