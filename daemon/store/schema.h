// The tables, as numbered steps forward: step N takes a file from version N-1 to version N.
//
// The version stands in the file (`user_version`), beside a mark that it is ours (`application_id`). What the tables
// mean is written in FORMAT.md. Called once, by the thread that opens the store.
#pragma once

#include <span>
#include <string>

#include "base/result.h"

namespace millrace::sql {
class Sqlite;
}  // namespace millrace::sql

namespace millrace::store {

// "MLRC", so that `file` and we can tell our databases from others.
inline constexpr int kApplicationId = 0x4D4C5243;

struct Migration {
    const char* sql;
};

// All steps there are; their number is the version this program writes.
[[nodiscard]] std::span<const Migration> migrations();

// Checks that the file is empty or ours and not newer than we are, without changing it.
[[nodiscard]] base::Result<void, base::Error> check_format(const sql::Sqlite& file, const std::string& path,
                                                           std::span<const Migration> steps = migrations());

// Takes the file to the newest version, each step in a transaction of its own. Throws sql::Error; the file then is at
// the last step that was finished.
void bring_forward(sql::Sqlite& file, std::span<const Migration> steps = migrations());

// The same of a store that is somebody's: a file that has data is copied before its first step, to
// `<path>.v<old version>.backup`.
void migrate(sql::Sqlite& file, const std::string& path, std::span<const Migration> steps = migrations());

}  // namespace millrace::store
