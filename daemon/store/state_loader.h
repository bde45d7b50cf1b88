// Reads back what the hub needs to go on after a restart. Throws SQLite::Exception.
#pragma once

#include <string_view>

#include "ports/records.h"

namespace SQLite {
class Database;
}

namespace millrace::store {

[[nodiscard]] ports::StoredState load_state(const SQLite::Database& connection);

// Only devices, meters, recent readings and latest states, from one set of tables (projection_tables.h).
[[nodiscard]] ports::StoredState load_projected(const SQLite::Database& connection, std::string_view prefix);

// Takes out of the baseline's tables what `load_projected` would not read.
void trim_baseline(SQLite::Database& connection);

}  // namespace millrace::store
