// The tables on a PostgreSQL server: the same numbered steps as in a file (schema.h), in its words for types.
//
// The version stands in the table millrace_format of the schema that the address leads to. Belongs to the thread that
// opens the store; throws sql::Error.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "store/schema.h"

namespace millrace::sql {
class Postgres;
}  // namespace millrace::sql

namespace millrace::store {

// A step as PostgreSQL has it.
[[nodiscard]] std::string for_server(std::string_view sql);

// 0: there is nothing of ours yet.
[[nodiscard]] int server_format(const sql::Postgres& server);

// Takes the schema to the newest version, each step in a transaction of its own, while no other program does the same.
// Refuses one that a newer version wrote. `shown` is the address for messages.
[[nodiscard]] base::Result<void, base::Error> migrate_server(sql::Postgres& server, const std::string& shown,
                                                             std::span<const Migration> steps = migrations());

}  // namespace millrace::store
