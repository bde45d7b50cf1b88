// A page of readings. On a reader's connection and thread; throws sql::Error.
#pragma once

#include "base/result.h"
#include "ports/history.h"

namespace millrace::sql {
class Connection;
}  // namespace millrace::sql

namespace millrace::store {

// No page is longer, whatever was asked for: 50,000 readings are 4 MB.
inline constexpr std::size_t kMaxReadingsPerPage = 50'000;

// Fails when the cursor is not one of ours.
[[nodiscard]] base::Result<ports::ReadingPage, base::Error> read_readings(const sql::Connection& connection,
                                                                          const ports::ReadingQuery& query);

}  // namespace millrace::store
