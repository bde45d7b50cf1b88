// The reference page: the field table in Markdown.
#include <string>

#include "settings/field_table.h"

namespace millrace::settings {
namespace {

std::string_view section_of(std::string_view key) {
    const auto dot = key.find('.');
    return dot == std::string_view::npos ? std::string_view{} : key.substr(0, dot);
}

std::string shown_key(std::string_view key) {
    std::string shown;
    for (const char c : key) shown += c == '*' ? std::string("<uuid>") : std::string(1, c);
    return shown;
}

std::string row(const Field& field, const Settings& defaults) {
    std::string type(type_name(field.type));
    if (!field.unit.empty()) type += ", " + std::string(field.unit);
    const std::string fallback = field.fallback != nullptr ? '`' + field.fallback(defaults) + '`' : "-";
    std::string help(field.help);
    if (field.secret) help += " Secret: never shown.";
    if (field.at_run_time) help += " May also be changed while it runs.";
    const std::string range = allowed(field.type, field.limits);
    return "| `" + shown_key(field.key) + "` | " + type + " | " + (range.empty() ? "-" : range) + " | " + fallback +
           " | " + help + " |\n";
}

}  // namespace

std::string reference_markdown() {
    const Settings defaults;
    std::string page =
        "# The config file, key by key\n\n"
        "Made from the daemon's own table of keys; do not edit it by hand. `millrace.yaml` beside it is an example.\n\n"
        "The file is YAML, and JSON is read too. Every key may be left out, and without a file all defaults hold. An "
        "unknown or\nrepeated key is an error. Relative paths start at the config file's folder. "
        "`millrace check-config FILE` lists every\nproblem of a file. Changes take effect at the next start; some "
        "settings may also be\n"
        "changed while the daemon runs, by `PUT /api/v1/settings`, which goes before the file until the file says "
        "something\nelse.\n";
    for (const Section& section : sections()) {
        page += section.key.empty() ? "\n## Top\n\n" : "\n## " + std::string(section.key) + "\n\n";
        page += std::string(section.help) + "\n\n| key | type | allowed | default | meaning |\n|---|---|---|---|---|\n";
        for (const Field& field : fields()) {
            if (section_of(field.key) == section.key) page += row(field, defaults);
        }
    }
    return page;
}

}  // namespace millrace::settings
