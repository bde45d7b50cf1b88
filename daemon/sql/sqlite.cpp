#include "sql/sqlite.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

namespace millrace::sql {
namespace {

Error error_of(const SQLite::Exception& exception) {
    const auto cause = [code = exception.getErrorCode() & 0xff] {
        switch (code) {
            case SQLITE_FULL: return Cause::DiskFull;
            case SQLITE_IOERR: return Cause::InputOutput;
            case SQLITE_READONLY:
            case SQLITE_PERM:
            case SQLITE_AUTH:
            case SQLITE_CANTOPEN: return Cause::ReadOnly;
            case SQLITE_NOTADB: return Cause::NotADatabase;
            case SQLITE_CORRUPT: return Cause::Damaged;
            case SQLITE_BUSY:
            case SQLITE_LOCKED: return Cause::Locked;
            case SQLITE_CONSTRAINT:
            case SQLITE_MISMATCH:
            case SQLITE_TOOBIG: return Cause::Content;
            default: return Cause::Other;
        }
    }();
    return {cause, exception.what()};
}

// Whatever SQLiteCpp throws inside, as an error of this room.
template <typename Work>
auto in_our_words(Work work) -> decltype(work()) {
    try {
        return work();
    } catch (const SQLite::Exception& exception) {
        throw error_of(exception);
    }
}

class SqliteStatement final : public Prepared {
public:
    SqliteStatement(const SQLite::Database& database, const std::string& sql)
        : statement_(in_our_words([&] { return SQLite::Statement(database, sql); })) {}

    void bind_null(int index) override {
        in_our_words([&] { statement_.bind(index); });
    }
    void bind_integer(int index, std::int64_t value) override {
        in_our_words([&] { statement_.bind(index, value); });
    }
    void bind_text(int index, std::string_view text) override {
        in_our_words([&] { statement_.bind(index, std::string(text)); });
    }
    void bind_bytes(int index, base::ByteView bytes) override {
        // A null pointer would bind NULL, not an empty blob.
        const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
        in_our_words([&] { statement_.bindNoCopy(index, data, static_cast<int>(bytes.size())); });
    }

    bool step() override {
        return in_our_words([&] { return statement_.executeStep(); });
    }
    int execute() override {
        return in_our_words([&] { return statement_.exec(); });
    }
    void rewind() noexcept override { statement_.tryReset(); }

    int columns() const override { return statement_.getColumnCount(); }
    ValueKind kind(int column) const override {
        const SQLite::Column value = at(column);
        if (value.isNull()) return ValueKind::Null;
        if (value.isInteger()) return ValueKind::Integer;
        return value.isBlob() ? ValueKind::Bytes : ValueKind::Text;
    }
    std::int64_t integer(int column) const override { return at(column).getInt64(); }
    std::string_view text(int column) const override {
        const SQLite::Column value = at(column);
        const char* const text = value.getText();
        return {text, static_cast<std::size_t>(value.getBytes())};
    }
    base::ByteView bytes(int column) const override {
        const SQLite::Column value = at(column);
        const auto* const data = static_cast<const std::uint8_t*>(value.getBlob());
        return {data, static_cast<std::size_t>(value.getBytes())};
    }

private:
    SQLite::Column at(int column) const {
        return in_our_words([&] { return statement_.getColumn(column); });
    }

    mutable SQLite::Statement statement_;
};

// Enough for the pages that a house's batch touches; the system's own page cache holds the rest, and the whole daemon
// is to stay small.
constexpr std::int64_t kLeastCacheKilobytes = 512;
// Work that goes through far more pages.
constexpr std::int64_t kLargeCacheKilobytes = 4'096;
// With a cache of so many megabytes a thousand more pages gather in the log before they go to the file: of pages that
// are written again and again only the last state is written there.
constexpr std::int64_t kCacheMegabytesPerLog = 16;

std::string cache_of(std::int64_t kilobytes) {
    return "PRAGMA cache_size = " + std::to_string(-kilobytes);
}

// How long emptying the log waits for a reader. Commits wait with it, so it is short: there is another time.
constexpr int kEmptyLogWaitMs = 50;

// SQLite's own default.
constexpr std::int64_t kLogPagesBeforeCheckpoint = 1'000;

// Pages given back to the file system at a time, some milliseconds, and the free ones that stay: 16 MB, or a
// twentieth of a large file.
constexpr int kShrinkPages = 256;
constexpr std::int64_t kFreePagesKept = 4'096;
constexpr std::int64_t kFreeShareKept = 20;

void octet_length(sqlite3_context* context, int, sqlite3_value** values) {
    if (sqlite3_value_type(values[0]) == SQLITE_NULL) {
        sqlite3_result_null(context);
    } else {
        sqlite3_result_int64(context, sqlite3_value_bytes(values[0]));
    }
}

// What follows the name in a CREATE statement.
std::string definition(const std::string& sql) {
    return sql.substr(sql.find('('));
}

// An index's name without the number of the copy it was made for.
std::string bare(const std::string& index) {
    const auto end = index.find_last_not_of("0123456789");
    return end != std::string::npos && end + 1 < index.size() && index[end] == '_' ? index.substr(0, end) : index;
}

}  // namespace

std::unique_ptr<Sqlite> Sqlite::open_for_writing(const std::string& path) {
    // SQLite's own lock per call is left on: with one thread to a connection it costs next to nothing.
    return in_our_words([&] {
        return std::make_unique<Sqlite>(
            std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE, kBusyTimeoutMs));
    });
}

std::unique_ptr<Sqlite> Sqlite::open_for_reading(const std::string& path) {
    return in_our_words([&] {
        auto database = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READONLY, kBusyTimeoutMs);
        database->exec(cache_of(kLeastCacheKilobytes));
        return std::make_unique<Sqlite>(std::move(database));
    });
}

Sqlite::Sqlite(std::unique_ptr<SQLite::Database> database) : database_(std::move(database)) {
    // SQLite has it from 3.43 on.
    constexpr int kHasOctetLength = 3'043'000;
    if (sqlite3_libversion_number() < kHasOctetLength) {
        sqlite3_create_function_v2(handle(), "octet_length", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                   nullptr, octet_length, nullptr, nullptr, nullptr);
    }
}
Sqlite::~Sqlite() = default;

void Sqlite::interrupt_when(const std::atomic<bool>* flag) {
    if (flag == nullptr) return;
    constexpr int kSteps = 10'000;  // of SQLite's virtual machine: well under a millisecond
    sqlite3_progress_handler(
        handle(), kSteps, [](void* set) { return static_cast<const std::atomic<bool>*>(set)->load() ? 1 : 0; },
        const_cast<std::atomic<bool>*>(flag));  // NOLINT(cppcoreguidelines-pro-type-const-cast): only read
}

std::unique_ptr<Prepared> Sqlite::prepare(const std::string& sql) const {
    return std::make_unique<SqliteStatement>(*database_, sql);
}

int Sqlite::execute(const std::string& sql) {
    return in_our_words([&] { return database_->exec(sql); });
}

void Sqlite::begin(bool writes) {
    execute(writes ? "BEGIN IMMEDIATE" : "BEGIN");
}

void Sqlite::commit() {
    execute("COMMIT");
}

void Sqlite::roll_back() noexcept {
    database_->tryExec("ROLLBACK");
}

bool Sqlite::has_table(const std::string& name) const {
    return in_our_words([&] { return database_->tableExists(name); });
}

std::vector<std::string> Sqlite::key_of(const std::string& table) const {
    return in_our_words([&] {
        std::vector<std::string> columns;
        SQLite::Statement query(*database_, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk");
        query.bind(1, table);
        while (query.executeStep()) columns.push_back(query.getColumn(0).getString());
        return columns;
    });
}

void Sqlite::copy_definition(const std::string& table, const std::string& copy, std::int64_t number) {
    in_our_words([&] {
        std::vector<std::string> statements;
        SQLite::Statement parts(*database_,
                                "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL"
                                " ORDER BY type = 'index'");
        parts.bind(1, table);
        while (parts.executeStep()) {
            const std::string sql = parts.getColumn(2).getString();
            if (parts.getColumn(0).getString() == "table") {
                statements.push_back("CREATE TABLE " + copy + ' ' + definition(sql));
                continue;
            }
            const std::string index = bare(parts.getColumn(1).getString()) + '_' + std::to_string(number);
            const std::string kind = sql.starts_with("CREATE UNIQUE") ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
            statements.push_back(kind + index + " ON " + copy + ' ' + definition(sql));
        }
        for (const std::string& statement : statements) database_->exec(statement);
    });
}

void Sqlite::sync_each(bool on) {
    execute(on ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
}

sqlite3* Sqlite::handle() const {
    return database_->getHandle();
}

std::int64_t Sqlite::number(const std::string& sql) const {
    return in_our_words([&] { return database_->execAndGet(sql).getInt64(); });
}

std::string Sqlite::text(const std::string& sql) const {
    return in_our_words([&] { return database_->execAndGet(sql).getString(); });
}

void Sqlite::prepare_for_writing() {
    // Lets space that was freed be given back to the file system; only has a say in a file that is still empty.
    execute("PRAGMA auto_vacuum = INCREMENTAL");
    (void)text("PRAGMA journal_mode = WAL");
    set_cache(0);
    sync_each(true);
    (void)number("PRAGMA journal_size_limit = 4194304");
}

void Sqlite::set_cache(std::int64_t megabytes) {
    cache_megabytes_ = megabytes;
    use_more_memory(false);
    hold_log(false);
}

void Sqlite::set_busy_timeout(int milliseconds) {
    in_our_words([&] { database_->setBusyTimeout(milliseconds); });
    busy_timeout_ms_ = milliseconds;
}

void Sqlite::copy_to(const std::string& path) const {
    in_our_words([&] {
        SQLite::Statement copy(*database_, "VACUUM INTO ?");
        copy.bind(1, path);
        copy.exec();
    });
}

void Sqlite::back_up_to(const std::string& path) const {
    in_our_words([&] { database_->backup(path.c_str(), SQLite::Database::Save); });
}

void Sqlite::use_more_memory(bool on) {
    const std::int64_t ordinary = std::max(cache_megabytes_ * 1'024, kLeastCacheKilobytes);
    execute(cache_of(on ? std::max(ordinary, kLargeCacheKilobytes) : ordinary));
}

void Sqlite::empty_log() {
    in_our_words([&] {
        database_->setBusyTimeout(kEmptyLogWaitMs);
        const int code = database_->tryExec("PRAGMA wal_checkpoint(TRUNCATE)");
        database_->setBusyTimeout(busy_timeout_ms_);
        database_->check(code);
    });
    execute("PRAGMA shrink_memory");
}

void Sqlite::hold_log(bool hold) {
    const std::int64_t pages = hold ? 0 : kLogPagesBeforeCheckpoint * (1 + cache_megabytes_ / kCacheMegabytesPerLog);
    static_cast<void>(number("PRAGMA wal_autocheckpoint = " + std::to_string(pages)));
    sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, hold ? 1 : 0, nullptr);
}

bool Sqlite::shrink_some() {
    const std::int64_t free = number("PRAGMA freelist_count");
    const std::int64_t pages = number("PRAGMA page_count");
    if (free <= std::max(kFreePagesKept, pages / kFreeShareKept) + kShrinkPages) return false;
    const Unsynced unsynced(*this);
    execute("PRAGMA incremental_vacuum(" + std::to_string(kShrinkPages) + ")");
    return number("PRAGMA freelist_count") < free;
}

void Sqlite::renew_statistics() {
    // A sample of each index is enough, and keeps the writer from reading a large table through.
    execute("PRAGMA analysis_limit = 400; PRAGMA optimize");
}

Size Sqlite::size() const {
    Size size;
    for (const char* suffix : {"", "-wal"}) {
        std::error_code error;
        const std::uintmax_t bytes = std::filesystem::file_size(database_->getFilename() + suffix, error);
        if (!error) size.bytes += static_cast<std::int64_t>(bytes);
    }
    size.free = number("PRAGMA page_size") * number("PRAGMA freelist_count");
    return size;
}

}  // namespace millrace::sql
