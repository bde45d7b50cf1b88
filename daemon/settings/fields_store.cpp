// Where history is kept, and how much of it.
#include "settings/field_groups.h"
#include "sql/address.h"

namespace millrace::settings {
namespace {

std::string check_address(const Value& value) {
    if (!sql::is_server(value.text)) {
        return "is no address of a PostgreSQL server, such as postgresql://millrace@db.example/water; a file's folder "
               "is "
               "state_dir";
    }
    if (std::string wrong = sql::complaint_about(value.text); !wrong.empty()) return wrong;
    if (sql::has_password(value.text))
        return "holds a password; put it into a file and name that as store.password_file";
    return {};
}

}  // namespace

std::vector<Field> store_fields() {
    return {
        {.key = "store.address",
         .help =
             "A PostgreSQL server (15 or newer) that keeps history instead of a file in `state_dir`, as "
             "`postgresql://user@host:port/database` with any option of libpq behind a `?`, such as "
             "`sslmode=verify-full` or `options=-csearch_path%3Dnorth` for a schema of its own. The tables are made "
             "at the first start.",
         .store = [](Draft& d, const Value& v) { d.settings.store.server = v.text; },
         .check = check_address},
        {"store.password_file",
         ValueType::Path,
         {},
         "",
         "File that holds the password there; a line break at its end is cut. Without it libpq looks where it always "
         "does, such as in `~/.pgpass`.",
         [](Draft& d, const Value& v) { d.settings.store_password_file = v.text; }},
        {"store.max_queued_commits",
         ValueType::Integer,
         {100, 1'000'000, {}},
         "frames",
         "How many frames may wait for a slow disk; beyond it the bridge is not acknowledged and sends again.",
         [](Draft& d, const Value& v) { d.settings.store.max_queued_commits = static_cast<std::size_t>(v.integer); },
         [](const Settings& s) { return std::to_string(s.store.max_queued_commits); }},
        {"store.cache_megabytes",
         ValueType::Integer,
         {0, 65'536, {}},
         "MB",
         "Memory for the store's pages. 0: half a megabyte, enough for a house. A fleet needs some 20 for each "
         "thousand "
         "sensors; with less it writes the same pages to disk again and again.",
         [](Draft& d, const Value& v) { d.settings.store.cache_megabytes = v.integer; },
         [](const Settings& s) { return std::to_string(s.store.cache_megabytes); }},
        {"store.keep_frames_days",
         ValueType::Integer,
         {0, 36'500, {}},
         "days",
         "How long messages are kept as they came, once they were opened; 0: for ever. What was made of them stays.",
         [](Draft& d, const Value& v) { d.settings.store.keep_frames_days = v.integer; },
         [](const Settings& s) { return std::to_string(s.store.keep_frames_days); }},
        {"store.keep_frames_megabytes",
         ValueType::Integer,
         {0, 10'000'000, {}},
         "MB",
         "How much room messages may take as they came; 0: no limit. The oldest go first, sealed ones that no key has "
         "opened last. A household year takes some 110.",
         [](Draft& d, const Value& v) { d.settings.store.keep_frames_megabytes = v.integer; },
         [](const Settings& s) { return std::to_string(s.store.keep_frames_megabytes); }},
    };
}

}  // namespace millrace::settings
