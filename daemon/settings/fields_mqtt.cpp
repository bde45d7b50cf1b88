// The user's own broker.
#include "settings/field_groups.h"

namespace millrace::settings {
namespace {

std::string check_keys(const Value& value) {
    for (const std::string& key : value.list) {
        const bool plain = !key.empty() && key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == key.npos;
        if (!plain) return "\"" + key.substr(0, 60) + "\" is no key of an entity, such as `rssi` or `leak_toilet`";
    }
    return {};
}

}  // namespace

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
        {.key = "mqtt.without",
         .type = ValueType::Texts,
         .help = "Entities that Home Assistant is not to have, by the last part of their topics, such as "
                 "`[rssi, leak_toilet]`. Those it has are removed; the topics stay.",
         .store = [](Draft& d, const Value& v) { d.settings.publish.without = v.list; },
         .fallback = [](const Settings&) -> std::string { return "[]"; },
         .check = check_keys},
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

}  // namespace millrace::settings
