// Who is told of alarms: what is common to all channels. The channels' own keys are in fields_channels.cpp.
#include "settings/field_groups.h"

namespace millrace::settings {

std::vector<Field> notify_fields() {
    return {
        {"notify.public_url",
         ValueType::Url,
         {},
         "",
         "Where people reach the page, such as `http://water.lan:8099`. Notices then bear a link, and buttons to "
         "answer "
         "with where the channel has them.",
         [](Draft& d, const Value& v) { d.settings.notify.public_url = v.text; },
         [](const Settings&) -> std::string { return "\"\""; }},
        {"notify.ping_url",
         ValueType::Url,
         {},
         "",
         "Asked (GET) at every interval while all is well, so that somebody else notices when we fall silent: "
         "healthchecks, Uptime Kuma and the like.",
         [](Draft& d, const Value& v) { d.settings.notify.ping_url = notify::Secret(v.text); },
         nullptr,
         true},
        {"notify.ping_interval",
         ValueType::Span,
         {10, 86'400, {}},
         "",
         "How often.",
         [](Draft& d, const Value& v) {
             d.settings.notify.ping_interval = std::chrono::duration_cast<base::Seconds>(base::Milliseconds{v.integer});
         },
         [](const Settings& s) { return std::to_string(s.notify.ping_interval.count()) + " s"; }},
    };
}

}  // namespace millrace::settings
