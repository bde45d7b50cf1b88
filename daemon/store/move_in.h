// The way from a file to a server: every row of an SQLite store into the tables of a PostgreSQL schema.
//
// Blocking; any thread. Throws sql::Error.
#pragma once

#include <string>

#include "base/result.h"

namespace millrace::sql {
class Sqlite;
}  // namespace millrace::sql

namespace millrace::store {

// `file` is of the newest format. All or nothing, in one transaction. Refuses a schema that has history already; its
// choices and the like, which a daemon makes that was only started, give way.
[[nodiscard]] base::Result<void, base::Error> move_in(const sql::Sqlite& file, const std::string& server_address);

}  // namespace millrace::store
