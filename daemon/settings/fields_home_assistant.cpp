// Home Assistant's own API, for what MQTT cannot carry: the past.
#include "settings/field_groups.h"

namespace millrace::settings {

std::vector<Field> home_assistant_fields() {
    return {
        {"home_assistant.url",
         ValueType::Url,
         {},
         "",
         "Of Home Assistant, such as `http://homeassistant.local:8123`. Without it nothing is imported, but for an app "
         "of Home Assistant, which reaches it through the Supervisor.",
         [](Draft& d, const Value& v) { d.settings.recorder.url = v.text; },
         [](const Settings&) -> std::string { return "\"\""; }},
        {"home_assistant.token_file",
         ValueType::Path,
         {},
         "",
         "Holds a long-lived access token of an administrator, made at the end of a person's profile page.",
         [](Draft& d, const Value& v) { d.settings.recorder.token_file = v.text; }},
        {"home_assistant.ca_file",
         ValueType::Path,
         {},
         "",
         "Certificate authority, for https. Without it: the system's.",
         [](Draft& d, const Value& v) { d.settings.recorder.ca_file = v.text; }},
        {"home_assistant.import_history",
         ValueType::Boolean,
         {},
         "",
         "Takes our hours into Home Assistant's long-term statistics, as `millrace:water_` and the sensor's id.",
         [](Draft& d, const Value& v) { d.settings.recorder.import_history = v.flag; },
         [](const Settings& s) { return yes_no(s.recorder.import_history); }},
    };
}

}  // namespace millrace::settings
