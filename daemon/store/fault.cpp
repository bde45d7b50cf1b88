#include "store/fault.h"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

namespace millrace::store {

Fault fault_of(const SQLite::Exception& exception, const std::string& path) {
    using Cause = Fault::Cause;
    const std::string said = std::string(" (SQLite says: ") + exception.what() + ")";
    switch (exception.getErrorCode() & 0xff) {
        case SQLITE_FULL:
            return {Cause::DiskFull, "no space left to write " + path +
                                         "; free some on its file system, and storing goes on by itself" + said};
        case SQLITE_IOERR:
            return {Cause::InputOutput, "the system reports an input/output error on " + path +
                                            "; check the disk and its file system (the kernel log says more)" + said};
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_CANTOPEN:
            return {Cause::ReadOnly, path +
                                         " cannot be written; check that its file system is not mounted read-only "
                                         "and that the file and its folder belong to the user millrace runs as" +
                                         said};
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return {Cause::Damaged,
                    path + " is damaged; stop millrace, and restore a backup or move the file away" + said};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {Cause::Locked, path + " is locked by another program; close whatever has it open" + said};
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH:
        case SQLITE_TOOBIG: return {Cause::Content, "a record does not fit into " + path + said};
        default: return {Cause::Other, "the database " + path + " failed" + said};
    }
}

}  // namespace millrace::store
