// What went wrong in the database, sorted by who can mend it and put into words for the owner.
//
// A pure value; any thread.
#pragma once

#include <cstdint>
#include <string>

namespace SQLite {
class Exception;
}

namespace millrace::store {

struct Fault {
    enum class Cause : std::uint8_t {
        DiskFull,
        InputOutput,
        ReadOnly,
        Damaged,
        Locked,   // by another program, for longer than we wait
        Content,  // the database is well; what was to be written breaks one of its rules
        Other,
    };
    Cause cause = Cause::Other;
    std::string message;  // what, where, and how to mend it
};

// `path` is the database file.
[[nodiscard]] Fault fault_of(const SQLite::Exception& exception, const std::string& path);

}  // namespace millrace::store
