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

std::size_t size(const ports::Commit& commit) {
    std::size_t bytes =
        commit.frame.topic.size() + commit.frame.payload.size() + commit.projections.size() * sizeof(ports::Projection);
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
std::size_t size(const ports::CalibrationRecord& record) {
    return record.note.size();
}
std::size_t size(const ports::MeterReadingRecord&) {
    return 0;
}
std::size_t size(const ports::SpellRecord& record) {
    return record.detail.size();
}
std::size_t size(const ports::ChoiceRecord& record) {
    return record.name.size() + record.value.size() + record.configured.size();
}
std::size_t size(const ports::CloudMissed& missed) {
    return missed.frames.size() * sizeof(missed.frames[0]);
}
std::size_t size(const ports::CloudHas&) {
    return 0;
}

// What an entry takes in memory, near enough for a limit.
std::size_t size(const ports::AlarmRecord& record) {
    const detect::Incident& incident = record.event.incident;
    return record.event.by.size() + incident.answered_by.size() + incident.note.size() + incident.finding.detail.size();
}

std::size_t size(const ports::UseRecord& record) {
    return record.use.shape.size() * sizeof(base::FlowRate);
}

std::size_t size(const ports::UseLabelRecord& record) {
    return record.label.category.size() + record.label.name.size() + record.label.by.size();
}

std::size_t size(const ports::UseVerdictRecord& record) {
    return record.verdict.name.size();
}

std::size_t size(const ports::CategoryTotalsRecord&) {
    return 0;
}

std::size_t size(const ports::DeliveryRecord& record) {
    return record.channel.size() + record.kind.size() + record.error.size() + record.title.size() + record.text.size();
}

std::size_t bytes_of(const Entry& entry) {
    return sizeof(Entry) + std::visit([](const auto& each) { return size(each); }, entry);
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
      upkeep_(database_, settings, clock, post, limits.upkeep),
      max_queued_commits_(settings.max_queued_commits),
      on_server_(!settings.server.empty()),
      clock_(clock),
      post_(std::move(post)),
      limits_(limits) {}

Writer::~Writer() {
    stop();
}

void Writer::start() {
    last_optimize_ = clock_.steady_now();
    last_quiet_ = last_optimize_;
    upkeep_.note_status();
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
        if (batch.switched) {
            upkeep_.switch_rebuild(std::move(batch.switched));
            continue;
        }
        if (batch.entries.empty()) return;
        answer(std::move(batch));
    }
}

bool Writer::commit(ports::Entry entry, Done done) {
    const std::size_t bytes = bytes_of(entry);
    return push(std::move(entry), bytes, std::move(done));
}

base::Result<void, base::Error> Writer::start_rebuild(std::unique_ptr<RebuildJob> job, std::string reason,
                                                      Upkeep::CaughtUp caught_up) {
    auto started = upkeep_.start_rebuild(std::move(job), std::move(reason), std::move(caught_up));
    const std::lock_guard lock(mutex_);
    woken_ = true;
    work_.notify_one();
    return started;
}

void Writer::switch_rebuild(Upkeep::Switched done) {
    {
        const std::lock_guard lock(mutex_);
        if (!stopping_) {
            queue_.push_back({{}, {}, 0, std::move(done)});
            work_.notify_one();
            return;
        }
    }
    post_([done = std::move(done)] { done(base::failure(base::Error{"millrace is stopping"})); });
}

void Writer::hold_file(std::function<void(base::Result<void, base::Error>)> done) {
    send([this, done = std::move(done)](bool stopping) {
        auto held = stopping ? base::failure(base::Error{"millrace is stopping"}) : begin_hold();
        post_([done, held = std::move(held)] { done(held); });
    });
}

void Writer::release_file(std::function<void()> done) {
    send([this, done = std::move(done)](bool stopping) {
        if (!stopping) end_hold();
        post_(done);
    });
}

void Writer::send(Errand errand) {
    {
        const std::lock_guard lock(mutex_);
        if (!has_ended_) {
            errands_.push_back(std::move(errand));
            woken_ = true;
            work_.notify_one();
            return;
        }
    }
    errand(true);
}

void Writer::run_errands(bool stopping) {
    std::vector<Errand> errands;
    {
        const std::lock_guard lock(mutex_);
        errands.swap(errands_);
    }
    for (const Errand& errand : errands) errand(stopping);
    if (!stopping && held_until_ && clock_.steady_now() >= *held_until_) end_hold();
}

// The log has to be empty: of one that is written anew from its beginning a slow copy could get the old beginning.
base::Result<void, base::Error> Writer::begin_hold() {
    auto held = database_.hold_file(true);
    if (held) held = database_.checkpoint();
    if (held) {
        held_until_ = clock_.steady_now() + kLongest;
        return {};
    }
    end_hold();
    return base::failure(
        base::Error{"the store is being read, and its log cannot be emptied now; try again in a moment"});
}

void Writer::end_hold() {
    held_until_.reset();
    if (const auto released = database_.hold_file(false); !released) {
        logger()->error("the log is not emptied by itself any more: {}", released.error().message);
    }
}

void Writer::abandon_rebuild() {
    upkeep_.abandon_rebuild();
    const std::lock_guard lock(mutex_);
    woken_ = true;
    work_.notify_one();
}

bool Writer::push(Entry entry, std::size_t bytes, Done done) {
    const std::lock_guard lock(mutex_);
    const bool full = waiting_ >= max_queued_commits_ || waiting_bytes_ + bytes > limits_.queued_bytes;
    if (stopping_ || full) {
        ++figures_.refused;
        return false;
    }
    queue_.push_back({std::move(entry), std::move(done), bytes, {}});
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
        run_errands(false);
        const bool rebuilding = upkeep_.rebuild_has_work();
        {
            std::unique_lock lock(mutex_);
            const auto due = [this] { return stopping_ || woken_ || !queue_.empty(); };
            if (rebuilding) {
                // Goes on at once.
            } else if (tidy && !on_server_) {
                work_.wait(lock, due);
            } else if (!work_.wait_for(lock, limits_.idle, due)) {
                lock.unlock();
                if (tidy) {
                    check_hold();
                    continue;
                }
                do_quiet_work();
                tidy_up();
                tidy = true;
                continue;
            }
            woken_ = false;
            if (queue_.empty() && stopping_) break;
            batch = take_batch();
            give_up = give_up_;
        }
        if (batch.switched) {
            if (give_up) upkeep_.end();
            upkeep_.switch_rebuild(std::move(batch.switched));
        }
        if (!batch.entries.empty()) {
            if (!give_up) write(batch);
            answer(std::move(batch));
            tidy = false;
        }
        if (upkeep_.rebuild_has_work()) {
            upkeep_.rebuild_slice();
            tidy = false;
        } else if (clock_.steady_now() - last_quiet_ >= limits_.quiet_within) {
            if (!upkeep_.quiet_slice()) last_quiet_ = clock_.steady_now();
        }
    }
    upkeep_.end();
    if (!tidy) tidy_up();
    {
        const std::lock_guard lock(mutex_);
        has_ended_ = true;
        ended_.notify_all();
    }
    run_errands(true);
}

// Ends early when a commit comes; the next quiet moment goes on with it.
void Writer::do_quiet_work() {
    last_quiet_ = clock_.steady_now();
    while (upkeep_.quiet_slice()) {
        const std::lock_guard lock(mutex_);
        if (stopping_ || woken_ || !queue_.empty()) return;
    }
}

Writer::Batch Writer::take_batch() {
    Batch batch;
    while (!queue_.empty() && batch.entries.size() < limits_.batch_entries && batch.bytes < limits_.batch_bytes) {
        Job& job = queue_.front();
        if (job.switched) {
            if (!batch.entries.empty()) break;
            batch.switched = std::move(job.switched);
            queue_.pop_front();
            break;
        }
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
    upkeep_.note_figures();
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
    const bool emptied = !held_until_ && database_.checkpoint().has_value();
    return_memory();
    bool optimized = false;
    if (const base::SteadyTime now = clock_.steady_now(); now - last_optimize_ >= limits_.optimize_every) {
        last_optimize_ = now;
        optimized = database_.optimize().has_value();
    }
    upkeep_.note_status();
    const std::lock_guard lock(mutex_);
    if (emptied) ++figures_.checkpoints;
    if (optimized) ++figures_.optimizations;
}

void Writer::check_hold() {
    if (const auto held = database_.check_hold(); !held) note(held.error());
}

void Writer::tell_lost(const Fault& fault) {
    if (fault.cause != Fault::Cause::Unreachable || !lost_) return;
    post_([lost = std::exchange(lost_, nullptr), why = fault.message] { lost(why); });
}

// Logged when the state changes, not per commit, and not more often than now and then however it flickers.
void Writer::note(const std::optional<Fault>& fault) {
    if (fault) tell_lost(*fault);
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
    upkeep_.health(items);
    const std::lock_guard lock(mutex_);
    if (fault_) {
        items.push_back({"store", false, fault_->message});
    } else if (waiting_ >= max_queued_commits_ || waiting_bytes_ >= limits_.queued_bytes) {
        items.push_back({"store", false,
                         "the disk does not keep up: " + std::to_string(waiting_) + " frames wait to be written to " +
                             database_.shown() + "; check what else is writing to it, or use a faster one"});
    } else {
        items.push_back({"store", true, "writing to " + database_.shown()});
    }
}

void Writer::metrics(std::vector<ports::Metric>& metrics) const {
    using ports::MetricType;
    upkeep_.metrics(metrics);
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
