// What the writer thread does beside commits, in slices: rebuilds, clearing up after them, retention.
//
// A rebuild is started on the loop thread and reports back there when it has caught up. From then on it follows what
// is committed, until the writer meets the switch in its queue. Clearing up and retention are for quiet moments.
// A slice is a transaction of some tens of milliseconds, which is how long a commit may have to wait for it.
//
// Belongs to the writer. The functions of the loop thread and those of the writer thread are told apart below; what
// both touch is guarded by one mutex, which is never held while working or calling out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ports/archive.h"
#include "ports/health.h"
#include "store/database.h"
#include "store/rebuild_job.h"
#include "store/settings.h"

namespace millrace::store {

struct UpkeepLimits {
    base::Milliseconds slice{30};      // without its commit
    std::size_t slice_frames = 2'000;  // the log grows by what a transaction writes
    base::Seconds retention_every{10 * 60};
    base::Seconds status_every{1};  // during long work
};

class Upkeep {
public:
    using Post = std::function<void(std::function<void()>)>;
    using CaughtUp = std::function<void(base::Result<void, base::Error>)>;
    using Switched = std::function<void(base::Result<std::unique_ptr<RebuildJob>, base::Error>)>;

    Upkeep(Database& database, const Settings& settings, const base::Clock& clock, Post post, UpkeepLimits limits);

    // Loop thread.
    [[nodiscard]] base::Result<void, base::Error> start_rebuild(std::unique_ptr<RebuildJob> job, std::string reason,
                                                                CaughtUp caught_up);
    void abandon_rebuild();
    void set_replay(MakeJob make_job);
    [[nodiscard]] ports::ArchiveStatus status() const;
    void health(std::vector<ports::HealthItem>& items) const;
    void metrics(std::vector<ports::Metric>& metrics) const;

    // Writer thread.
    [[nodiscard]] bool rebuild_has_work() const;
    void rebuild_slice();
    // All that was queued before is committed.
    void switch_rebuild(Switched done);
    // One slice of clearing up or retention; false when there is nothing to do for now.
    [[nodiscard]] bool quiet_slice();
    void note_figures();  // after a batch
    void note_status();   // with what needs a look at the file
    void end();

private:
    struct Request {
        std::unique_ptr<RebuildJob> job;
        CaughtUp caught_up;
    };

    [[nodiscard]] base::Result<bool, Fault> advance_rebuild();
    void fail_rebuild(const base::Error& error);
    void forget_rebuild();
    [[nodiscard]] bool retention_slice();
    void hold_retention(const char* why);
    [[nodiscard]] GoOn slice() const;

    Database& database_;
    const Settings settings_;
    const base::Clock& clock_;
    const Post post_;
    const UpkeepLimits limits_;

    // Only the writer thread's.
    std::unique_ptr<RebuildJob> job_;
    CaughtUp caught_up_;  // until it is called
    std::string why_failed_;
    bool retaining_ = false;
    std::optional<base::SteadyTime> last_retention_;
    std::optional<base::SteadyTime> last_status_;

    mutable std::mutex mutex_;  // guards all below
    std::optional<Request> request_;
    bool abandon_ = false;
    MakeJob make_job_;
    ports::ArchiveStatus status_;
    std::string retention_held_;  // why
    std::uint64_t rebuilds_done_ = 0;
    std::uint64_t rebuilds_failed_ = 0;
};

}  // namespace millrace::store
