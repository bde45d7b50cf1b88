// A connection to a database, whichever it is, and its prepared statements.
//
// What every statement of the store is written against; a kind of database is one implementation of the two classes
// here (sqlite.h, postgres.h). Statements are in the words that SQLite and PostgreSQL share: parameters are ? or ?1,
// upserts are ON CONFLICT (key) DO UPDATE, whole numbers have 64 bits. A connection and its statements belong to one
// thread at a time, and statements end before their connection. All functions but those marked noexcept throw
// sql::Error.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "sql/error.h"

namespace millrace::sql {

enum class ValueKind : std::uint8_t { Null, Integer, Text, Bytes };

// A prepared statement: parameters are counted from 1, columns from 0. Columns are those of the row that the last step
// came to, and what text() and bytes() return holds until the next step.
class Prepared {
public:
    Prepared() = default;
    virtual ~Prepared() = default;
    Prepared(const Prepared&) = delete;
    Prepared& operator=(const Prepared&) = delete;

    virtual void bind_null(int index) = 0;
    virtual void bind_integer(int index, std::int64_t value) = 0;
    virtual void bind_text(int index, std::string_view text) = 0;  // copied
    virtual void bind_bytes(int index, base::ByteView bytes) = 0;  // not copied: there until rewind()

    // To the next row; false when there is none.
    [[nodiscard]] virtual bool step() = 0;
    // For a statement without rows; how many it changed.
    virtual int execute() = 0;
    // As execute(), where nobody asks how many rows it changed: the answer may wait for the connection's next question,
    // or for the end of the transaction, and what this would have thrown is thrown there.
    virtual void post() { static_cast<void>(execute()); }
    // Ready for its next use, its locks freed; what is bound stays.
    virtual void rewind() noexcept = 0;

    [[nodiscard]] virtual int columns() const = 0;
    [[nodiscard]] virtual ValueKind kind(int column) const = 0;
    [[nodiscard]] virtual std::int64_t integer(int column) const = 0;
    [[nodiscard]] virtual std::string_view text(int column) const = 0;
    [[nodiscard]] virtual base::ByteView bytes(int column) const = 0;
};

struct Size {
    std::int64_t bytes = 0;  // on disk
    std::int64_t free = 0;   // of these, waiting to be used again; 0 where it is not known
};

class Connection {
public:
    Connection() = default;
    virtual ~Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    [[nodiscard]] virtual std::unique_ptr<Prepared> prepare(const std::string& sql) const = 0;

    // One statement or several, without parameters; how many rows the last one changed.
    virtual int execute(const std::string& sql) = 0;

    // A transaction that writes holds the lock for it from the start; one that reads sees the database as of one
    // moment.
    virtual void begin(bool writes) = 0;
    virtual void commit() = 0;
    virtual void roll_back() noexcept = 0;

    [[nodiscard]] virtual bool has_table(const std::string& name) const = 0;
    // The columns of a table's primary key, in its order.
    [[nodiscard]] virtual std::vector<std::string> key_of(const std::string& table) const = 0;
    // Makes a table with the columns, the key and the indexes of another. `number` tells the names of its indexes from
    // those of all other copies.
    virtual void copy_definition(const std::string& table, const std::string& copy, std::int64_t number) = 0;

    // Inside a transaction that swaps tables: those that read wait until it has ended, and it waits for those that are
    // at it. Where a reader sees one moment whatever happens, nothing is to be done.
    virtual void shut_out_readers() {}

    // Fails when the connection has been lost.
    virtual void check() {}

    // Off: transactions are not synced one by one, but with the next that is. Whole or not at all they are in any case.
    // Not inside a transaction.
    virtual void sync_each(bool on) = 0;

    // Upkeep, for quiet moments. What a kind of database does not need, or does by itself, does nothing in it.

    // For work that goes through far more than a batch of commits does.
    virtual void use_more_memory(bool) {}
    // What was committed goes from the log to where it stays, and memory is given back. Fails with Cause::Locked when
    // readers are in the way.
    virtual void empty_log() {}
    // From now on, or no longer: nothing but empty_log() empties the log, not even the end of the connection.
    virtual void hold_log(bool) {}
    // Gives some of the space that is free inside back to the system, beyond what is worth keeping for reuse; false
    // when there is no more of it.
    [[nodiscard]] virtual bool shrink_some() { return false; }
    // Keeps the query planner's figures current; cheap when nothing much has changed.
    virtual void renew_statistics() {}
    [[nodiscard]] virtual Size size() const = 0;
};

// Rolled back unless committed.
class Transaction {
public:
    enum class For : std::uint8_t { Writing, Reading };

    explicit Transaction(Connection& connection, For what = For::Writing) : connection_(connection) {
        connection_.begin(what == For::Writing);
    }
    ~Transaction() {
        if (!committed_) connection_.roll_back();
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit() {
        connection_.commit();
        committed_ = true;
    }

private:
    Connection& connection_;
    bool committed_ = false;
};

// Transactions of its block are not synced one by one: for what can be done again after a power loss.
class Unsynced {
public:
    explicit Unsynced(Connection& connection);
    ~Unsynced();
    Unsynced(const Unsynced&) = delete;
    Unsynced& operator=(const Unsynced&) = delete;

private:
    Connection& connection_;
};

}  // namespace millrace::sql
