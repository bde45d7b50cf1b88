#include "store/projection_tables.h"

#include <array>

#include <SQLiteCpp/Database.h>

#include "store/connection.h"

namespace millrace::store {
namespace {

constexpr std::array<std::string_view, 12> kTables{"device_numbers", "devices", "readings", "series",
                                                   "quarter_usage",  "states",  "events",   "logs",
                                                   "estimates",      "heard",   "meters",   "frame_openings"};

// Rows deleted or copied at a time: some milliseconds.
constexpr std::int64_t kSomeRows = 1'000;

// An index's name without the number of the set it was made for.
std::string_view bare(std::string_view index) {
    const auto end = index.find_last_not_of("0123456789");
    return end != std::string_view::npos && end + 1 < index.size() && index[end] == '_' ? index.substr(0, end) : index;
}

// What follows the name in a CREATE statement.
std::string definition(const std::string& sql) {
    return sql.substr(sql.find('('));
}

struct Keys {
    std::string columns;
    std::string places;
    int count = 0;
};

Keys keys_of(const SQLite::Database& connection, const std::string& table) {
    Keys keys;
    SQLite::Statement query(connection, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk");
    query.bind(1, table);
    while (query.executeStep()) {
        if (keys.count++ > 0) {
            keys.columns += ", ";
            keys.places += ", ";
        }
        keys.columns += text_at(query, 0);
        keys.places += '?';
    }
    return keys;
}

}  // namespace

std::span<const std::string_view> projection_tables() {
    return kTables;
}

std::string in_set(std::string_view prefix, std::string_view sql) {
    std::string statement;
    for (const char c : sql) {
        if (c == '@') {
            statement += prefix;
        } else {
            statement += c;
        }
    }
    return statement;
}

bool has_tables(const SQLite::Database& connection, std::string_view prefix) {
    for (const std::string_view table : kTables) {
        if (connection.tableExists(std::string(prefix) + std::string(table))) return true;
    }
    return false;
}

void create_tables(SQLite::Database& connection, std::string_view prefix, std::int64_t number) {
    std::vector<std::string> statements;
    SQLite::Statement parts(connection,
                            "SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL"
                            " ORDER BY type DESC");
    for (const std::string_view table : kTables) {
        const Rewind rewind(parts);
        const std::string name = std::string(prefix) + std::string(table);
        parts.bind(1, std::string(table));
        while (parts.executeStep()) {
            const std::string sql = text_at(parts, 2);
            if (text_at(parts, 0) == "table") {
                statements.push_back("CREATE TABLE " + name + ' ' + definition(sql));
                continue;
            }
            const std::string index = std::string(bare(text_at(parts, 1))) + '_' + std::to_string(number);
            const std::string kind = sql.starts_with("CREATE UNIQUE") ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
            statements.push_back(kind + index + " ON " + name + ' ' + definition(sql));
        }
    }
    for (const std::string& statement : statements) connection.exec(statement);
}

void switch_tables(SQLite::Database& connection) {
    const auto rename = [&connection](const std::string& from, const std::string& to) {
        connection.exec("ALTER TABLE " + from + " RENAME TO " + to);
    };
    for (const std::string_view table : kTables) {
        const std::string name(table);
        rename(name, std::string(kOld) + name);
        rename(std::string(kNew) + name, name);
    }
}

bool clear_some(SQLite::Database& connection, std::string_view prefix) {
    bool some = false;
    std::int64_t left = kSomeRows;
    for (const std::string_view table : kTables) {
        const std::string name = std::string(prefix) + std::string(table);
        if (!connection.tableExists(name)) continue;
        some = true;
        const Keys keys = keys_of(connection, name);
        left -= connection.exec("DELETE FROM " + name + " WHERE (" + keys.columns + ") IN (SELECT " + keys.columns +
                                " FROM " + name + " LIMIT " + std::to_string(left) + ")");
        if (left <= 0) break;
        connection.exec("DROP TABLE " + name);
    }
    return some;
}

TableCopy::TableCopy(SQLite::Database& connection, std::string_view table, base::WallTime received)
    : connection_(connection), table_(table), received_ms_(base::unix_ms(received)) {
    const Keys keys = keys_of(connection, table_);
    keys_ = keys.columns;
    places_ = keys.places;
}

bool TableCopy::copy_some() {
    int at = 0;
    const auto bind = [&at](SQLite::Statement& statement, const std::vector<Value>& values) {
        for (const Value& value : values) {
            std::visit([&](const auto& each) { bind_value(statement, ++at, each); }, value);
        }
    };
    const std::string above = copied_to_.empty() ? "" : " AND (" + keys_ + ") > (" + places_ + ")";
    SQLite::Statement last(connection_, "SELECT " + keys_ + " FROM " + table_ + " WHERE true" + above + " ORDER BY " +
                                            keys_ + " LIMIT 1 OFFSET " + std::to_string(kSomeRows - 1));
    bind(last, copied_to_);
    std::vector<Value> upper;
    if (last.executeStep()) {
        for (int i = 0; i < last.getColumnCount(); ++i) {
            const SQLite::Column column = last.getColumn(i);
            if (column.isInteger()) {
                upper.emplace_back(std::int64_t{column.getInt64()});
            } else {
                upper.emplace_back(column.getString());
            }
        }
    }
    const std::string below = upper.empty() ? "" : " AND (" + keys_ + ") <= (" + places_ + ")";
    SQLite::Statement copy(connection_, "INSERT OR IGNORE INTO " + std::string(kNew) + table_ + " SELECT * FROM " +
                                            table_ + " WHERE received_ms <= ?" + above + below);
    at = 0;
    bind_value(copy, ++at, received_ms_);
    bind(copy, copied_to_);
    bind(copy, upper);
    copy.exec();
    copied_to_ = std::move(upper);
    return !copied_to_.empty();
}

}  // namespace millrace::store
