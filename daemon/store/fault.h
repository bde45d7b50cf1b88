// What went wrong in the database, sorted by who can mend it and put into words for the owner.
//
// A pure value; any thread.
#pragma once

#include <string>

#include "sql/error.h"

namespace millrace::store {

struct Fault {
    using Cause = sql::Cause;
    Cause cause = Cause::Other;
    std::string message;  // what, where, and how to mend it
};

// `path` is the database file.
[[nodiscard]] Fault fault_of(const sql::Error& error, const std::string& path);

}  // namespace millrace::store
