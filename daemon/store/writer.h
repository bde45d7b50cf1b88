// The store's writer thread: takes what is queued, makes it durable together, and reports back to the loop.
//
// Group commit: while one transaction is being synced to disk, commits gather; the next transaction takes all of
// them, and their callbacks go back to the loop in one post. A failed transaction is answered with "not durable" and
// the next one is simply tried, so that writing recovers by itself when there is space again. When nothing has come
// for a while, the write-ahead log is emptied into the file and memory is given back.
//
// Rebuilds, clearing up and retention are done between batches, in slices (upkeep.h): one slice of a rebuild, then the
// commits that wait; the rest in quiet moments.
//
// `start` and `stop` are called by the owner, all else on the loop thread.
// Owns the database and the thread. Everything shared between the threads is guarded by one mutex, which is never
// held while writing or calling out.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/time.h"
#include "ports/backups.h"
#include "ports/frame_store.h"
#include "ports/health.h"
#include "store/database.h"
#include "store/settings.h"
#include "store/upkeep.h"

namespace millrace::store {

struct WriterLimits {
    // Most of what waits, in memory: a bridge's frame with its projections is about 1 KB, a hostile one 64 KB.
    std::size_t queued_bytes = 32U << 20;
    // One transaction: large enough that the sync is shared, small enough that the first waits no longer than it must.
    std::size_t batch_entries = 1'000;
    std::size_t batch_bytes = 4U << 20;
    // Without a commit, before tidying up; from then on a server is asked as often for a sign of life.
    base::Milliseconds idle{2'000};
    base::Seconds optimize_every{24 * 60 * 60};
    base::Milliseconds stop{5'000};  // for writing what is queued, before the rest is given up
    base::Seconds log_again{60};     // between two log lines about the same trouble coming and going
    // Where there is never a quiet moment, a slice of what is for them is done after a batch, beyond this.
    base::Seconds quiet_within{60};
    UpkeepLimits upkeep;
};

class Writer final : public ports::FrameStore, public ports::SelfReport, public ports::FileHold {
public:
    // Runs a function on the loop thread, later. Callable from any thread.
    using Post = std::function<void(std::function<void()>)>;

    Writer(Database database, const Settings& settings, const base::Clock& clock, Post post, WriterLimits limits = {});
    ~Writer() override;  // stops

    // Called once on the loop when a server has ended the session that the store is open with, before the commits that
    // failed by it are answered. Another daemon may hold the store by then, and whether the last transaction was
    // committed is not known, so nothing in memory is to be relied on. To be set before `start`.
    void on_lost(std::function<void(const std::string& why)> lost) { lost_ = std::move(lost); }

    void start();

    // Writes what is queued, within a time limit, and ends the thread. What could not be written is answered with
    // "not durable"; later commits are refused.
    void stop();

    [[nodiscard]] bool commit(ports::Entry entry, Done done) override;

    // Makes the projections anew beside the present ones. `caught_up` is called once on the loop: without an error when
    // all frames committed so far have been replayed, from where on the rebuild follows what is committed; with one
    // when it failed and everything stands as it did. Not after `abandon_rebuild` or `stop`. The job is used and,
    // unless given back, destroyed on the writer thread. Fails when a rebuild is under way.
    [[nodiscard]] base::Result<void, base::Error> start_rebuild(std::unique_ptr<RebuildJob> job, std::string reason,
                                                                Upkeep::CaughtUp caught_up);

    // Behind the commits queued so far, lets the new projections take the place of the present ones. `done` is called
    // once on the loop with the job, which has seen exactly the frames committed before; or with why the present
    // projections stay. Calibrations committed before are with the job. Commit no frame between this and `done`: the
    // job would not have seen it.
    void switch_rebuild(Upkeep::Switched done);

    // Gives up the rebuild, if there is one, without a word to `caught_up`.
    void abandon_rebuild();

    // What retention replays frames with, with the keys there are now; without it nothing is dropped. To be called
    // again when keys change. `make_job` is called on the writer thread, so it holds copies.
    void set_replay(MakeJob make_job) { upkeep_.set_replay(std::move(make_job)); }

    // ports::FileHold; between commits.
    void hold_file(std::function<void(base::Result<void, base::Error>)> done) override;
    void release_file(std::function<void()> done) override;

    // File sizes as of the last quiet moment.
    [[nodiscard]] ports::ArchiveStatus archive_status() const { return upkeep_.status(); }

    void health(std::vector<ports::HealthItem>& items) const override;
    void metrics(std::vector<ports::Metric>& metrics) const override;

private:
    struct Job {
        Entry entry;
        Done done;
        std::size_t bytes = 0;
        Upkeep::Switched switched;  // instead of an entry
    };

    // What was taken from the queue together; `entries[i]` is answered to `answers[i]`.
    struct Batch {
        std::vector<Entry> entries;
        std::vector<std::pair<Done, bool>> answers;
        std::size_t bytes = 0;
        Upkeep::Switched switched;  // alone
    };

    // Something to do between commits, on the writer thread; true: the writer is stopping, and it is too late.
    using Errand = std::function<void(bool stopping)>;

    struct Figures {
        std::uint64_t stored = 0;
        std::uint64_t failed = 0;
        std::uint64_t refused = 0;
        std::uint64_t transactions = 0;
        std::uint64_t checkpoints = 0;
        std::uint64_t optimizations = 0;
        double last_transaction_s = 0;
    };

    [[nodiscard]] bool push(Entry entry, std::size_t bytes, Done done);
    void run();
    [[nodiscard]] Batch take_batch();
    void write(Batch& batch);
    void write_one_by_one(Batch& batch);
    void answer(Batch batch);
    void do_quiet_work();
    void tidy_up();
    void check_hold();
    void tell_lost(const Fault& fault);
    void send(Errand errand);
    void run_errands(bool stopping);
    [[nodiscard]] base::Result<void, base::Error> begin_hold();
    void end_hold();
    void note(const std::optional<Fault>& fault);

    Database database_;
    Upkeep upkeep_;
    const std::size_t max_queued_commits_;
    const bool on_server_;
    const base::Clock& clock_;
    const Post post_;
    const WriterLimits limits_;
    std::function<void(const std::string& why)> lost_;
    std::thread thread_;

    // Only the writer thread's.
    base::SteadyTime last_optimize_{};
    std::optional<base::SteadyTime> last_log_;
    base::SteadyTime last_quiet_{};
    std::optional<base::SteadyTime> held_until_;

    mutable std::mutex mutex_;  // guards all below
    std::condition_variable work_;
    std::condition_variable ended_;
    std::deque<Job> queue_;
    std::size_t waiting_ = 0;        // queued or being written
    std::size_t waiting_bytes_ = 0;  // of these
    std::vector<Errand> errands_;
    bool woken_ = false;  // there is something for the upkeep, or an errand
    bool stopping_ = false;
    bool give_up_ = false;
    bool has_ended_ = true;
    std::optional<Fault> fault_;
    Figures figures_;
};

}  // namespace millrace::store
