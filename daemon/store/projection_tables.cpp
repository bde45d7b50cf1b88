#include "store/projection_tables.h"

#include <array>

#include "sql/statement.h"

namespace millrace::store {
namespace {

constexpr std::array<std::string_view, 12> kTables{"device_numbers", "devices", "readings", "series",
                                                   "quarter_usage",  "states",  "events",   "logs",
                                                   "estimates",      "heard",   "meters",   "frame_openings"};

// Rows deleted or copied at a time: some milliseconds.
constexpr std::int64_t kSomeRows = 1'000;

struct Keys {
    std::string columns;
    std::string places;
};

Keys keys_of(const sql::Connection& connection, const std::string& table) {
    Keys keys;
    for (const std::string& column : connection.key_of(table)) {
        if (!keys.columns.empty()) {
            keys.columns += ", ";
            keys.places += ", ";
        }
        keys.columns += column;
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

bool has_tables(const sql::Connection& connection, std::string_view prefix) {
    for (const std::string_view table : kTables) {
        if (connection.has_table(std::string(prefix) + std::string(table))) return true;
    }
    return false;
}

void create_tables(sql::Connection& connection, std::string_view prefix, std::int64_t number) {
    for (const std::string_view table : kTables) {
        connection.copy_definition(std::string(table), std::string(prefix) + std::string(table), number);
    }
}

void switch_tables(sql::Connection& connection) {
    connection.shut_out_readers();
    const auto rename = [&connection](const std::string& from, const std::string& to) {
        connection.execute("ALTER TABLE " + from + " RENAME TO " + to);
    };
    for (const std::string_view table : kTables) {
        const std::string name(table);
        rename(name, std::string(kOld) + name);
        rename(std::string(kNew) + name, name);
    }
}

bool clear_some(sql::Connection& connection, std::string_view prefix) {
    bool some = false;
    std::int64_t left = kSomeRows;
    for (const std::string_view table : kTables) {
        const std::string name = std::string(prefix) + std::string(table);
        if (!connection.has_table(name)) continue;
        some = true;
        const Keys keys = keys_of(connection, name);
        left -= connection.execute("DELETE FROM " + name + " WHERE (" + keys.columns + ") IN (SELECT " + keys.columns +
                                   " FROM " + name + " LIMIT " + std::to_string(left) + ")");
        if (left <= 0) break;
        connection.execute("DROP TABLE " + name);
    }
    return some;
}

TableCopy::TableCopy(sql::Connection& connection, std::string_view table, base::WallTime received)
    : connection_(connection), table_(table), received_ms_(base::unix_ms(received)) {
    const Keys keys = keys_of(connection, table_);
    keys_ = keys.columns;
    places_ = keys.places;
}

bool TableCopy::copy_some() {
    int at = 0;
    const auto bind = [&at](sql::Statement& statement, const std::vector<Value>& values) {
        for (const Value& value : values) {
            std::visit([&](const auto& each) { statement.bind(++at, each); }, value);
        }
    };
    const std::string above = copied_to_.empty() ? "" : " AND (" + keys_ + ") > (" + places_ + ")";
    sql::Statement last(connection_, "SELECT " + keys_ + " FROM " + table_ + " WHERE true" + above + " ORDER BY " +
                                         keys_ + " LIMIT 1 OFFSET " + std::to_string(kSomeRows - 1));
    bind(last, copied_to_);
    std::vector<Value> upper;
    if (last.step()) {
        for (int i = 0; i < last.columns(); ++i) {
            if (last.kind(i) == sql::ValueKind::Integer) {
                upper.emplace_back(last.integer(i));
            } else {
                upper.emplace_back(last.text(i));
            }
        }
    }
    const std::string below = upper.empty() ? "" : " AND (" + keys_ + ") <= (" + places_ + ")";
    sql::Statement copy(connection_, "INSERT INTO " + std::string(kNew) + table_ + " SELECT * FROM " + table_ +
                                         " WHERE received_ms <= ?" + above + below + " ON CONFLICT DO NOTHING");
    at = 0;
    copy.bind(++at, received_ms_);
    bind(copy, copied_to_);
    bind(copy, upper);
    copy.execute();
    copied_to_ = std::move(upper);
    return !copied_to_.empty();
}

}  // namespace millrace::store
