// Who is asked whether there is a newer Millrace.
#include "settings/field_groups.h"

namespace millrace::settings {

std::vector<Field> update_fields() {
    return {
        {"updates.url",
         ValueType::Url,
         {},
         "",
         "Asked (GET) once a day whether there is a newer Millrace; without it nobody is, and nothing is said of "
         "updates. The answer is a JSON object with `version` or `tag_name`, and if it likes `url` or `html_url` and "
         "`summary` or `body`. Home Assistant then has an entity that shows it, but not where Millrace is its app, for "
         "which the Supervisor has one of its own. Nothing is installed by it.",
         [](Draft& d, const Value& v) {
             d.settings.updates.url = v.text;
             d.settings.publish.update_entity = !v.text.empty();
         }},
        {"updates.first_within",
         ValueType::Span,
         {1, 86'400, {}},
         "",
         "After a start it is first asked at a moment within this time that is left to chance, so that not all houses "
         "ask at once.",
         [](Draft& d, const Value& v) {
             d.settings.updates.first_within = std::chrono::duration_cast<base::Seconds>(base::Milliseconds{v.integer});
         },
         [](const Settings& s) { return std::to_string(s.updates.first_within.count()) + " s"; }},
    };
}

}  // namespace millrace::settings
