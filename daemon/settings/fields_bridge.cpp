// How bridges are heard: doors, cloud, keys.
#include "settings/field_groups.h"

namespace millrace::settings {
namespace {

base::Milliseconds milliseconds(const Value& seconds) {
    return base::Milliseconds{static_cast<std::int64_t>(seconds.number * 1000)};
}

std::string seconds(base::Milliseconds duration) {
    return std::to_string(duration.count() / 1000);
}

}  // namespace

std::vector<Field> bridge_fields() {
    return {
        {"bridge.listen",
         ValueType::Listen,
         {},
         "",
         "Where bridges connect.",
         [](Draft& d, const Value& v) { d.settings.capture.listen = v.text; },
         [](const Settings& s) { return s.capture.listen; }},
        {"bridge.mode",
         ValueType::Choice,
         {0, 0, {"local", "relay", "relay-only"}},
         "",
         "`local`: we answer instead of the cloud. `relay`: the cloud answers and we listen in; while it is away we "
         "stand "
         "in, and hand over what it missed. `relay-only`: the cloud answers, or nobody. `relay` when `cloud.host` is "
         "set.",
         [](Draft& d, const Value& v) { d.settings.capture.mode = static_cast<ports::CloudMode>(v.integer); },
         [](const Settings&) -> std::string { return "local"; }},
        {"bridge.max_connections",
         ValueType::Integer,
         {1, 20'000, {}},
         "connections",
         "Bridges at once. Leaks are looked for at as many sensors, and at 2048 in any case.",
         [](Draft& d, const Value& v) { d.settings.capture.max_connections = static_cast<std::size_t>(v.integer); },
         [](const Settings& s) { return std::to_string(s.capture.max_connections); }},
        {"bridge.max_connections_per_address",
         ValueType::Integer,
         {1, 20'000, {}},
         "connections",
         "Bridges at once behind one address.",
         [](Draft& d, const Value& v) {
             d.settings.capture.max_connections_per_address = static_cast<std::size_t>(v.integer);
         },
         [](const Settings& s) { return std::to_string(s.capture.max_connections_per_address); }},
    };
}

std::vector<Field> cloud_fields() {
    return {
        {"cloud.host",
         ValueType::Endpoint,
         {},
         "",
         "The cloud's MQTT server, for `mode: relay`.",
         [](Draft& d, const Value& v) { d.settings.capture.cloud = v.text; },
         [](const Settings& s) { return s.capture.cloud; }},
        {"cloud.patience",
         ValueType::Number,
         {0.2, 60, {}},
         "s",
         "How long the cloud may take to answer, in `relay` mode, before we answer the bridge instead.",
         [](Draft& d, const Value& v) { d.settings.capture.cloud_patience = milliseconds(v); },
         [](const Settings& s) { return seconds(s.capture.cloud_patience); }},
        {"cloud.retry",
         ValueType::Number,
         {0.2, 60, {}},
         "s",
         "While the cloud is away, how long until it is tried again; twice as long each time, up to twelve times.",
         [](Draft& d, const Value& v) { d.settings.capture.cloud_retry = milliseconds(v); },
         [](const Settings& s) { return seconds(s.capture.cloud_retry); }},
        {"cloud.max_waiting",
         ValueType::Integer,
         {100, 10'000'000, {}},
         "messages",
         "How many messages of one bridge wait for a cloud that is away. Beyond it the oldest are not handed over; "
         "they "
         "stay in the archive.",
         [](Draft& d, const Value& v) { d.settings.hub.max_waiting_for_cloud = static_cast<std::size_t>(v.integer); },
         [](const Settings& s) { return std::to_string(s.hub.max_waiting_for_cloud); }},
        {"cloud.name_servers",
         ValueType::Addresses,
         {},
         "",
         "Asked for the cloud's address instead of the system's resolver, which may have been told to send the bridge "
         "to us.",
         [](Draft& d, const Value& v) { d.settings.capture.name_servers = v.list; },
         [](const Settings& s) {
             std::string text;
             for (const std::string& server : s.capture.name_servers) text += (text.empty() ? "[" : ", ") + server;
             return text + "]";
         }},
    };
}

std::vector<Field> guest_fields() {
    return {
        {"guest.broker",
         ValueType::Endpoint,
         {},
         "",
         "The broker that the bridges connect to instead of us, as host:port. Without it there is no such broker.",
         [](Draft& d, const Value& v) { d.settings.guest.broker = v.text; }},
        {"guest.client_id",
         ValueType::Text,
         {},
         "",
         "Our name there; the broker keeps messages for it while we are away.",
         [](Draft& d, const Value& v) { d.settings.guest.client_id = v.text; },
         [](const Settings& s) { return s.guest.client_id; }},
        {"guest.user",
         ValueType::Text,
         {},
         "",
         "User name there.",
         [](Draft& d, const Value& v) { d.settings.guest.user_name = v.text; },
         [](const Settings&) -> std::string { return "\"\""; }},
        {"guest.password_file",
         ValueType::Path,
         {},
         "",
         "File that holds the password there; a line break at its end is cut.",
         [](Draft& d, const Value& v) { d.settings.guest_password_file = v.text; }},
        {"guest.answer",
         ValueType::Boolean,
         {},
         "",
         "Whether we answer the bridges as their cloud would. Not where that broker has a bridge to the cloud.",
         [](Draft& d, const Value& v) { d.settings.guest.answer = v.flag; },
         [](const Settings& s) { return yes_no(s.guest.answer); }},
    };
}

std::vector<Field> capture_fields() {
    return {
        {"capture.interface",
         ValueType::Text,
         {},
         "",
         "Network interface to watch bridges and their cloud on, such as `eth1` on a mirror port. Without it none is.",
         [](Draft& d, const Value& v) { d.settings.live.interface = v.text; }},
        {"capture.user",
         ValueType::Text,
         {},
         "",
         "Whom the daemon becomes, when it was started as root, once the interface is open. Empty: `millrace` when "
         "there "
         "is such a user, else `nobody`.",
         [](Draft& d, const Value& v) { d.settings.live.user = v.text; },
         [](const Settings&) -> std::string { return "\"\""; }},
    };
}

std::vector<Field> key_fields() {
    return {
        {"keys.default_file",
         ValueType::Path,
         {},
         "",
         "Key of the bridges that have none of their own.",
         [](Draft& d, const Value& v) { d.settings.keys.default_file = v.text; }},
        {"keys.directory",
         ValueType::Path,
         {},
         "",
         "Folder of key files named `<bridge uuid>.key` or `.bin`.",
         [](Draft& d, const Value& v) { d.settings.keys.directory = v.text; }},
        {"keys.bridges.*",
         ValueType::Path,
         {},
         "",
         "Key file of the bridge with this uuid.",
         [](Draft& d, const Value& v) { d.settings.keys.bridges.emplace_back(d.device, v.text); }},
    };
}

}  // namespace millrace::settings
