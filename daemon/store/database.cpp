#include "store/database.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include "store/alarm_table.h"
#include "store/category_table.h"
#include "store/connection.h"
#include "store/entry_table.h"
#include "store/frame_table.h"
#include "store/projection_dump.h"
#include "store/projection_tables.h"
#include "store/projection_writer.h"
#include "store/rebuild.h"
#include "store/schema.h"
#include "store/state_dir.h"
#include "store/state_loader.h"

namespace millrace::store {
namespace {

// How long emptying the log waits for a reader. Commits wait with it, so it is short: there is another time.
constexpr int kCheckpointWaitMs = 50;

// SQLite's own default.
constexpr std::int64_t kLogPagesBeforeCheckpoint = 1'000;

// The archive's figures are written this often; as many frames at most are counted at the next start.
constexpr std::int64_t kSaveArchiveEvery = 1'000;

// Frames marked at a time after a rebuild.
constexpr std::int64_t kOpeningsAtATime = 1'000;

// Pages given back to the file system at a time, some milliseconds, and the free ones that stay: 16 MB, or a
// twentieth of a large file.
constexpr int kShrinkPages = 256;
constexpr std::int64_t kFreePagesKept = 4'096;
constexpr std::int64_t kFreeShareKept = 20;

// A house's pages: those that a batch touches. The system's own page cache holds the rest, and the daemon is to stay
// small.
constexpr std::int64_t kLeastCacheKilobytes = 512;
// A rebuild goes through far more pages than a batch of commits.
constexpr std::int64_t kRebuildCacheKilobytes = 4'096;
// With a cache of so many megabytes a thousand more pages gather in the log before they go to the file: of pages that
// are written again and again only the last state is written there.
constexpr std::int64_t kCacheMegabytesPerLog = 16;

std::string cache_of(std::int64_t kilobytes) {
    return "PRAGMA cache_size = " + std::to_string(-kilobytes);
}

base::Error as_error(Fault fault) {
    return {std::move(fault.message)};
}

template <typename T>
base::Result<T, base::Error> as_error(base::Result<T, Fault> result) {
    return std::move(result).map_error([](Fault fault) { return as_error(std::move(fault)); });
}

}  // namespace

struct Database::Parts {
    Parts(StateDir state_dir, std::unique_ptr<SQLite::Database> opened, const Settings& settings,
          const OpenOptions& options)
        : dir(std::move(state_dir)),
          path(dir.database_path()),
          busy_timeout_ms(options.busy_timeout_ms),
          cache_kilobytes(std::max(settings.cache_megabytes * 1'024, kLeastCacheKilobytes)),
          log_pages(kLogPagesBeforeCheckpoint * (1 + settings.cache_megabytes / kCacheMegabytesPerLog)),
          connection(std::move(opened)),
          frames(*connection),
          entries(*connection),
          alarms(*connection),
          categories(*connection),
          projections(*connection),
          archive(load_archive(*connection)) {}

    void write(const ports::Commit& commit, ArchiveRow& row);
    void write(const ports::CalibrationRecord& record, ArchiveRow&) { new_calibrations.push_back(entries.add(record)); }
    void write(const ports::MeterReadingRecord& record, ArchiveRow&) { entries.add(record); }
    void write(const ports::SpellRecord& record, ArchiveRow&) { entries.put(record); }
    void write(const ports::ChoiceRecord& record, ArchiveRow&) { entries.put(record); }
    void write(const ports::AlarmRecord& record, ArchiveRow&) { alarms.put(record); }
    void write(const ports::UseRecord& record, ArchiveRow&) { alarms.put(record); }
    void write(const ports::UseLabelRecord& record, ArchiveRow&) { alarms.put(record); }
    void write(const ports::UseVerdictRecord& record, ArchiveRow&) { categories.put(record); }
    void write(const ports::CategoryTotalsRecord& record, ArchiveRow&) { categories.put(record); }
    void write(const ports::DeliveryRecord& record, ArchiveRow&) { alarms.put(record); }
    void write(const ports::CloudMissed& missed, ArchiveRow&) {
        for (const std::int64_t frame : missed.frames) frames.wait(missed.bridge, frame);
    }
    void write(const ports::CloudHas& has, ArchiveRow& row) {
        const FrameTable::Dropped dropped = frames.end_wait(has.bridge, has.frame);
        row.frames -= dropped.frames;
        row.frame_bytes -= dropped.bytes;
        if (dropped.frames > 0) save_archive(*connection, row);
    }

    [[nodiscard]] bool mark_some_openings(ArchiveRow& row);

    StateDir dir;
    std::string path;
    int busy_timeout_ms;
    std::int64_t cache_kilobytes;
    std::int64_t log_pages;  // that gather in the log before they go to the file
    std::unique_ptr<SQLite::Database> connection;
    FrameTable frames;
    EntryTable entries;
    AlarmTable alarms;
    CategoryTable categories;
    ProjectionWriter projections;
    ArchiveRow archive;  // as committed
    std::vector<ports::CalibrationRecord> new_calibrations;

    bool to_clear = true;  // a rebuild may have left something behind, in an earlier run too
    std::optional<Rebuild> rebuild;
    std::int64_t caught_up_at = -1;  // the archive's `last_id` when the rebuild had replayed all
    std::unique_ptr<RebuildJob> retention_job;
    std::optional<Retention> retention;
};

void Database::Parts::write(const ports::Commit& commit, ArchiveRow& row) {
    frames.add(commit.frame, commit.opened);
    for (const ports::Projection& projection : commit.projections) projections.apply(projection);
    if (commit.for_cloud && commit.frame.bridge) frames.wait(*commit.frame.bridge, commit.frame.id);
    row.last_id = std::max(row.last_id, commit.frame.id);
    ++row.frames;
    row.frame_bytes += size_of(commit.frame);
    if (!commit.opened) ++row.sealed_frames;
}

template <typename Work>
auto Database::attempt(Work work) -> base::Result<decltype(work()), Fault> {
    try {
        if constexpr (std::is_void_v<decltype(work())>) {
            work();
            return {};
        } else {
            return work();
        }
    } catch (const SQLite::Exception& exception) {
        parts_->projections.forget_numbers();
        return base::failure(fault_of(exception, parts_->path));
    }
}

Database::Database(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

const std::string& Database::path() const {
    return parts_->path;
}

base::Result<Database, base::Error> Database::open(const Settings& settings, OpenOptions options) {
    auto dir = StateDir::open(settings.state_dir);
    if (!dir) return base::failure(std::move(dir.error()));
    const std::string path = dir->database_path();
    try {
        auto connection = open_for_writing(path);
        if (auto checked = check_format(*connection, path); !checked) return base::failure(std::move(checked.error()));
        prepare_for_writing(*connection);
        if (options.max_pages > 0) {
            connection->execAndGet("PRAGMA max_page_count = " + std::to_string(options.max_pages));
        }
        migrate(*connection, path);
        dir->sync();
        connection->setBusyTimeout(options.busy_timeout_ms);
        auto parts = std::make_unique<Parts>(std::move(*dir), std::move(connection), settings, options);
        parts->connection->exec(cache_of(parts->cache_kilobytes));
        parts->connection->exec("PRAGMA wal_autocheckpoint = " + std::to_string(parts->log_pages));
        return Database(std::move(parts));
    } catch (const SQLite::Exception& exception) {
        return base::failure(as_error(fault_of(exception, path)));
    }
}

base::Result<void, Fault> Database::append(std::span<const Entry> entries) {
    return attempt([&] {
        ArchiveRow row = parts_->archive;
        parts_->new_calibrations.clear();
        SQLite::Transaction transaction(*parts_->connection, SQLite::TransactionBehavior::IMMEDIATE);
        for (const Entry& entry : entries) {
            std::visit([&](const auto& each) { parts_->write(each, row); }, entry);
        }
        if (row.last_id - row.saved_to >= kSaveArchiveEvery) save_archive(*parts_->connection, row);
        transaction.commit();
        parts_->archive = row;
        // Replays are still before the frames that come after these.
        for (const ports::CalibrationRecord& record : parts_->new_calibrations) {
            if (parts_->rebuild) parts_->rebuild->calibration(record);
            if (parts_->retention) parts_->retention_job->calibration(record);
        }
    });
}

base::Result<ports::StoredState, base::Error> Database::load() {
    return as_error(attempt([&] { return load_state(*parts_->connection); }));
}

base::Result<std::vector<ports::CalibrationRecord>, base::Error> Database::calibrations() {
    return as_error(attempt([&] { return read_calibrations(*parts_->connection); }));
}

base::Result<std::vector<ports::Frame>, base::Error> Database::frames(std::int64_t after, std::size_t limit) {
    return as_error(attempt([&] {
        std::vector<ports::Frame> frames;
        for (StoredFrame& stored : parts_->frames.page(after, limit)) frames.push_back(std::move(stored.frame));
        return frames;
    }));
}

base::Result<std::vector<ports::Frame>, base::Error> Database::newest_sealed(std::size_t limit) {
    return as_error(attempt([&] { return parts_->frames.newest_sealed(limit); }));
}

base::Result<void, Fault> Database::begin_rebuild(RebuildJob& job) {
    abandon_rebuild();
    parts_->retention.reset();
    parts_->retention_job.reset();
    auto begun = attempt([&] {
        SQLite::Database& connection = *parts_->connection;
        connection.exec(cache_of(std::max(parts_->cache_kilobytes, kRebuildCacheKilobytes)));
        ArchiveRow row = parts_->archive;
        SQLite::Transaction transaction(connection, SQLite::TransactionBehavior::IMMEDIATE);
        ++row.rebuilds;
        save_archive(connection, row);
        parts_->caught_up_at = -1;
        parts_->rebuild.emplace(connection, parts_->frames, row, job);
        transaction.commit();
        parts_->archive = row;
    });
    if (!begun) {
        parts_->rebuild.reset();
        parts_->connection->tryExec(cache_of(parts_->cache_kilobytes));
    }
    return begun;
}

base::Result<bool, Fault> Database::continue_rebuild(const GoOn& go_on) {
    auto result = attempt([&] {
        const Unsynced unsynced(*parts_->connection);
        SQLite::Transaction transaction(*parts_->connection, SQLite::TransactionBehavior::IMMEDIATE);
        const bool caught_up = parts_->rebuild->step(go_on);
        transaction.commit();
        if (caught_up) parts_->caught_up_at = parts_->archive.last_id;
        return caught_up;
    });
    if (!result) abandon_rebuild();
    return result;
}

base::Result<void, Fault> Database::switch_rebuild() {
    auto result = attempt([&] {
        SQLite::Transaction transaction(*parts_->connection, SQLite::TransactionBehavior::IMMEDIATE);
        parts_->rebuild->finish();
        transaction.commit();
        parts_->projections.forget_numbers();
    });
    abandon_rebuild();
    return result;
}

void Database::abandon_rebuild() {
    if (!parts_->rebuild) return;
    parts_->rebuild.reset();
    parts_->to_clear = true;
    parts_->connection->tryExec(cache_of(parts_->cache_kilobytes));
}

bool Database::rebuilding() const {
    return parts_->rebuild.has_value();
}

bool Database::rebuild_caught_up() const {
    return parts_->rebuild && parts_->caught_up_at >= parts_->archive.last_id;
}

std::int64_t Database::frames_rebuilt() const {
    return parts_->rebuild ? parts_->rebuild->frames_done() : 0;
}

base::Result<void, base::Error> Database::rebuild(RebuildJob& job) {
    const auto clear_all = [this]() -> base::Result<void, Fault> {
        for (;;) {
            auto cleared = clear_some();
            if (!cleared) return base::failure(std::move(cleared.error()));
            if (!*cleared) return {};
        }
    };
    // As many as one transaction is to hold: the log grows by what it writes.
    constexpr int kFramesPerSlice = 5'000;
    auto done = clear_all();
    if (done) done = begin_rebuild(job);
    for (bool caught_up = false; done && !caught_up;) {
        int frames = 0;
        auto step = continue_rebuild([&frames] { return ++frames < kFramesPerSlice; });
        if (!step) return base::failure(as_error(std::move(step.error())));
        caught_up = *step;
    }
    if (done) done = switch_rebuild();
    if (done) done = clear_all();
    return as_error(std::move(done));
}

// What the rebuild found of frames that stood otherwise, written where it belongs.
bool Database::Parts::mark_some_openings(ArchiveRow& row) {
    std::vector<std::pair<std::int64_t, bool>> openings;
    {
        SQLite::Statement query(*connection, "SELECT frame, opened FROM frame_openings ORDER BY frame LIMIT ?");
        query.bind(1, kOpeningsAtATime);
        while (query.executeStep()) openings.emplace_back(int_at(query, 0), int_at(query, 1) != 0);
    }
    if (openings.empty()) return false;
    SQLite::Statement mark(*connection, "UPDATE frames SET opened = ?2 WHERE id = ?1 AND opened = 1 - ?2");
    for (const auto& [frame, opened] : openings) {
        if (run(mark, frame, std::int64_t{opened}) > 0) row.sealed_frames += opened ? -1 : 1;
    }
    SQLite::Statement forget(*connection, "DELETE FROM frame_openings WHERE frame <= ?");
    run(forget, openings.back().first);
    row.passed_to = 0;
    save_archive(*connection, row);
    return true;
}

base::Result<bool, Fault> Database::clear_some() {
    if (!parts_->to_clear) return false;
    return attempt([&] {
        SQLite::Database& connection = *parts_->connection;
        ArchiveRow row = parts_->archive;
        const Unsynced unsynced(connection);
        SQLite::Transaction transaction(connection, SQLite::TransactionBehavior::IMMEDIATE);
        const bool some = store::clear_some(connection, kOld) ||
                          (!parts_->rebuild && store::clear_some(connection, kNew)) || parts_->mark_some_openings(row);
        transaction.commit();
        parts_->archive = row;
        parts_->to_clear = some;
        return some;
    });
}

base::Result<bool, Fault> Database::retention_due(const RetentionLimits& limits) {
    return attempt([&] {
        const ArchiveRow& row = parts_->archive;
        if (limits.bytes && row.frame_bytes > *limits.bytes) return true;
        if (!limits.older_than) return false;
        const auto next = parts_->frames.page(row.passed_to, 1);
        return !next.empty() && next.front().frame.received < *limits.older_than;
    });
}

base::Result<RetentionStep, Fault> Database::retain(const MakeJob& make_job, const RetentionLimits& limits,
                                                    const GoOn& go_on) {
    auto step = attempt([&] {
        SQLite::Database& connection = *parts_->connection;
        ArchiveRow row = parts_->archive;
        const Unsynced unsynced(connection);
        SQLite::Transaction transaction(connection, SQLite::TransactionBehavior::IMMEDIATE);
        if (!parts_->retention) {
            parts_->retention_job = make_job();
            parts_->retention.emplace(connection, parts_->frames, row, *parts_->retention_job);
        }
        const RetentionStep taken = parts_->retention->step(row, limits, go_on);
        transaction.commit();
        parts_->archive = row;
        return taken;
    });
    if (!step || *step != RetentionStep::More) {
        parts_->retention.reset();
        parts_->retention_job.reset();
    }
    return step;
}

base::Result<bool, Fault> Database::shrink() {
    return attempt([&] {
        SQLite::Database& connection = *parts_->connection;
        const std::int64_t free = connection.execAndGet("PRAGMA freelist_count").getInt64();
        const std::int64_t pages = connection.execAndGet("PRAGMA page_count").getInt64();
        if (free <= std::max(kFreePagesKept, pages / kFreeShareKept) + kShrinkPages) return false;
        const Unsynced unsynced(connection);
        connection.exec("PRAGMA incremental_vacuum(" + std::to_string(kShrinkPages) + ")");
        return connection.execAndGet("PRAGMA freelist_count").getInt64() < free;
    });
}

const ArchiveRow& Database::archive() const {
    return parts_->archive;
}

base::Result<ports::ArchiveStatus, Fault> Database::archive_status() {
    return attempt([&] {
        SQLite::Database& connection = *parts_->connection;
        const ArchiveRow& row = parts_->archive;
        ports::ArchiveStatus status;
        status.frames = row.frames;
        status.sealed_frames = row.sealed_frames;
        status.frame_bytes = row.frame_bytes;
        status.dropped_by_age = row.dropped_by_age;
        status.dropped_by_size = row.dropped_by_size;
        status.oldest_frame = oldest_frame(connection);
        const std::int64_t page_size = connection.execAndGet("PRAGMA page_size").getInt64();
        status.free_bytes = page_size * connection.execAndGet("PRAGMA freelist_count").getInt64();
        for (const char* suffix : {"", "-wal"}) {
            std::error_code error;
            const std::uintmax_t size = std::filesystem::file_size(parts_->path + suffix, error);
            if (!error) status.file_bytes += static_cast<std::int64_t>(size);
        }
        return status;
    });
}

base::Result<void, base::Error> Database::dump_projections(const std::function<void(std::string_view line)>& sink) {
    return as_error(attempt([&] { store::dump_projections(*parts_->connection, sink); }));
}

base::Result<std::string, base::Error> Database::projection_digest() {
    return as_error(attempt([&] { return store::projection_digest(*parts_->connection); }));
}

base::Result<void, Fault> Database::checkpoint() {
    return attempt([&] {
        SQLite::Database& connection = *parts_->connection;
        connection.setBusyTimeout(kCheckpointWaitMs);
        const int code = connection.tryExec("PRAGMA wal_checkpoint(TRUNCATE)");
        connection.setBusyTimeout(parts_->busy_timeout_ms);
        connection.check(code);
        connection.exec("PRAGMA shrink_memory");
    });
}

base::Result<void, Fault> Database::hold_file(bool hold) {
    return attempt([&] {
        SQLite::Database& connection = *parts_->connection;
        const std::string pages = hold ? "0" : std::to_string(parts_->log_pages);
        connection.exec("PRAGMA wal_autocheckpoint = " + pages);
        sqlite3_db_config(connection.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, hold ? 1 : 0, nullptr);
    });
}

base::Result<void, Fault> Database::optimize() {
    return attempt([&] {
        // A sample of each index is enough, and keeps the writer from reading a large table through.
        parts_->connection->exec("PRAGMA analysis_limit = 400; PRAGMA optimize");
    });
}

}  // namespace millrace::store
