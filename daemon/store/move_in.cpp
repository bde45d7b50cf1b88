#include "store/move_in.h"

#include <vector>

#include "sql/address.h"
#include "sql/postgres.h"
#include "sql/sqlite.h"
#include "sql/statement.h"
#include "store/archive_row.h"
#include "store/projection_tables.h"
#include "store/server_format.h"

namespace millrace::store {
namespace {

std::vector<std::string> names(const sql::Connection& connection, const std::string& sql) {
    std::vector<std::string> found;
    sql::Statement rows(connection, sql);
    while (rows.step()) found.push_back(rows.text(0));
    return found;
}

std::string joined(const std::vector<std::string>& words) {
    std::string list;
    for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
    return list;
}

void bind(sql::Statement& insert, int place, const sql::Statement& row, int column) {
    switch (row.kind(column)) {
        case sql::ValueKind::Null: return insert.bind(place, std::optional<std::int64_t>());
        case sql::ValueKind::Integer: return insert.bind(place, row.integer(column));
        case sql::ValueKind::Text: return insert.bind(place, row.text(column));
        case sql::ValueKind::Bytes: return insert.bind(place, row.bytes(column));
    }
}

void copy_rows(const sql::Sqlite& file, sql::Postgres& server, const std::string& table) {
    const auto columns = names(file, "SELECT name FROM pragma_table_info('" + table + "')");
    const std::string list = joined(columns);
    const std::string places = joined(std::vector<std::string>(columns.size(), "?"));
    sql::Statement rows(file, "SELECT " + list + " FROM " + table);
    sql::Statement insert(server, "INSERT INTO " + table + " (" + list + ") VALUES (" + places + ")");
    while (rows.step()) {
        for (int column = 0; column < rows.columns(); ++column) bind(insert, column + 1, rows, column);
        insert.post();
    }
}

// Numbers that the server gives begin behind those that came along.
void go_on_behind(sql::Postgres& server) {
    sql::Statement given(server,
                         "SELECT table_name, column_name FROM information_schema.columns"
                         " WHERE is_identity = 'YES' AND table_schema = current_schema()");
    std::vector<std::pair<std::string, std::string>> numbers;
    while (given.step()) numbers.emplace_back(given.text(0), given.text(1));
    for (const auto& [table, column] : numbers) {
        const std::string next = "coalesce(max(" + column + "), 0) + 1";
        server.execute("SELECT setval(pg_get_serial_sequence('" + table + "', '" + column + "'), " + next +
                       ", false) FROM " + table);
    }
}

}  // namespace

base::Result<void, base::Error> move_in(const sql::Sqlite& file, const std::string& server_address) {
    const std::string shown = sql::shown(server_address);
    const auto server = sql::Postgres::connect(server_address);
    server->hold_alone();
    if (auto migrated = migrate_server(*server, shown); !migrated) return migrated;
    sql::Transaction transaction(*server);
    if (sql::Statement(*server, "SELECT (SELECT count(*) FROM frames) + (SELECT count(*) FROM devices)").number() !=
        0) {
        return base::failure(base::Error{"there is history already at " + shown +
                                         "; name an empty database or another schema, or drop that one's tables"});
    }
    if (has_tables(file, kBase) && !has_tables(*server, kBase))
        create_tables(*server, kBase, load_archive(file).rebuilds);
    for (const std::string& table : names(file, "SELECT name FROM sqlite_master WHERE type = 'table'")) {
        // A rebuild that was under way, and what SQLite keeps for itself, stay behind.
        if (!server->has_table(table)) continue;
        server->execute("DELETE FROM " + table);
        copy_rows(file, *server, table);
    }
    go_on_behind(*server);
    transaction.commit();
    return {};
}

}  // namespace millrace::store
