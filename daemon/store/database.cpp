#include "store/database.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

#include "sql/address.h"
#include "sql/postgres.h"
#include "sql/sqlite.h"
#include "sql/statement.h"
#include "store/alarm_table.h"
#include "store/category_table.h"
#include "store/entry_table.h"
#include "store/frame_table.h"
#include "store/projection_dump.h"
#include "store/projection_tables.h"
#include "store/projection_writer.h"
#include "store/rebuild.h"
#include "store/schema.h"
#include "store/server_format.h"
#include "store/state_dir.h"
#include "store/state_loader.h"

namespace millrace::store {
namespace {

// The archive's figures are written this often; as many frames at most are counted at the next start.
constexpr std::int64_t kSaveArchiveEvery = 1'000;

// Frames marked at a time after a rebuild.
constexpr std::int64_t kOpeningsAtATime = 1'000;

base::Error as_error(Fault fault) {
    return {std::move(fault.message)};
}

template <typename T>
base::Result<T, base::Error> as_error(base::Result<T, Fault> result) {
    return std::move(result).map_error([](Fault fault) { return as_error(std::move(fault)); });
}

using Opened = base::Result<std::unique_ptr<sql::Connection>, base::Error>;

Opened open_file(const StateDir& dir, const Settings& settings, const OpenOptions& options) {
    const std::string path = dir.database_path();
    if (auto made = dir.make_database(); !made) return base::failure(std::move(made.error()));
    auto file = sql::Sqlite::open_for_writing(path);
    if (auto checked = check_format(*file, path); !checked) return base::failure(std::move(checked.error()));
    file->prepare_for_writing();
    file->set_cache(settings.cache_megabytes);
    if (options.max_pages > 0) {
        static_cast<void>(file->number("PRAGMA max_page_count = " + std::to_string(options.max_pages)));
    }
    migrate(*file, path);
    dir.sync();
    file->set_busy_timeout(options.busy_timeout_ms);
    return file;
}

Opened open_server(const std::string& address) {
    auto server = sql::Postgres::connect(address);
    server->hold_alone();
    auto migrated = migrate_server(*server, sql::shown(address));
    if (!migrated) return base::failure(std::move(migrated.error()));
    return server;
}

}  // namespace

struct Database::Parts {
    Parts(StateDir state_dir, std::string address, std::unique_ptr<sql::Connection> opened)
        : dir(std::move(state_dir)),
          shown(std::move(address)),
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
    void use_ordinary_memory() noexcept;

    StateDir dir;
    std::string shown;
    std::unique_ptr<sql::Connection> connection;
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

void Database::Parts::use_ordinary_memory() noexcept {
    try {
        connection->use_more_memory(false);
    } catch (const sql::Error&) {
        // It only costs memory, and what ails the connection shows with the next commit.
    }
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
    } catch (const sql::Error& exception) {
        parts_->projections.forget_numbers();
        return base::failure(fault_of(exception, parts_->shown));
    }
}

Database::Database(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

const std::string& Database::shown() const {
    return parts_->shown;
}

base::Result<Database, Fault> Database::open(const Settings& settings, OpenOptions options) {
    auto dir = StateDir::open(settings.state_dir);
    if (!dir) return base::failure(Fault{Fault::Cause::Other, std::move(dir.error().message)});
    const std::string address = sql::shown(settings.address());
    try {
        auto connection = settings.server.empty() ? open_file(*dir, settings, options) : open_server(settings.server);
        if (!connection) return base::failure(Fault{Fault::Cause::Other, std::move(connection.error().message)});
        return Database(std::make_unique<Parts>(std::move(*dir), address, std::move(*connection)));
    } catch (const sql::Error& error) {
        return base::failure(fault_of(error, address));
    }
}

base::Result<void, Fault> Database::append(std::span<const Entry> entries) {
    return attempt([&] {
        ArchiveRow row = parts_->archive;
        parts_->new_calibrations.clear();
        sql::Transaction transaction(*parts_->connection);
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
        sql::Connection& connection = *parts_->connection;
        connection.use_more_memory(true);
        ArchiveRow row = parts_->archive;
        sql::Transaction transaction(connection);
        ++row.rebuilds;
        save_archive(connection, row);
        parts_->caught_up_at = -1;
        parts_->rebuild.emplace(connection, parts_->frames, row, job);
        transaction.commit();
        parts_->archive = row;
    });
    if (!begun) {
        parts_->rebuild.reset();
        parts_->use_ordinary_memory();
    }
    return begun;
}

base::Result<bool, Fault> Database::continue_rebuild(const GoOn& go_on) {
    auto result = attempt([&] {
        const sql::Unsynced unsynced(*parts_->connection);
        sql::Transaction transaction(*parts_->connection);
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
        sql::Transaction transaction(*parts_->connection);
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
    parts_->use_ordinary_memory();
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
        sql::Statement query(*connection, "SELECT frame, opened FROM frame_openings ORDER BY frame LIMIT ?");
        query.bind(1, kOpeningsAtATime);
        while (query.step()) openings.emplace_back(query.integer(0), query.integer(1) != 0);
    }
    if (openings.empty()) return false;
    sql::Statement mark(*connection, "UPDATE frames SET opened = ?2 WHERE id = ?1 AND opened = 1 - ?2");
    for (const auto& [frame, opened] : openings) {
        if (mark.run(frame, std::int64_t{opened}) > 0) row.sealed_frames += opened ? -1 : 1;
    }
    sql::Statement forget(*connection, "DELETE FROM frame_openings WHERE frame <= ?");
    forget.run(openings.back().first);
    row.passed_to = 0;
    save_archive(*connection, row);
    return true;
}

base::Result<bool, Fault> Database::clear_some() {
    if (!parts_->to_clear) return false;
    return attempt([&] {
        sql::Connection& connection = *parts_->connection;
        ArchiveRow row = parts_->archive;
        const sql::Unsynced unsynced(connection);
        sql::Transaction transaction(connection);
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
        sql::Connection& connection = *parts_->connection;
        ArchiveRow row = parts_->archive;
        const sql::Unsynced unsynced(connection);
        sql::Transaction transaction(connection);
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
    return attempt([&] { return parts_->connection->shrink_some(); });
}

const ArchiveRow& Database::archive() const {
    return parts_->archive;
}

base::Result<ports::ArchiveStatus, Fault> Database::archive_status() {
    return attempt([&] {
        sql::Connection& connection = *parts_->connection;
        const ArchiveRow& row = parts_->archive;
        ports::ArchiveStatus status;
        status.frames = row.frames;
        status.sealed_frames = row.sealed_frames;
        status.frame_bytes = row.frame_bytes;
        status.dropped_by_age = row.dropped_by_age;
        status.dropped_by_size = row.dropped_by_size;
        status.oldest_frame = oldest_frame(connection);
        const sql::Size size = connection.size();
        status.file_bytes = size.bytes;
        status.free_bytes = size.free;
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
    return attempt([&] { parts_->connection->empty_log(); });
}

base::Result<void, Fault> Database::hold_file(bool hold) {
    return attempt([&] { parts_->connection->hold_log(hold); });
}

base::Result<void, Fault> Database::check_hold() {
    return attempt([&] { parts_->connection->check(); });
}

base::Result<void, Fault> Database::optimize() {
    return attempt([&] { parts_->connection->renew_statistics(); });
}

}  // namespace millrace::store
