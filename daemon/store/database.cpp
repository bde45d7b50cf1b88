#include "store/database.h"

#include <type_traits>
#include <utility>

#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>

#include "store/connection.h"
#include "store/frame_table.h"
#include "store/projection_dump.h"
#include "store/projection_writer.h"
#include "store/schema.h"
#include "store/state_dir.h"
#include "store/state_loader.h"

namespace millrace::store {
namespace {

// Frames read at a time by a rebuild: a megabyte or so.
constexpr std::size_t kRebuildPage = 1'000;

// How long emptying the log waits for a reader. Commits wait with it, so it is short: there is another time.
constexpr int kCheckpointWaitMs = 50;

base::Error as_error(Fault fault) {
    return {std::move(fault.message)};
}

template <typename T>
base::Result<T, base::Error> as_error(base::Result<T, Fault> result) {
    return std::move(result).map_error([](Fault fault) { return as_error(std::move(fault)); });
}

}  // namespace

struct Database::Parts {
    Parts(StateDir state_dir, std::unique_ptr<SQLite::Database> opened, const OpenOptions& options)
        : dir(std::move(state_dir)),
          path(dir.database_path()),
          busy_timeout_ms(options.busy_timeout_ms),
          connection(std::move(opened)),
          frames(*connection),
          projections(*connection) {}

    StateDir dir;
    std::string path;
    int busy_timeout_ms;
    std::unique_ptr<SQLite::Database> connection;
    FrameTable frames;
    ProjectionWriter projections;
};

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
        parts_->projections.rolled_back();
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
        return Database(std::make_unique<Parts>(std::move(*dir), std::move(connection), options));
    } catch (const SQLite::Exception& exception) {
        return base::failure(as_error(fault_of(exception, path)));
    }
}

base::Result<void, Fault> Database::append(std::span<const Entry> entries) {
    return attempt([&] {
        SQLite::Transaction transaction(*parts_->connection, SQLite::TransactionBehavior::IMMEDIATE);
        for (const Entry& entry : entries) {
            if (const auto* calibration = std::get_if<ports::CalibrationRecord>(&entry)) {
                parts_->frames.add(*calibration);
                continue;
            }
            const auto& commit = std::get<ports::Commit>(entry);
            parts_->frames.add(commit.frame);
            for (const ports::Projection& projection : commit.projections) parts_->projections.apply(projection);
        }
        transaction.commit();
    });
}

base::Result<ports::StoredState, base::Error> Database::load() {
    return as_error(attempt([&] { return load_state(*parts_->connection); }));
}

base::Result<std::vector<ports::CalibrationRecord>, base::Error> Database::calibrations() {
    return as_error(attempt([&] { return read_calibrations(*parts_->connection); }));
}

base::Result<std::vector<ports::Frame>, base::Error> Database::frames(std::int64_t after, std::size_t limit) {
    return as_error(attempt([&] { return parts_->frames.page(after, limit); }));
}

base::Result<void, base::Error> Database::rebuild(const Replay& replay) {
    return as_error(attempt([&] {
        SQLite::Transaction transaction(*parts_->connection, SQLite::TransactionBehavior::IMMEDIATE);
        parts_->projections.clear();
        std::int64_t last = 0;
        for (auto page = parts_->frames.page(last, kRebuildPage); !page.empty();
             page = parts_->frames.page(last, kRebuildPage)) {
            for (const ports::Frame& frame : page) {
                for (const ports::Projection& projection : replay(frame)) parts_->projections.apply(projection);
            }
            last = page.back().id;
        }
        transaction.commit();
    }));
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

base::Result<void, Fault> Database::optimize() {
    return attempt([&] {
        // A sample of each index is enough, and keeps the writer from reading a large table through.
        parts_->connection->exec("PRAGMA analysis_limit = 400; PRAGMA optimize");
    });
}

}  // namespace millrace::store
