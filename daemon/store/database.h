// The store without its threads: one writing connection, used synchronously.
//
// Holds the state directory's lock, so that there is one Database to a store. One thread at a time: the thread that
// opened it loads and rebuilds with it, and then gives it to the writer. Failures are values that name the file and
// the mend.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "ports/records.h"
#include "store/fault.h"
#include "store/settings.h"

namespace millrace::store {

// What can be added to the store.
using Entry = std::variant<ports::Commit, ports::CalibrationRecord>;

struct OpenOptions {
    std::int64_t max_pages = 0;   // of 4 KiB; a full disk is what it looks like beyond. 0: no limit of ours
    int busy_timeout_ms = 5'000;  // how long a transaction waits for the lock of another program
};

class Database {
public:
    // Makes directory and file when missing, and takes an older file to this version. Refuses a file that is not ours
    // or that a newer version wrote.
    [[nodiscard]] static base::Result<Database, base::Error> open(const Settings& settings, OpenOptions options = {});

    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    [[nodiscard]] const std::string& path() const;

    // All or nothing, in one transaction; on disk, safe from a power loss, when it returns.
    [[nodiscard]] base::Result<void, Fault> append(std::span<const Entry> entries);

    [[nodiscard]] base::Result<ports::StoredState, base::Error> load();
    [[nodiscard]] base::Result<std::vector<ports::CalibrationRecord>, base::Error> calibrations();

    // Up to `limit` frames with a higher id than `after`, in order of id; fewer when they are large, none at the end.
    [[nodiscard]] base::Result<std::vector<ports::Frame>, base::Error> frames(std::int64_t after, std::size_t limit);

    // What a frame leads to; called for every frame in order of id.
    using Replay = std::function<std::vector<ports::Projection>(const ports::Frame& frame)>;

    // Makes all projections anew, in one transaction: a rebuild that is cut short leaves the old ones. The lifetime
    // registers stay where they are or rise.
    [[nodiscard]] base::Result<void, base::Error> rebuild(const Replay& replay);

    // See projection_dump.h.
    [[nodiscard]] base::Result<void, base::Error> dump_projections(
        const std::function<void(std::string_view line)>& sink);
    [[nodiscard]] base::Result<std::string, base::Error> projection_digest();

    // Moves the write-ahead log into the database file and empties it, unless readers are in the way, and gives
    // memory back.
    [[nodiscard]] base::Result<void, Fault> checkpoint();

    // Keeps the query planner's figures current; cheap when nothing much has changed.
    [[nodiscard]] base::Result<void, Fault> optimize();

private:
    struct Parts;

    explicit Database(std::unique_ptr<Parts> parts);

    template <typename Work>
    [[nodiscard]] auto attempt(Work work) -> base::Result<decltype(work()), Fault>;

    std::unique_ptr<Parts> parts_;
};

}  // namespace millrace::store
