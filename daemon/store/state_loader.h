// Reads back what the hub needs to go on after a restart. Throws SQLite::Exception.
#pragma once

#include "ports/records.h"

namespace SQLite {
class Database;
}

namespace millrace::store {

[[nodiscard]] ports::StoredState load_state(const SQLite::Database& connection);

}  // namespace millrace::store
