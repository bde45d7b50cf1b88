// Connections to the database file, and the little around SQLiteCpp that every statement needs.
//
// Only for .cpp files of this room. A connection and its statements belong to one thread at a time. All functions
// throw SQLite::Exception.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "base/bytes.h"
#include "base/device_id.h"
#include "base/time.h"

namespace millrace::store {

// How long one connection waits for another's lock before it gives up.
inline constexpr int kBusyTimeoutMs = 5'000;

// The writer's connection, before the file has been identified: nothing is changed in it yet.
[[nodiscard]] std::unique_ptr<SQLite::Database> open_for_writing(const std::string& path);

// Sets the write-ahead log and full synchronisation: what is committed survives a power loss.
void prepare_for_writing(SQLite::Database& connection);

[[nodiscard]] std::unique_ptr<SQLite::Database> open_for_reading(const std::string& path);

// Statements of this connection fail soon after the flag is set, by whichever thread. Null: never. The flag outlives
// the connection.
void interrupt_when(SQLite::Database& connection, const std::atomic<bool>* flag);

// Transactions of its block are not synced one by one, but with the next that is: for what can be done again after a
// power loss. Whole or not at all they are in any case. Not inside a transaction.
class Unsynced {
public:
    explicit Unsynced(SQLite::Database& connection);
    ~Unsynced();
    Unsynced(const Unsynced&) = delete;
    Unsynced& operator=(const Unsynced&) = delete;

private:
    SQLite::Database& connection_;
};

// Leaves a statement ready for its next use, and frees its locks, however the block ends.
class Rewind {
public:
    explicit Rewind(SQLite::Statement& statement) : statement_(statement) {}
    ~Rewind() { statement_.tryReset(); }
    Rewind(const Rewind&) = delete;
    Rewind& operator=(const Rewind&) = delete;

private:
    SQLite::Statement& statement_;
};

void bind_value(SQLite::Statement& statement, int index, std::int64_t value);
void bind_value(SQLite::Statement& statement, int index, const std::string& text);  // copied
void bind_value(SQLite::Statement& statement, int index, const base::DeviceId& id);
void bind_value(SQLite::Statement& statement, int index, base::WallTime time);
void bind_value(SQLite::Statement& statement, int index, base::ByteView bytes);  // not copied

template <typename T>
void bind_value(SQLite::Statement& statement, int index, const std::optional<T>& value) {
    if (value) {
        bind_value(statement, index, *value);
    } else {
        statement.bind(index);
    }
}

template <typename... Values>
void bind_values(SQLite::Statement& statement, const Values&... values) {
    int index = 0;
    (bind_value(statement, ++index, values), ...);
}

// Runs a statement that returns no rows; says how many rows it changed.
template <typename... Values>
int run(SQLite::Statement& statement, const Values&... values) {
    const Rewind rewind(statement);
    bind_values(statement, values...);
    return statement.exec();
}

// The first column of the first row as a number; nothing without a row or when it is NULL.
template <typename... Values>
std::optional<std::int64_t> number_from(SQLite::Statement& statement, const Values&... values) {
    const Rewind rewind(statement);
    bind_values(statement, values...);
    if (!statement.executeStep() || statement.isColumnNull(0)) return std::nullopt;
    return statement.getColumn(0).getInt64();
}

[[nodiscard]] std::int64_t int_at(const SQLite::Statement& statement, int column);
[[nodiscard]] base::WallTime time_at(const SQLite::Statement& statement, int column);
[[nodiscard]] std::string text_at(const SQLite::Statement& statement, int column);
[[nodiscard]] std::optional<std::string> optional_text_at(const SQLite::Statement& statement, int column);
// Nothing when NULL, or not a device id.
[[nodiscard]] std::optional<base::DeviceId> device_at(const SQLite::Statement& statement, int column);

}  // namespace millrace::store
