#include "store/upkeep.h"

#include <utility>

#include <spdlog/spdlog.h>

namespace millrace::store {
namespace {

std::shared_ptr<spdlog::logger> logger() {
    auto named = spdlog::get("store");
    return named ? named : spdlog::default_logger()->clone("store");
}

constexpr std::int64_t kBytesPerMegabyte = 1'000'000;

}  // namespace

Upkeep::Upkeep(Database& database, const Settings& settings, const base::Clock& clock, Post post, UpkeepLimits limits)
    : database_(database), settings_(settings), clock_(clock), post_(std::move(post)), limits_(limits) {}

base::Result<void, base::Error> Upkeep::start_rebuild(std::unique_ptr<RebuildJob> job, std::string reason,
                                                      CaughtUp caught_up) {
    const std::lock_guard lock(mutex_);
    if (status_.rebuild) return base::failure(base::Error{"a rebuild is under way already; wait for its end"});
    request_ = Request{std::move(job), std::move(caught_up)};
    abandon_ = false;
    status_.rebuild = ports::RebuildProgress{clock_.wall_now(), 0, status_.frames, std::move(reason)};
    return {};
}

void Upkeep::abandon_rebuild() {
    const std::lock_guard lock(mutex_);
    request_.reset();
    abandon_ = true;
}

void Upkeep::set_replay(MakeJob make_job) {
    const std::lock_guard lock(mutex_);
    make_job_ = std::move(make_job);
}

ports::ArchiveStatus Upkeep::status() const {
    const std::lock_guard lock(mutex_);
    return status_;
}

bool Upkeep::rebuild_has_work() const {
    {
        const std::lock_guard lock(mutex_);
        if (request_ || (abandon_ && status_.rebuild)) return true;
    }
    return job_ && (caught_up_ || !database_.rebuild_caught_up());
}

GoOn Upkeep::slice() const {
    return [this, end = clock_.steady_now() + limits_.slice, left = limits_.slice_frames]() mutable {
        return --left > 0 && clock_.steady_now() < end;
    };
}

void Upkeep::rebuild_slice() {
    std::optional<Request> request;
    bool abandon = false;
    {
        const std::lock_guard lock(mutex_);
        abandon = std::exchange(abandon_, false);
        if (!job_) request.swap(request_);
    }
    if (abandon) {
        forget_rebuild();
        return;
    }
    if (request) {
        job_ = std::move(request->job);
        caught_up_ = std::move(request->caught_up);
        why_failed_.clear();
    }
    if (!job_) return;
    auto step = advance_rebuild();
    if (!step) {
        fail_rebuild({std::move(step.error().message)});
        return;
    }
    {
        const std::lock_guard lock(mutex_);
        if (status_.rebuild) status_.rebuild->frames_done = database_.frames_rebuilt();
    }
    if (!last_status_ || clock_.steady_now() - *last_status_ >= limits_.status_every) note_status();
    if (*step && caught_up_) post_([caught_up = std::exchange(caught_up_, nullptr)] { caught_up({}); });
}

base::Result<bool, Fault> Upkeep::advance_rebuild() {
    if (database_.rebuilding()) return database_.continue_rebuild(slice());
    // What an earlier one left comes first; mostly a quiet moment has seen to it.
    auto cleared = database_.clear_some();
    if (!cleared) return base::failure(std::move(cleared.error()));
    if (*cleared) return false;
    retaining_ = false;
    if (auto begun = database_.begin_rebuild(*job_); !begun) return base::failure(std::move(begun.error()));
    return false;
}

void Upkeep::fail_rebuild(const base::Error& error) {
    logger()->error("the rebuild is given up, and everything stands as it did: {}", error.message);
    why_failed_ = error.message;
    if (caught_up_) {
        post_([caught_up = std::exchange(caught_up_, nullptr), error] { caught_up(base::failure(error)); });
    }
    forget_rebuild();
    const std::lock_guard lock(mutex_);
    ++rebuilds_failed_;
}

void Upkeep::forget_rebuild() {
    database_.abandon_rebuild();
    job_.reset();
    caught_up_ = nullptr;
    last_retention_.reset();
    const std::lock_guard lock(mutex_);
    status_.rebuild.reset();
}

void Upkeep::switch_rebuild(Switched done) {
    using Outcome = base::Result<std::unique_ptr<RebuildJob>, base::Error>;
    // std::function wants what it holds to be copyable.
    auto outcome = std::make_shared<Outcome>(base::failure(
        base::Error{why_failed_.empty() ? "there is no rebuild under way" : "the rebuild failed: " + why_failed_}));
    if (database_.rebuilding()) {
        if (auto switched = database_.switch_rebuild()) {
            *outcome = std::move(job_);
            forget_rebuild();
            const std::lock_guard lock(mutex_);
            ++rebuilds_done_;
        } else {
            *outcome = base::failure(base::Error{switched.error().message});
            fail_rebuild({std::move(switched.error().message)});
        }
        note_status();
    }
    post_([outcome, done = std::move(done)] { done(std::move(*outcome)); });
}

bool Upkeep::quiet_slice() {
    if (job_ || rebuild_has_work()) return false;
    const auto cleared = database_.clear_some();
    if (!cleared) return false;
    if (*cleared) return true;
    if (retention_slice()) return true;
    return database_.shrink().value_or(false);
}

bool Upkeep::retention_slice() {
    const base::SteadyTime now = clock_.steady_now();
    if (!retaining_ && last_retention_ && now - *last_retention_ < limits_.retention_every) return false;
    MakeJob make_job;
    {
        const std::lock_guard lock(mutex_);
        make_job = make_job_;
    }
    last_retention_ = now;
    RetentionLimits limits;
    if (settings_.keep_frames_days > 0) {
        limits.older_than = clock_.wall_now() - std::chrono::hours{24 * settings_.keep_frames_days};
    }
    if (settings_.keep_frames_megabytes > 0) limits.bytes = settings_.keep_frames_megabytes * kBytesPerMegabyte;
    if (!retaining_ && (!make_job || !database_.retention_due(limits).value_or(false))) {
        hold_retention("");
        return false;
    }
    const auto step = database_.retain(make_job, limits, slice());
    note_status();
    retaining_ = step && *step == RetentionStep::More;
    if (step && *step == RetentionStep::WaitsForKey) {
        hold_retention(
            "old frames are not dropped, because frames that were opened once do not open any more; give the bridge's "
            "key again, or set keep_frames_days and keep_frames_megabytes to 0");
    } else if (step && *step == RetentionStep::WaitsForRebuild) {
        hold_retention("old frames are not dropped before a rebuild has opened those that a new key opens");
    } else if (step) {
        hold_retention("");
    }
    return retaining_;
}

void Upkeep::hold_retention(const char* why) {
    const std::lock_guard lock(mutex_);
    retention_held_ = why;
}

void Upkeep::note_figures() {
    const ArchiveRow& row = database_.archive();
    const std::lock_guard lock(mutex_);
    status_.frames = row.frames;
    status_.sealed_frames = row.sealed_frames;
    status_.frame_bytes = row.frame_bytes;
    if (status_.rebuild) status_.rebuild->frames_in_all = row.frames;
}

void Upkeep::note_status() {
    last_status_ = clock_.steady_now();
    auto status = database_.archive_status();
    if (!status) return;
    const std::lock_guard lock(mutex_);
    status->rebuild = std::move(status_.rebuild);
    status_ = std::move(*status);
    if (status_.rebuild) status_.rebuild->frames_in_all = status_.frames;
}

void Upkeep::end() {
    forget_rebuild();
    const std::lock_guard lock(mutex_);
    request_.reset();
}

void Upkeep::health(std::vector<ports::HealthItem>& items) const {
    const std::lock_guard lock(mutex_);
    if (!retention_held_.empty()) items.push_back({"archive", false, retention_held_});
}

void Upkeep::metrics(std::vector<ports::Metric>& metrics) const {
    using ports::MetricType;
    const std::lock_guard lock(mutex_);
    const auto add = [&metrics](const char* name, const char* help, MetricType type, auto value,
                                std::vector<std::pair<std::string, std::string>> labels = {}) {
        metrics.push_back({name, help, type, std::move(labels), static_cast<double>(value)});
    };
    add("millrace_archive_frames", "Frames in the archive.", MetricType::Gauge, status_.frames);
    add("millrace_archive_sealed_frames", "Of these, sealed ones that no key has opened.", MetricType::Gauge,
        status_.sealed_frames);
    add("millrace_archive_frame_bytes", "Their topics and payloads.", MetricType::Gauge, status_.frame_bytes);
    add("millrace_store_file_bytes", "The database file and its log.", MetricType::Gauge, status_.file_bytes);
    add("millrace_store_free_bytes", "Space inside the file that is used again before it grows.", MetricType::Gauge,
        status_.free_bytes);
    constexpr const char* kDropped = "Frames dropped by retention, in all runs.";
    add("millrace_archive_dropped_frames_total", kDropped, MetricType::Counter, status_.dropped_by_age,
        {{"by", "age"}});
    add("millrace_archive_dropped_frames_total", kDropped, MetricType::Counter, status_.dropped_by_size,
        {{"by", "size"}});
    add("millrace_rebuilds_total", "Rebuilds finished.", MetricType::Counter, rebuilds_done_);
    add("millrace_failed_rebuilds_total", "Rebuilds given up.", MetricType::Counter, rebuilds_failed_);
    add("millrace_rebuild_frames_done", "Frames the rebuild under way has replayed.", MetricType::Gauge,
        status_.rebuild ? status_.rebuild->frames_done : 0);
}

}  // namespace millrace::store
