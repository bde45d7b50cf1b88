// A page of readings. On a reader's connection and thread; throws SQLite::Exception.
#pragma once

#include "base/result.h"
#include "ports/history.h"

namespace SQLite {
class Database;
}

namespace millrace::store {

// No page is longer, whatever was asked for: 50,000 readings are 4 MB.
inline constexpr std::size_t kMaxReadingsPerPage = 50'000;

// Fails when the cursor is not one of ours.
[[nodiscard]] base::Result<ports::ReadingPage, base::Error> read_readings(const SQLite::Database& connection,
                                                                          const ports::ReadingQuery& query);

}  // namespace millrace::store
