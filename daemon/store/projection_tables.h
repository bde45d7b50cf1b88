// The projection tables as sets: the present one, one being made anew beside it, one on its way out, and the baseline.
//
// A set is told by the prefix of its tables' names. A new set copies the present tables' definitions, so that the
// schema stands in one place. Belongs to the thread of the connection; throws sql::Error.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"

namespace millrace::sql {
class Connection;
}  // namespace millrace::sql

namespace millrace::store {

inline constexpr std::string_view kPresent;         // what is served
inline constexpr std::string_view kNew = "new_";    // a rebuild's, until it takes the present's place
inline constexpr std::string_view kOld = "old_";    // what it replaced, deleted bit by bit
inline constexpr std::string_view kBase = "base_";  // see FORMAT.md, baseline

[[nodiscard]] std::span<const std::string_view> projection_tables();

// A statement for one set: each @ stands for the prefix.
[[nodiscard]] std::string in_set(std::string_view prefix, std::string_view sql);

[[nodiscard]] bool has_tables(const sql::Connection& connection, std::string_view prefix);

// `number` tells the names of this set's indexes from all others'.
void create_tables(sql::Connection& connection, std::string_view prefix, std::int64_t number);

// The present set becomes the old one, and the new one the present. Inside the caller's transaction.
void switch_tables(sql::Connection& connection);

// Deletes some rows of a set and drops tables that are empty; false when nothing is left of it. Inside the caller's
// transaction. A large table dropped at once would hold up commits for seconds.
[[nodiscard]] bool clear_some(sql::Connection& connection, std::string_view prefix);

// Copies the rows of one present table that were received up to a time into the new set, in slices by key.
class TableCopy {
public:
    TableCopy(sql::Connection& connection, std::string_view table, base::WallTime received);

    // False when all is copied.
    [[nodiscard]] bool copy_some();

private:
    using Value = std::variant<std::int64_t, std::string>;

    sql::Connection& connection_;
    std::string table_;
    std::string keys_;    // "device, time_ms"
    std::string places_;  // "?, ?"
    std::int64_t received_ms_;
    std::vector<Value> copied_to_;
};

}  // namespace millrace::store
