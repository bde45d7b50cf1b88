// The store on a real file: commits made durable together, pages of readings, and usage over ten years.
#include <benchmark/benchmark.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/system_clock.h"
#include "store/reading_query.h"
#include "store/usage_query.h"
#include "store/writer.h"

namespace {

using namespace millrace;

const base::DeviceId kSensor = base::DeviceId::parse("5F3A00112233AABB").value();
constexpr std::int64_t kStart = 1'420'070'400;  // 2015-01-01
constexpr std::int64_t kQuarters = 10 * 365 * 96;

class Folder {
public:
    Folder() {
        std::string name = std::filesystem::temp_directory_path() / "millrace-bench-XXXXXX";
        if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path = name;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string path;
};

store::Database open(const Folder& folder) {
    return store::Database::open({folder.path}).value();
}

ports::ReadingRecord reading_record(std::int64_t time_s, std::int64_t total) {
    meter::Reading made;
    made.time = base::from_unix_s(time_s);
    made.received = base::from_unix_s(time_s + 2);
    made.total = {total};
    made.advance = {1};
    return {kSensor, made, base::PeakCount{0}};
}

// What a sample message of eight entries leads to.
ports::Commit household_commit(std::int64_t id) {
    ports::Commit made;
    made.frame.id = id;
    made.frame.received = base::from_unix_s(kStart + 40 * id);
    made.frame.bridge = kSensor;
    made.frame.topic = "2/1/12/5F3A00112233AABB/1785105201";
    made.frame.payload.assign(321, 0x5a);
    for (std::int64_t i = 0; i < 8; ++i) {
        made.projections.emplace_back(reading_record(kStart + 40 * id + 5 * i, 8 * id + i));
    }
    made.projections.emplace_back(ports::MeterRecord{kSensor, {1, {}, {8 * id}, {}, {}}, {id}});
    return made;
}

// `range(0)` commits are in flight at any time.
void commits(benchmark::State& state) {
    const Folder folder;
    const base::SystemClock clock;
    std::mutex mutex;
    std::condition_variable came;
    std::int64_t done = 0;
    store::Writer writer(open(folder), {folder.path}, clock, [&](std::function<void()> function) {
        const std::lock_guard lock(mutex);
        function();
        came.notify_one();
    });
    writer.start();
    std::int64_t id = 0;
    for (auto _ : state) {
        if (!writer.commit(household_commit(++id), [&](bool) { ++done; })) throw std::runtime_error("refused");
        std::unique_lock lock(mutex);
        came.wait(lock, [&] { return id - done < state.range(0); });
    }
    {
        std::unique_lock lock(mutex);
        came.wait(lock, [&] { return id == done; });
    }
    writer.stop();
    state.SetItemsProcessed(state.iterations());
    std::uintmax_t bytes = std::filesystem::file_size(folder.path + "/millrace.db");
    state.counters["bytes_per_commit"] = static_cast<double>(bytes) / static_cast<double>(id);
}
BENCHMARK(commits)->Name("store_commit/in_flight")->Arg(1)->Arg(30)->Arg(1000)->UseRealTime();

// Ten years in which water runs in every quarter of an hour, and a year of readings.
struct TenYears {
    TenYears() {
        { open(folder); }
        SQLite::Database file(folder.path + "/millrace.db", SQLite::OPEN_READWRITE);
        file.exec(
            "BEGIN; INSERT INTO device_numbers VALUES (1, '5F3A00112233AABB');"
            "INSERT INTO calibrations VALUES (1, '5F3A00112233AABB', 1500000000000, 31000, 1, 1, 0, '');"
            "INSERT INTO calibrations VALUES (2, '5F3A00112233AABB', 1600000000000, 32000, 1, 1, 0, '');"
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < " +
            std::to_string(kQuarters) + ") INSERT INTO quarter_usage SELECT 1, " + std::to_string(kStart) +
            " + 900 * i, 1 + i % 40 FROM n;"
            "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < 500000)"
            " INSERT INTO readings SELECT 1, 1000 * (" +
            std::to_string(kStart) + " + 63 * i), i, 1, 1000 * (" + std::to_string(kStart) +
            " + 63 * i + 2), 0, 1, 1, i FROM n; COMMIT");
        connection = std::make_unique<SQLite::Database>(folder.path + "/millrace.db", SQLite::OPEN_READONLY);
        connection->exec("PRAGMA cache_size = -512");
    }
    Folder folder;
    std::unique_ptr<SQLite::Database> connection;
};

TenYears& ten_years() {
    static TenYears years;
    return years;
}

void usage(benchmark::State& state, base::CalendarUnit unit, const char* zone) {
    const SQLite::Database& connection = *ten_years().connection;
    const ports::UsageQuery query{kSensor, base::from_unix_s(kStart), base::from_unix_s(kStart + 900 * (kQuarters - 1)),
                                  unit, base::TimeZone::load(zone).value()};
    std::size_t buckets = 0;
    for (auto _ : state) buckets = store::read_usage(connection, query).value().buckets.size();
    state.counters["buckets"] = static_cast<double>(buckets);
}
BENCHMARK_CAPTURE(usage, months, base::CalendarUnit::Month, "America/Denver")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(usage, days, base::CalendarUnit::Day, "America/Denver")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(usage, hours, base::CalendarUnit::Hour, "America/Denver")->Unit(benchmark::kMillisecond);

void readings_page(benchmark::State& state) {
    const SQLite::Database& connection = *ten_years().connection;
    std::mt19937 random(1);
    for (auto _ : state) {
        const std::int64_t from = kStart + static_cast<std::int64_t>(random() % 30'000'000);
        const auto page = store::read_readings(
            connection, {kSensor, base::from_unix_s(from), base::from_unix_s(from + 86'400), 1'000, {}});
        benchmark::DoNotOptimize(page.value().readings.data());
    }
}
BENCHMARK(readings_page)->Name("readings/page_of_1000")->Unit(benchmark::kMicrosecond);

}  // namespace
