// SQLite as a sql::Connection, through SQLiteCpp.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "sql/connection.h"

struct sqlite3;
namespace SQLite {
class Database;
}  // namespace SQLite

namespace millrace::sql {

class Sqlite final : public Connection {
public:
    // How long one connection waits for another's lock before it gives up.
    static constexpr int kBusyTimeoutMs = 5'000;

    // The file is there. A writer changes nothing in it before it is told to.
    [[nodiscard]] static std::unique_ptr<Sqlite> open_for_writing(const std::string& path);
    [[nodiscard]] static std::unique_ptr<Sqlite> open_for_reading(const std::string& path);

    explicit Sqlite(std::unique_ptr<SQLite::Database> database);
    ~Sqlite() override;

    // For a library function that SQLiteCpp has not.
    [[nodiscard]] sqlite3* handle() const;

    // The first column of what a statement or pragma answers first.
    [[nodiscard]] std::int64_t number(const std::string& sql) const;
    [[nodiscard]] std::string text(const std::string& sql) const;

    // Sets the write-ahead log and full synchronisation: what is committed survives a power loss.
    void prepare_for_writing();
    // How much of the file is held in memory; 0: what a house needs.
    void set_cache(std::int64_t megabytes);
    void set_busy_timeout(int milliseconds);
    // As it is committed now, into a new file: packed, or page by page as it is.
    void copy_to(const std::string& path) const;
    void back_up_to(const std::string& path) const;

    // Statements of this connection fail soon after the flag is set, by whichever thread. Null: never. The flag
    // outlives the connection.
    void interrupt_when(const std::atomic<bool>* flag);

    [[nodiscard]] std::unique_ptr<Prepared> prepare(const std::string& sql) const override;
    int execute(const std::string& sql) override;
    void begin(bool writes) override;
    void commit() override;
    void roll_back() noexcept override;
    [[nodiscard]] bool has_table(const std::string& name) const override;
    [[nodiscard]] std::vector<std::string> key_of(const std::string& table) const override;
    void copy_definition(const std::string& table, const std::string& copy, std::int64_t number) override;
    void sync_each(bool on) override;
    void use_more_memory(bool on) override;
    void empty_log() override;
    void hold_log(bool hold) override;
    [[nodiscard]] bool shrink_some() override;
    void renew_statistics() override;
    [[nodiscard]] Size size() const override;

private:
    std::unique_ptr<SQLite::Database> database_;
    int busy_timeout_ms_ = kBusyTimeoutMs;
    std::int64_t cache_megabytes_ = 0;
};

}  // namespace millrace::sql
