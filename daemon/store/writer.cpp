#include "store/writer.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <memory>
#include <utility>

#include <spdlog/spdlog.h>

namespace millrace::store {
namespace {

std::shared_ptr<spdlog::logger> logger() {
    auto named = spdlog::get("store");
    return named ? named : spdlog::default_logger()->clone("store");
}

// What a commit takes in memory, near enough for a limit.
std::size_t bytes_of(const ports::Commit& commit) {
    std::size_t bytes = sizeof(Entry) + commit.frame.topic.size() + commit.frame.payload.size() +
                        commit.projections.size() * sizeof(ports::Projection);
    for (const ports::Projection& projection : commit.projections) {
        if (const auto* log = std::get_if<ports::LogRecord>(&projection)) bytes += log->text.size();
        if (const auto* event = std::get_if<ports::EventRecord>(&projection)) bytes += event->extra.size();
        if (const auto* state = std::get_if<ports::StateRecord>(&projection)) {
            bytes += state->values.size() * sizeof(state->values[0]);
        }
        if (const auto* device = std::get_if<ports::DeviceRecord>(&projection)) {
            bytes += device->cloud_settings.size() + device->cloud_sensors.size() + device->cloud_devices.size();
        }
    }
    return bytes;
}

// After a burst the C library keeps what was freed; a daemon that idles for hours is to give it back.
void return_memory() {
#ifdef __GLIBC__
    ::malloc_trim(0);
#endif
}

double seconds(base::SteadyTime from, base::SteadyTime to) {
    return std::chrono::duration<double>(to - from).count();
}

}  // namespace

Writer::Writer(Database database, const Settings& settings, const base::Clock& clock, Post post, WriterLimits limits)
    : database_(std::move(database)),
      max_queued_commits_(settings.max_queued_commits),
      clock_(clock),
      post_(std::move(post)),
      limits_(limits) {}

Writer::~Writer() {
    stop();
}

void Writer::start() {
    last_optimize_ = clock_.steady_now();
    has_ended_ = false;
    thread_ = std::thread([this] { run(); });
}

void Writer::stop() {
    {
        std::unique_lock lock(mutex_);
        stopping_ = true;
        work_.notify_one();
        if (!ended_.wait_for(lock, limits_.stop, [this] { return has_ended_; })) give_up_ = true;
    }
    // What is left is at most the transaction under way, which SQLite bounds by its busy timeout.
    if (thread_.joinable()) thread_.join();
    // Only a writer that was never started has something left here.
    for (;;) {
        Batch batch;
        {
            const std::lock_guard lock(mutex_);
            batch = take_batch();
        }
        if (batch.entries.empty()) return;
        answer(std::move(batch));
    }
}

bool Writer::commit(ports::Commit commit, Done done) {
    const std::size_t bytes = bytes_of(commit);
    return push(std::move(commit), bytes, std::move(done));
}

bool Writer::push(Entry entry, std::size_t bytes, Done done) {
    const std::lock_guard lock(mutex_);
    const bool full = waiting_ >= max_queued_commits_ || waiting_bytes_ + bytes > limits_.queued_bytes;
    if (stopping_ || full) {
        ++figures_.refused;
        return false;
    }
    queue_.push_back({std::move(entry), std::move(done), bytes});
    ++waiting_;
    waiting_bytes_ += bytes;
    work_.notify_one();
    return true;
}

void Writer::run() {
    bool tidy = false;
    for (;;) {
        Batch batch;
        bool give_up = false;
        {
            std::unique_lock lock(mutex_);
            const auto due = [this] { return stopping_ || !queue_.empty(); };
            if (tidy) {
                work_.wait(lock, due);
            } else if (!work_.wait_for(lock, limits_.idle, due)) {
                lock.unlock();
                tidy_up();
                tidy = true;
                continue;
            }
            if (queue_.empty()) break;
            batch = take_batch();
            give_up = give_up_;
        }
        if (!give_up) write(batch);
        answer(std::move(batch));
        tidy = false;
    }
    if (!tidy) tidy_up();
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
    ended_.notify_all();
}

Writer::Batch Writer::take_batch() {
    Batch batch;
    while (!queue_.empty() && batch.entries.size() < limits_.batch_entries && batch.bytes < limits_.batch_bytes) {
        Job& job = queue_.front();
        batch.entries.push_back(std::move(job.entry));
        batch.answers.emplace_back(std::move(job.done), false);
        batch.bytes += job.bytes;
        queue_.pop_front();
    }
    return batch;
}

void Writer::write(Batch& batch) {
    const base::SteadyTime before = clock_.steady_now();
    const auto written = database_.append(batch.entries);
    if (!written && written.error().cause == Fault::Cause::Content) {
        write_one_by_one(batch);
    } else {
        for (auto& answered : batch.answers) answered.second = written.has_value();
        note(written ? std::nullopt : std::optional(written.error()));
    }
    const double took = seconds(before, clock_.steady_now());
    const std::lock_guard lock(mutex_);
    ++figures_.transactions;
    figures_.last_transaction_s = took;
}

// One record that the database refuses must not take down those that were queued beside it.
void Writer::write_one_by_one(Batch& batch) {
    std::optional<Fault> fault;
    for (std::size_t i = 0; i < batch.entries.size(); ++i) {
        const auto written = database_.append({&batch.entries[i], 1});
        batch.answers[i].second = written.has_value();
        if (!written) fault = written.error();
    }
    note(fault);
}

void Writer::answer(Batch batch) {
    const auto stored = static_cast<std::uint64_t>(
        std::count_if(batch.answers.begin(), batch.answers.end(), [](const auto& answer) { return answer.second; }));
    {
        const std::lock_guard lock(mutex_);
        waiting_ -= batch.answers.size();
        waiting_bytes_ -= batch.bytes;
        figures_.stored += stored;
        figures_.failed += batch.answers.size() - stored;
    }
    auto answers = std::make_shared<std::vector<std::pair<Done, bool>>>(std::move(batch.answers));
    post_([answers] {
        for (const auto& [done, durable] : *answers) {
            if (done) done(durable);
        }
    });
}

// A failure here loses nothing and shows again with the next commit, so it is not reported by itself.
void Writer::tidy_up() {
    const bool emptied = database_.checkpoint().has_value();
    return_memory();
    bool optimized = false;
    if (const base::SteadyTime now = clock_.steady_now(); now - last_optimize_ >= limits_.optimize_every) {
        last_optimize_ = now;
        optimized = database_.optimize().has_value();
    }
    const std::lock_guard lock(mutex_);
    if (emptied) ++figures_.checkpoints;
    if (optimized) ++figures_.optimizations;
}

// Logged when the state changes, not per commit, and not more often than now and then however it flickers.
void Writer::note(const std::optional<Fault>& fault) {
    bool changed = false;
    {
        const std::lock_guard lock(mutex_);
        changed = fault.has_value() != fault_.has_value() || (fault && fault->cause != fault_->cause);
        fault_ = fault;
    }
    const base::SteadyTime now = clock_.steady_now();
    if (!changed || (fault && last_log_ && now - *last_log_ < limits_.log_again)) return;
    if (fault) {
        logger()->error("storing fails: {}", fault->message);
        last_log_ = now;
    } else {
        logger()->info("storing works again");
    }
}

void Writer::health(std::vector<ports::HealthItem>& items) const {
    const std::lock_guard lock(mutex_);
    if (fault_) {
        items.push_back({"store", false, fault_->message});
    } else if (waiting_ >= max_queued_commits_ || waiting_bytes_ >= limits_.queued_bytes) {
        items.push_back({"store", false,
                         "the disk does not keep up: " + std::to_string(waiting_) + " frames wait to be written to " +
                             database_.path() + "; check what else is writing to it, or use a faster one"});
    } else {
        items.push_back({"store", true, "writing to " + database_.path()});
    }
}

void Writer::metrics(std::vector<ports::Metric>& metrics) const {
    using ports::MetricType;
    const std::lock_guard lock(mutex_);
    const auto add = [&metrics](const char* name, const char* help, MetricType type, double value) {
        metrics.push_back({name, help, type, {}, value});
    };
    const auto count = [](std::uint64_t value) { return static_cast<double>(value); };
    add("millrace_store_commits_total", "Frames made durable.", MetricType::Counter, count(figures_.stored));
    add("millrace_store_failed_commits_total", "Frames that could not be written.", MetricType::Counter,
        count(figures_.failed));
    add("millrace_store_refused_commits_total", "Frames refused because too many were waiting.", MetricType::Counter,
        count(figures_.refused));
    add("millrace_store_transactions_total", "Transactions, each with one sync to disk.", MetricType::Counter,
        count(figures_.transactions));
    add("millrace_store_checkpoints_total", "Times the write-ahead log was emptied when idle.", MetricType::Counter,
        count(figures_.checkpoints));
    add("millrace_store_optimizations_total", "Times the query planner's figures were renewed.", MetricType::Counter,
        count(figures_.optimizations));
    add("millrace_store_waiting_commits", "Frames waiting to be written.", MetricType::Gauge, count(waiting_));
    add("millrace_store_waiting_bytes", "Memory they take.", MetricType::Gauge, count(waiting_bytes_));
    add("millrace_store_last_transaction_seconds", "How long the newest transaction took.", MetricType::Gauge,
        figures_.last_transaction_s);
}

}  // namespace millrace::store
