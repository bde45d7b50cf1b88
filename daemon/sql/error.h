// What a database refused, sorted by who can mend it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace millrace::sql {

enum class Cause : std::uint8_t {
    DiskFull,
    InputOutput,
    ReadOnly,
    Damaged,
    NotADatabase,  // something else stands where it should be
    Unreachable,   // the server, or the way to it
    Locked,        // by another program, for longer than we wait
    Content,       // the database is well; what was to be written breaks one of its rules
    Other,
};

// Thrown by everything in this room; what() is the database's own words.
class Error : public std::runtime_error {
public:
    Error(Cause cause, const std::string& what) : std::runtime_error(what), cause_(cause) {}
    [[nodiscard]] Cause cause() const { return cause_; }

private:
    Cause cause_;
};

}  // namespace millrace::sql
