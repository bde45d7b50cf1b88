// The store's writer thread: takes what is queued, makes it durable together, and reports back to the loop.
//
// Group commit: while one transaction is being synced to disk, commits gather; the next transaction takes all of
// them, and their callbacks go back to the loop in one post. A failed transaction is answered with "not durable" and
// the next one is simply tried, so that writing recovers by itself when there is space again. When nothing has come
// for a while, the write-ahead log is emptied into the file and memory is given back.
//
// `commit`, `health` and `metrics` are called on the loop thread; `start` and `stop` by the owner.
// Owns the database and the thread. Everything shared between the threads is guarded by one mutex, which is never
// held while writing or calling out.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/time.h"
#include "ports/frame_store.h"
#include "ports/health.h"
#include "store/database.h"
#include "store/settings.h"

namespace millrace::store {

struct WriterLimits {
    // Most of what waits, in memory: a bridge's frame with its projections is about 1 KB, a hostile one 64 KB.
    std::size_t queued_bytes = 32U << 20;
    // One transaction: large enough that the sync is shared, small enough that the first waits no longer than it must.
    std::size_t batch_entries = 1'000;
    std::size_t batch_bytes = 4U << 20;
    base::Milliseconds idle{2'000};  // without a commit, before tidying up
    base::Seconds optimize_every{24 * 60 * 60};
    base::Milliseconds stop{5'000};  // for writing what is queued, before the rest is given up
    base::Seconds log_again{60};     // between two log lines about the same trouble coming and going
};

class Writer final : public ports::FrameStore, public ports::SelfReport {
public:
    // Runs a function on the loop thread, later. Callable from any thread.
    using Post = std::function<void(std::function<void()>)>;

    Writer(Database database, const Settings& settings, const base::Clock& clock, Post post, WriterLimits limits = {});
    ~Writer() override;  // stops

    void start();

    // Writes what is queued, within a time limit, and ends the thread. What could not be written is answered with
    // "not durable"; later commits are refused.
    void stop();

    [[nodiscard]] bool commit(ports::Commit commit, Done done) override;

    void health(std::vector<ports::HealthItem>& items) const override;
    void metrics(std::vector<ports::Metric>& metrics) const override;

private:
    struct Job {
        Entry entry;
        Done done;
        std::size_t bytes = 0;
    };

    // What was taken from the queue together; `entries[i]` is answered to `answers[i]`.
    struct Batch {
        std::vector<Entry> entries;
        std::vector<std::pair<Done, bool>> answers;
        std::size_t bytes = 0;
    };

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
    void tidy_up();
    void note(const std::optional<Fault>& fault);

    Database database_;
    const std::size_t max_queued_commits_;
    const base::Clock& clock_;
    const Post post_;
    const WriterLimits limits_;
    std::thread thread_;

    // Only the writer thread's.
    base::SteadyTime last_optimize_{};
    std::optional<base::SteadyTime> last_log_;

    mutable std::mutex mutex_;  // guards all below
    std::condition_variable work_;
    std::condition_variable ended_;
    std::deque<Job> queue_;
    std::size_t waiting_ = 0;        // queued or being written
    std::size_t waiting_bytes_ = 0;  // of these
    bool stopping_ = false;
    bool give_up_ = false;
    bool has_ended_ = true;
    std::optional<Fault> fault_;
    Figures figures_;
};

}  // namespace millrace::store
