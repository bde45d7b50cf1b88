// What PostgreSQL refused, as an error of this room.
#pragma once

#include "sql/error.h"

struct pg_conn;
struct pg_result;

namespace millrace::sql {

// `result` may be null: then the connection says what is wrong.
[[nodiscard]] Error error_of(const pg_conn* connection, const pg_result* result);

}  // namespace millrace::sql
