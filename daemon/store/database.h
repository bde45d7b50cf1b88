// The store without its threads: one writing connection, used synchronously.
//
// Holds the state directory's lock, so that there is one Database to a store. One thread at a time: the thread that
// opened it loads and rebuilds with it, and then gives it to the writer. Failures are values that name the file and
// the mend. What takes long (a rebuild, retention) is done in slices, each a transaction of its own, between which
// entries can be added.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "ports/archive.h"
#include "ports/records.h"
#include "store/archive_row.h"
#include "store/fault.h"
#include "store/rebuild_job.h"
#include "store/retention.h"
#include "store/settings.h"

namespace millrace::store {

using Entry = ports::Entry;

struct OpenOptions {
    std::int64_t max_pages = 0;   // of 4 KiB; a full disk is what it looks like beyond. 0: no limit of ours
    int busy_timeout_ms = 5'000;  // how long a transaction waits for the lock of another program
};

class Database {
public:
    // Makes directory and file when missing, and takes an older file to this version. Refuses a file that is not ours
    // or that a newer version wrote. Of a server: fails with Cause::Locked while another Database has it open.
    [[nodiscard]] static base::Result<Database, Fault> open(const Settings& settings, OpenOptions options = {});

    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    // The file, or the server's address without its password: for messages.
    [[nodiscard]] const std::string& shown() const;

    // All or nothing, in one transaction; on disk, safe from a power loss, when it returns.
    [[nodiscard]] base::Result<void, Fault> append(std::span<const Entry> entries);

    [[nodiscard]] base::Result<ports::StoredState, base::Error> load();
    [[nodiscard]] base::Result<std::vector<ports::CalibrationRecord>, base::Error> calibrations();

    // Up to `limit` frames with a higher id than `after`, in order of id; fewer when they are large, none at the end.
    [[nodiscard]] base::Result<std::vector<ports::Frame>, base::Error> frames(std::int64_t after, std::size_t limit);

    // The newest frames that were sealed and that no key had opened, newest first.
    [[nodiscard]] base::Result<std::vector<ports::Frame>, base::Error> newest_sealed(std::size_t limit);

    // A rebuild beside the present tables (rebuild.h). `job` is used until it is switched or abandoned. When a step
    // fails the rebuild is abandoned and everything stands as it did.
    [[nodiscard]] base::Result<void, Fault> begin_rebuild(RebuildJob& job);
    // One slice; true once all frames that are stored have been replayed.
    [[nodiscard]] base::Result<bool, Fault> continue_rebuild(const GoOn& go_on);
    // Replays what is left, and lets the new tables take the place of the present ones, in one transaction.
    [[nodiscard]] base::Result<void, Fault> switch_rebuild();
    void abandon_rebuild();
    [[nodiscard]] bool rebuilding() const;
    // Whether every frame that is stored has been replayed.
    [[nodiscard]] bool rebuild_caught_up() const;
    [[nodiscard]] std::int64_t frames_rebuilt() const;

    // All of it at once.
    [[nodiscard]] base::Result<void, base::Error> rebuild(RebuildJob& job);

    // One slice of clearing up after a rebuild that was switched, abandoned or cut short; false when there is nothing
    // to clear.
    [[nodiscard]] base::Result<bool, Fault> clear_some();

    // Whether there is something to drop or to pass over, at a glance.
    [[nodiscard]] base::Result<bool, Fault> retention_due(const RetentionLimits& limits);

    // One slice of dropping frames beyond the limits (retention.h). Not while a rebuild is under way, or before all is
    // cleared up.
    [[nodiscard]] base::Result<RetentionStep, Fault> retain(const MakeJob& make_job, const RetentionLimits& limits,
                                                            const GoOn& go_on);

    // Gives some of the space that is free inside the file back to the file system, beyond what is worth keeping for
    // reuse; false when there is no more of it.
    [[nodiscard]] base::Result<bool, Fault> shrink();

    [[nodiscard]] const ArchiveRow& archive() const;
    // With what the file takes on disk; without a rebuild's progress.
    [[nodiscard]] base::Result<ports::ArchiveStatus, Fault> archive_status();

    // See projection_dump.h.
    [[nodiscard]] base::Result<void, base::Error> dump_projections(
        const std::function<void(std::string_view line)>& sink);
    [[nodiscard]] base::Result<std::string, base::Error> projection_digest();

    // Moves the write-ahead log into the database file and empties it, unless readers are in the way, and gives
    // memory back.
    [[nodiscard]] base::Result<void, Fault> checkpoint();

    // From now on, or no longer: nothing but checkpoint() moves the log into the file, not even its closing.
    [[nodiscard]] base::Result<void, Fault> hold_file(bool hold);

    // Fails when a server has ended our session, with which it is open to others.
    [[nodiscard]] base::Result<void, Fault> check_hold();

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
