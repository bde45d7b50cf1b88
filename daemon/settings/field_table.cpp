#include "settings/field_table.h"

#include "base/units.h"

namespace millrace::settings {
namespace {

// From a tenth of a millilitre to ten litres a peak: far beyond both ends of what meters do.
constexpr double kLeastMl = 0.1;
constexpr double kMostMl = 10'000;
constexpr double kMlPerGallon = base::kLitresPerGallon * 1000;

std::string yes_no(bool value) {
    return value ? "true" : "false";
}

void set_per_peak(Draft& draft, double millilitres) {
    CalibrationDraft& entry = draft.calibrations.back();
    entry.per_peak = base::VolumePerPeak{base::microlitres_from_millilitres(millilitres)};
    ++entry.ways_given;
}

std::vector<Field> top_fields() {
    return {
        {"version",
         ValueType::Integer,
         {1, 1, {}},
         "",
         "Version of this file's format.",
         [](Draft&, const Value&) {},
         [](const Settings&) -> std::string { return "1"; }},
        {"state_dir",
         ValueType::Path,
         {},
         "",
         "Folder of the database; else `$STATE_DIRECTORY`, else `$XDG_STATE_HOME/millrace` "
         "(`~/.local/state/millrace`).",
         [](Draft& d, const Value& v) { d.settings.store.state_dir = v.text; }},
        {"log.level",
         ValueType::Choice,
         {0, 0, {"debug", "info", "warn", "error"}},
         "",
         "The least grave message that is logged.",
         [](Draft& d, const Value& v) { d.settings.log_level = static_cast<LogLevel>(v.integer); },
         [](const Settings&) -> std::string { return "info"; }},
        {"site.time_zone",
         ValueType::TimeZone,
         {},
         "",
         "Where a day, an hour and a month begin, as an IANA name. Empty: the system's own.",
         [](Draft& d, const Value& v) {
             if (auto zone = base::TimeZone::load(v.text)) d.settings.hub.zone = d.settings.api.zone = *zone;
         },
         [](const Settings&) -> std::string { return "\"\""; }},
        {"site.units",
         ValueType::Choice,
         {0, 0, {"metric", "us"}},
         "",
         "Litres, or US gallons.",
         [](Draft& d, const Value& v) {
             d.settings.api.unit = d.settings.publish.unit =
                 v.integer == 0 ? base::VolumeUnit::Litre : base::VolumeUnit::Gallon;
         },
         [](const Settings&) -> std::string { return "metric"; }},
        {"store.max_queued_commits",
         ValueType::Integer,
         {100, 1'000'000, {}},
         "frames",
         "How many frames may wait for a slow disk; beyond it the bridge is not acknowledged and sends again.",
         [](Draft& d, const Value& v) { d.settings.store.max_queued_commits = static_cast<std::size_t>(v.integer); },
         [](const Settings& s) { return std::to_string(s.store.max_queued_commits); }},
    };
}

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
         {0, 0, {"local", "relay"}},
         "",
         "`local`: we answer instead of the cloud. `relay`: the cloud answers, we listen in.",
         [](Draft& d, const Value& v) {
             d.settings.capture.mode = v.integer == 0 ? capture::Mode::Local : capture::Mode::Relay;
         },
         [](const Settings&) -> std::string { return "local"; }},
        {"bridge.max_connections",
         ValueType::Integer,
         {1, 20'000, {}},
         "connections",
         "Bridges at once.",
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

std::vector<Field> sensor_fields() {
    return {
        {"sensors.*.calibration[].from",
         ValueType::Moment,
         {},
         "",
         "Since when: a time with its offset, or a date, which begins at the site's midnight. The first entry also "
         "holds before.",
         [](Draft& d, const Value& v) { d.calibrations.back().from = v.text; }},
        {"sensors.*.calibration[].ml_per_peak",
         ValueType::Number,
         {kLeastMl, kMostMl, {}},
         "ml",
         "What a peak is worth. Exactly one of these three.",
         [](Draft& d, const Value& v) { set_per_peak(d, v.number); }},
        {"sensors.*.calibration[].l_per_peak",
         ValueType::Number,
         {kLeastMl / 1000, kMostMl / 1000, {}},
         "l",
         "The same in litres.",
         [](Draft& d, const Value& v) { set_per_peak(d, v.number * 1000); }},
        {"sensors.*.calibration[].gallons_per_peak",
         ValueType::Number,
         {0.00003, 2.6, {}},
         "US gallons",
         "The same in US gallons.",
         [](Draft& d, const Value& v) { set_per_peak(d, v.number * kMlPerGallon); }},
    };
}

std::vector<Field> broker_fields() {
    return {
        {"mqtt.host",
         ValueType::Host,
         {},
         "",
         "Your MQTT broker. Empty: nothing is published.",
         [](Draft& d, const Value& v) { d.settings.publish.host = v.text; },
         [](const Settings&) -> std::string { return "\"\""; }},
        {"mqtt.port",
         ValueType::Integer,
         {1, 65535, {}},
         "",
         "Its port; with TLS usually 8883.",
         [](Draft& d, const Value& v) { d.settings.publish.port = static_cast<std::uint16_t>(v.integer); },
         [](const Settings& s) { return std::to_string(s.publish.port); }},
        {"mqtt.client_id",
         ValueType::Text,
         {},
         "",
         "Our name at the broker; two daemons need two names.",
         [](Draft& d, const Value& v) { d.settings.publish.client_id = v.text; },
         [](const Settings& s) { return s.publish.client_id; }},
        {"mqtt.user",
         ValueType::Text,
         {},
         "",
         "User name at the broker.",
         [](Draft& d, const Value& v) { d.settings.publish.user_name = v.text; },
         [](const Settings&) -> std::string { return "\"\""; }},
        {"mqtt.password",
         ValueType::Text,
         {},
         "",
         "Password at the broker. Better use `password_file`.",
         [](Draft& d, const Value& v) { d.settings.publish.password = v.text, d.has_password = true; },
         nullptr,
         true},
        {"mqtt.password_file",
         ValueType::Path,
         {},
         "",
         "File that holds the password; a line break at its end is cut.",
         [](Draft& d, const Value& v) { d.settings.mqtt_password_file = v.text; }},
    };
}

std::vector<Field> tls_fields() {
    return {
        {"mqtt.tls.enabled",
         ValueType::Boolean,
         {},
         "",
         "Connect through TLS.",
         [](Draft& d, const Value& v) { d.settings.publish.tls = v.flag; },
         [](const Settings& s) { return yes_no(s.publish.tls); }},
        {"mqtt.tls.ca_file",
         ValueType::Path,
         {},
         "",
         "Certificate authority. Without it: the system's.",
         [](Draft& d, const Value& v) { d.settings.publish.ca_file = v.text; }},
        {"mqtt.tls.certificate_file",
         ValueType::Path,
         {},
         "",
         "Our certificate, where the broker asks for one.",
         [](Draft& d, const Value& v) { d.settings.publish.certificate_file = v.text; }},
        {"mqtt.tls.key_file",
         ValueType::Path,
         {},
         "",
         "Its private key.",
         [](Draft& d, const Value& v) { d.settings.publish.key_file = v.text; }},
        {"mqtt.tls.verify_host_name",
         ValueType::Boolean,
         {},
         "",
         "Whether the broker's certificate must name `host`.",
         [](Draft& d, const Value& v) { d.settings.publish.verify_host_name = v.flag; },
         [](const Settings& s) { return yes_no(s.publish.verify_host_name); }},
    };
}

std::vector<Field> topic_fields() {
    return {
        {"mqtt.base_topic",
         ValueType::Topic,
         {},
         "",
         "Above all topics of ours.",
         [](Draft& d, const Value& v) { d.settings.publish.base_topic = v.text; },
         [](const Settings& s) { return s.publish.base_topic; }},
        {"mqtt.discovery",
         ValueType::Boolean,
         {},
         "",
         "Tell Home Assistant of our devices.",
         [](Draft& d, const Value& v) { d.settings.publish.discovery = v.flag; },
         [](const Settings& s) { return yes_no(s.publish.discovery); }},
        {"mqtt.discovery_prefix",
         ValueType::Topic,
         {},
         "",
         "Home Assistant's discovery prefix.",
         [](Draft& d, const Value& v) { d.settings.publish.discovery_prefix = v.text; },
         [](const Settings& s) { return s.publish.discovery_prefix; }},
        {"mqtt.birth_topic",
         ValueType::Topic,
         {},
         "",
         "Where Home Assistant says that it has started.",
         [](Draft& d, const Value& v) { d.settings.publish.birth_topic = v.text; },
         [](const Settings& s) { return s.publish.birth_topic; }},
        {"mqtt.birth_payload",
         ValueType::Text,
         {},
         "",
         "What it says there.",
         [](Draft& d, const Value& v) { d.settings.publish.birth_payload = v.text; },
         [](const Settings& s) { return s.publish.birth_payload; }},
    };
}

std::vector<Field> http_fields() {
    return {
        {"http.listen",
         ValueType::Listen,
         {},
         "",
         "Where the page and the API are served. Nobody is asked to log in.",
         [](Draft& d, const Value& v) { d.settings.api.listen = v.text; },
         [](const Settings& s) { return s.api.listen; }},
        {"http.max_connections",
         ValueType::Integer,
         {1, 20'000, {}},
         "connections",
         "Visitors at once.",
         [](Draft& d, const Value& v) { d.settings.api.max_connections = static_cast<std::size_t>(v.integer); },
         [](const Settings& s) { return std::to_string(s.api.max_connections); }},
        {"http.max_connections_per_address",
         ValueType::Integer,
         {1, 20'000, {}},
         "connections",
         "Visitors at once from one address.",
         [](Draft& d, const Value& v) {
             d.settings.api.max_connections_per_address = static_cast<std::size_t>(v.integer);
         },
         [](const Settings& s) { return std::to_string(s.api.max_connections_per_address); }},
    };
}

}  // namespace

const std::vector<Field>& fields() {
    static const std::vector<Field> kFields = [] {
        std::vector<Field> all;
        for (auto* part : {top_fields, bridge_fields, cloud_fields, key_fields, sensor_fields, broker_fields,
                           tls_fields, topic_fields, http_fields}) {
            for (Field& field : part()) all.push_back(std::move(field));
        }
        return all;
    }();
    return kFields;
}

const std::vector<Section>& sections() {
    static const std::vector<Section> kSections{
        {"", "At the top of the file."},
        {"site", "The house: its time zone and its units."},
        {"bridge", "The door for bridges."},
        {"cloud", "Where the bridge's messages go in relay mode."},
        {"keys", "Where the bridges' keys are. A key file holds 64 hexadecimal digits or 32 raw bytes."},
        {"sensors", "What is known of each sensor's meter. Without a calibration, volumes are marked uncalibrated."},
        {"mqtt", "Your own broker, for Home Assistant."},
        {"http", "The page and the API."},
        {"store", "The database."},
        {"log", "What is logged."},
    };
    return kSections;
}

}  // namespace millrace::settings
