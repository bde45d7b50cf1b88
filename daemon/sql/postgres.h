// PostgreSQL 15 or newer as a sql::Connection, through libpq.
//
// A connection that was lost is made anew with the next transaction, or with the next statement outside one; but not
// one that holds its schema alone, because others may have held it meanwhile. Text that PostgreSQL would refuse
// (U+0000, what is not UTF-8) is stored with U+FFFD in its place.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "sql/connection.h"

struct pg_conn;

namespace millrace::sql {

class Postgres final : public Connection {
public:
    // Says which format a schema has (store/server_format.h). Transactions that read hold it, so that no table is
    // swapped under them: they would wait for each other in a circle.
    static constexpr const char* kFormatTable = "millrace_format";

    // What libpq's URI may say goes; what it leaves open is taken from PGPASSFILE and the like.
    [[nodiscard]] static std::unique_ptr<Postgres> connect(const std::string& address);

    explicit Postgres(pg_conn* connection);
    ~Postgres() override;

    [[nodiscard]] std::unique_ptr<Prepared> prepare(const std::string& sql) const override;
    int execute(const std::string& sql) override;
    void begin(bool writes) override;
    void commit() override;
    void roll_back() noexcept override;
    [[nodiscard]] bool has_table(const std::string& name) const override;
    [[nodiscard]] std::vector<std::string> key_of(const std::string& table) const override;
    void copy_definition(const std::string& table, const std::string& copy, std::int64_t number) override;
    void shut_out_readers() override;
    void check() override;
    void sync_each(bool on) override;
    [[nodiscard]] Size size() const override;

    // From now on no other connection can do the same with this schema, until this one has ended: the server lets go
    // when it is closed, and by TCP's keepalive some ten seconds after its machine was heard last. Fails with
    // Cause::Locked where another has.
    void hold_alone();

    // For statements.
    [[nodiscard]] pg_conn* handle() const { return connection_; }
    // Told apart by it: what was prepared before the connection was lost is no longer.
    [[nodiscard]] std::uint64_t generation() const { return generation_; }
    [[nodiscard]] std::string next_name() const { return "s" + std::to_string(++names_); }
    void revive() const;  // outside of transactions, where the connection has been lost
    // Statements whose answers nobody waits for are sent one behind the other (libpq's pipeline), inside a transaction.
    // settle() reads all those answers and throws what the first one that failed said; it comes before whatever else is
    // asked.
    [[nodiscard]] bool takes_posts() const { return in_transaction_; }
    void open_pipeline() const;
    void posted() const;
    void settle() const;

private:
    pg_conn* connection_;
    bool alone_ = false;
    bool in_transaction_ = false;
    bool unsynced_ = false;
    mutable int unanswered_ = 0;
    mutable std::uint64_t generation_ = 0;
    mutable std::uint64_t names_ = 0;
};

}  // namespace millrace::sql
