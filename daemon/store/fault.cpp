#include "store/fault.h"

#include "sql/address.h"

namespace millrace::store {
namespace {

Fault fault_of_server(const sql::Error& error, const std::string& address) {
    using Cause = Fault::Cause;
    const std::string said = std::string(" (PostgreSQL says: ") + error.what() + ")";
    const auto fault = [&](const std::string& message) { return Fault{error.cause(), message + said}; };
    switch (error.cause()) {
        case Cause::Unreachable:
            return fault("the database " + address +
                         " cannot be reached; check that it runs, the address and who may log in, and storing goes on "
                         "by itself");
        case Cause::DiskFull:
            return fault("the disk of the database " + address + " is full; free some, and storing goes on by itself");
        case Cause::ReadOnly:
            return fault("the database " + address +
                         " cannot be written; check that it is no standby, and what the user may do in its schema");
        case Cause::Locked:
            return fault("the database " + address +
                         " is used by another Millrace, or locked; stop that one, or name another schema");
        case Cause::Content: return fault("a record does not fit into " + address);
        default: return fault("the database " + address + " failed");
    }
}

}  // namespace

Fault fault_of(const sql::Error& error, const std::string& path) {
    using Cause = Fault::Cause;
    if (sql::is_server(path)) return fault_of_server(error, sql::shown(path));
    const std::string said = std::string(" (SQLite says: ") + error.what() + ")";
    const auto fault = [&](const std::string& message) { return Fault{error.cause(), message + said}; };
    switch (error.cause()) {
        case Cause::DiskFull:
            return fault("no space left to write " + path +
                         "; free some on its file system, and storing goes on by itself");
        case Cause::InputOutput:
            return fault("the system reports an input/output error on " + path +
                         "; check the disk and its file system (the kernel log says more)");
        case Cause::ReadOnly:
            return fault(path +
                         " cannot be written; check that its file system is not mounted read-only "
                         "and that the file and its folder belong to the user millrace runs as");
        case Cause::Damaged:
        case Cause::NotADatabase:
            return fault(path + " is damaged; stop millrace, and restore a backup or move the file away");
        case Cause::Locked: return fault(path + " is locked by another program; close whatever has it open");
        case Cause::Content: return fault("a record does not fit into " + path);
        case Cause::Unreachable:
        case Cause::Other: break;
    }
    return fault("the database " + path + " failed");
}

}  // namespace millrace::store
