// What PostgreSQL answered or refused, as owned values of this room.
#pragma once

#include <memory>

#include "sql/error.h"

struct pg_conn;
struct pg_result;

namespace millrace::sql {

struct ClearResult {
    void operator()(pg_result* result) const;
};
using Result = std::unique_ptr<pg_result, ClearResult>;

[[nodiscard]] bool succeeded(const Result& result);
// 0 for what changes none.
[[nodiscard]] int rows_changed(const Result& result);

// `result` may be null: then the connection says what is wrong.
[[nodiscard]] Error error_of(const pg_conn* connection, const pg_result* result);

}  // namespace millrace::sql
