// A store in a directory of its own, and short ways to make what goes into it.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "ports/records.h"
#include "sql/postgres.h"
#include "sql/sqlite.h"
#include "sql/statement.h"
#include "store/database.h"

namespace millrace::store::test {

// With a file in it, or beside a schema of its own on the PostgreSQL server that MILLRACE_TEST_POSTGRES names: the same
// tests run with both (tests/support/with_postgres).
class TempDir {
public:
    TempDir() {
        std::string name = std::filesystem::temp_directory_path() / "millrace-store-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = name;
        if (const char* server = std::getenv("MILLRACE_TEST_POSTGRES")) {
            static int made = 0;
            server_ = server;
            schema_ = "t" + std::to_string(::getpid()) + "_" + std::to_string(++made);
            sql::Postgres::connect(server_)->execute("CREATE SCHEMA " + schema_);
        }
    }
    ~TempDir() {
        if (on_server()) sql::Postgres::connect(server_)->execute("DROP SCHEMA " + schema_ + " CASCADE");
        std::error_code error;
        std::filesystem::remove_all(path_, error);
    }
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    [[nodiscard]] std::string path() const { return path_; }
    [[nodiscard]] std::string state_dir() const { return path_ + "/state"; }
    [[nodiscard]] bool on_server() const { return !server_.empty(); }
    // The file's path, or the schema's address.
    [[nodiscard]] std::string database() const {
        return on_server() ? server_ + "&options=-csearch_path%3D" + schema_ : state_dir() + "/millrace.db";
    }
    [[nodiscard]] Settings settings() const {
        Settings settings;
        settings.state_dir = state_dir();
        if (on_server()) settings.server = database();
        return settings;
    }

private:
    std::string path_;
    std::string server_;
    std::string schema_;
};

// The permission bits of a file; 0: there is none.
inline unsigned mode_of(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 0777 : 0;
}

// As another program has it.
inline std::unique_ptr<sql::Connection> edit(const TempDir& dir) {
    if (dir.on_server()) return sql::Postgres::connect(dir.database());
    return sql::Sqlite::open_for_writing(dir.database());
}

inline Database open_store(const TempDir& dir, OpenOptions options = {}) {
    auto database = Database::open(dir.settings(), options);
    if (!database) throw std::runtime_error(database.error().message);
    return std::move(*database);
}

class FakeClock final : public base::Clock {
public:
    [[nodiscard]] base::WallTime wall_now() const override {
        const std::lock_guard lock(mutex_);
        return wall_;
    }
    [[nodiscard]] base::SteadyTime steady_now() const override {
        const std::lock_guard lock(mutex_);
        return now_;
    }
    void advance(base::Seconds by) {
        const std::lock_guard lock(mutex_);
        now_ += by;
    }
    void set_wall(base::WallTime wall) {
        const std::lock_guard lock(mutex_);
        wall_ = wall;
    }

private:
    mutable std::mutex mutex_;
    base::SteadyTime now_{};
    base::WallTime wall_ = base::from_unix_s(1'700'000'000);
};

// Stands in for the loop: keeps what is posted until the test's thread runs it.
class FakeLoop {
public:
    std::function<void(std::function<void()>)> post() {
        return [this](std::function<void()> function) {
            const std::lock_guard lock(mutex_);
            posted_.push_back(std::move(function));
            ++posts_;
            came_.notify_all();
        };
    }

    // Runs what is posted until `done` says so; a minute without it means that it will not come.
    template <typename Done>
    [[nodiscard]] bool run_until(Done done) {
        while (!done()) {
            std::unique_lock lock(mutex_);
            if (!came_.wait_for(lock, std::chrono::minutes{1}, [this] { return !posted_.empty(); })) return false;
            auto function = std::move(posted_.front());
            posted_.pop_front();
            lock.unlock();
            function();
        }
        return true;
    }

    void run_posted() {
        std::deque<std::function<void()>> posted;
        {
            const std::lock_guard lock(mutex_);
            posted.swap(posted_);
        }
        for (const auto& function : posted) function();
    }

    [[nodiscard]] std::size_t posts() const {
        const std::lock_guard lock(mutex_);
        return posts_;
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable came_;
    std::deque<std::function<void()>> posted_;
    std::size_t posts_ = 0;
};

inline base::DeviceId device(const char* text) {
    return base::DeviceId::parse(text).value();
}
inline const base::DeviceId kSensor = device("5F3A00112233AABB");
inline const base::DeviceId kBridge = device("b41d9e0000c0ffee");

inline base::WallTime at_s(std::int64_t seconds) {
    return base::from_unix_s(seconds);
}

inline meter::Reading reading(std::int64_t time_s, std::int64_t total, std::int64_t series = 1) {
    meter::Reading made;
    made.time = at_s(time_s);
    made.received = at_s(time_s + 2);
    made.series = series;
    made.total = {total};
    made.advance = {1};
    return made;
}

inline ports::ReadingRecord reading_record(std::int64_t time_s, std::int64_t total, std::int64_t series = 1,
                                           std::optional<std::int64_t> base = std::nullopt) {
    return {kSensor, reading(time_s, total, series), base ? std::optional(base::PeakCount{*base}) : std::nullopt};
}

inline ports::Frame frame(std::int64_t id) {
    ports::Frame made;
    made.id = id;
    made.received = base::from_unix_ms(1'700'000'000'123 + id);
    made.direction = id % 2 == 0 ? base::Direction::ToBridge : base::Direction::ToCloud;
    made.bridge = kBridge;
    made.qos = 1;
    made.dup = id % 3 == 0;
    made.topic = "2/1/12/5F3A00112233AABB/1700000000";
    made.payload = {0x00, 0xff, static_cast<std::uint8_t>(id)};
    return made;
}

inline Entry commit(std::int64_t id, std::vector<ports::Projection> projections = {}) {
    return ports::Commit{frame(id), std::move(projections)};
}

inline void append(Database& database, std::vector<Entry> entries) {
    const auto appended = database.append(entries);
    if (!appended) throw std::runtime_error(appended.error().message);
}

inline std::vector<std::string> dump(Database& database) {
    std::vector<std::string> lines;
    const auto dumped = database.dump_projections([&lines](std::string_view line) { lines.emplace_back(line); });
    if (!dumped) throw std::runtime_error(dumped.error().message);
    return lines;
}

// The lines of one table.
inline std::vector<std::string> dump(Database& database, const std::string& table) {
    std::vector<std::string> lines;
    for (std::string& line : dump(database)) {
        if (line.starts_with(table + ' ')) lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace millrace::store::test
