// Reads back what the hub needs to go on after a restart. Throws sql::Error.
#pragma once

#include <string_view>

#include "ports/records.h"

namespace millrace::sql {
class Connection;
}  // namespace millrace::sql

namespace millrace::store {

[[nodiscard]] ports::StoredState load_state(const sql::Connection& connection);

// Only devices, meters, recent readings and latest states, from one set of tables (projection_tables.h).
[[nodiscard]] ports::StoredState load_projected(const sql::Connection& connection, std::string_view prefix);

// Takes out of the baseline's tables what `load_projected` would not read.
void trim_baseline(sql::Connection& connection);

}  // namespace millrace::store
