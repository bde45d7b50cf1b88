// The state directory: made when missing, and locked so that two daemons cannot share one store.
//
// Owns the lock for as long as it lives; the system releases it when the process dies, however it dies. Any thread.
#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace millrace::store {

class StateDir {
public:
    // Makes the directory (mode 0750) and the folders above it when missing. Fails with what to do when it cannot be
    // made or written, or when another process holds its lock.
    [[nodiscard]] static base::Result<StateDir, base::Error> open(const std::string& path);

    StateDir(StateDir&& other) noexcept : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}
    StateDir& operator=(StateDir&& other) noexcept;
    ~StateDir();

    // An empty file where the database is to be, unless there is one.
    [[nodiscard]] base::Result<void, base::Error> make_database() const;

    [[nodiscard]] std::string database_path() const { return path_ + "/millrace.db"; }

    // Makes files that were just created in it survive a power loss.
    void sync() const;

private:
    StateDir(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

    std::string path_;
    int lock_;  // descriptor of the lock file
};

// Fails with what to do when an address (sql/address.h) is that of a file and there is none. Of a server only a
// connection tells.
[[nodiscard]] base::Result<void, base::Error> is_there(const std::string& address);

}  // namespace millrace::store
