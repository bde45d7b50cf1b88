// The page and the API.
#include "settings/field_groups.h"

namespace millrace::settings {

std::vector<Field> http_fields() {
    return {
        {"http.listen",
         ValueType::Listen,
         {},
         "",
         "Where the page and the API are served. Programs on this machine are let in as they are, everybody else "
         "with a token (`millrace token add`).",
         [](Draft& d, const Value& v) { d.settings.api.listen = v.text; },
         [](const Settings& s) { return s.api.listen; }},
        {"http.loopback_needs_token",
         ValueType::Boolean,
         {},
         "",
         "Asks programs on this machine for a token too. Set it where a proxy on this machine passes on requests "
         "without "
         "saying so in `X-Forwarded-For` or `Forwarded`.",
         [](Draft& d, const Value& v) { d.settings.api.loopback_needs_token = v.flag; },
         [](const Settings& s) { return yes_no(s.api.loopback_needs_token); }},
        {"http.host_names",
         ValueType::Texts,
         {},
         "",
         "Names besides localhost under which a proxy on this machine may ask while `http.listen` is a loopback "
         "address, "
         "such as `water.lan`.",
         [](Draft& d, const Value& v) { d.settings.api.host_names = v.list; }},
        {"http.tls.certificate_file",
         ValueType::Path,
         {},
         "",
         "Certificate chain in PEM form; with it and its key the page and the API speak TLS only. Renewed files are "
         "taken up within a minute.",
         [](Draft& d, const Value& v) { d.settings.api.certificate_file = v.text; }},
        {"http.tls.key_file",
         ValueType::Path,
         {},
         "",
         "Its key, without a password.",
         [](Draft& d, const Value& v) { d.settings.api.key_file = v.text; }},
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

}  // namespace millrace::settings
