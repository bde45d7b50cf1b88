#include "store/connection.h"

#include <sqlite3.h>

namespace millrace::store {
namespace {

// Enough for the pages that a batch touches; the system's own page cache holds the rest, and the whole daemon is to
// stay small.
constexpr const char* kCacheSize = "PRAGMA cache_size = -512";

}  // namespace

std::unique_ptr<SQLite::Database> open_for_writing(const std::string& path) {
    // SQLite's own lock per call is left on: with one thread to a connection it costs next to nothing.
    return std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE, kBusyTimeoutMs);
}

void prepare_for_writing(SQLite::Database& connection) {
    // Lets space that was freed be given back to the file system; only has a say in a file that is still empty.
    connection.exec("PRAGMA auto_vacuum = INCREMENTAL");
    connection.execAndGet("PRAGMA journal_mode = WAL");
    connection.exec(kCacheSize);
    connection.exec("PRAGMA synchronous = FULL");
    connection.execAndGet("PRAGMA journal_size_limit = 4194304");
}

std::unique_ptr<SQLite::Database> open_for_reading(const std::string& path) {
    auto connection = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READONLY, kBusyTimeoutMs);
    connection->exec(kCacheSize);
    return connection;
}

void interrupt_when(SQLite::Database& connection, const std::atomic<bool>* flag) {
    if (flag == nullptr) return;
    constexpr int kSteps = 10'000;  // of SQLite's virtual machine: well under a millisecond
    sqlite3_progress_handler(
        connection.getHandle(), kSteps,
        [](void* set) { return static_cast<const std::atomic<bool>*>(set)->load() ? 1 : 0; },
        const_cast<std::atomic<bool>*>(flag));  // NOLINT(cppcoreguidelines-pro-type-const-cast): only read
}

Unsynced::Unsynced(SQLite::Database& connection) : connection_(connection) {
    connection_.exec("PRAGMA synchronous = NORMAL");
}

Unsynced::~Unsynced() {
    connection_.tryExec("PRAGMA synchronous = FULL");
}

void bind_value(SQLite::Statement& statement, int index, std::int64_t value) {
    statement.bind(index, value);
}

void bind_value(SQLite::Statement& statement, int index, const std::string& text) {
    statement.bind(index, text);
}

void bind_value(SQLite::Statement& statement, int index, const base::DeviceId& id) {
    statement.bind(index, id.str());
}

void bind_value(SQLite::Statement& statement, int index, base::WallTime time) {
    statement.bind(index, base::unix_ms(time));
}

void bind_value(SQLite::Statement& statement, int index, base::ByteView bytes) {
    // A null pointer would bind NULL, not an empty blob.
    const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
    statement.bindNoCopy(index, data, static_cast<int>(bytes.size()));
}

std::int64_t int_at(const SQLite::Statement& statement, int column) {
    return statement.getColumn(column).getInt64();
}

base::WallTime time_at(const SQLite::Statement& statement, int column) {
    return base::from_unix_ms(int_at(statement, column));
}

std::string text_at(const SQLite::Statement& statement, int column) {
    return statement.getColumn(column).getString();
}

std::optional<std::string> optional_text_at(const SQLite::Statement& statement, int column) {
    if (statement.isColumnNull(column)) return std::nullopt;
    return text_at(statement, column);
}

std::optional<base::DeviceId> device_at(const SQLite::Statement& statement, int column) {
    if (statement.isColumnNull(column)) return std::nullopt;
    return base::DeviceId::parse(text_at(statement, column));
}

}  // namespace millrace::store
