// Questions about the past, on a real file with ten years of a reading a minute: 5.3 million, and the water of each
// quarter of an hour. Each is asked as the page asks it, up to the text of the answer. Warm: asked again and again.
#include <benchmark/benchmark.h>

#include <memory>
#include <random>
#include <string>

#include <SQLiteCpp/SQLiteCpp.h>

#include "api/readings.h"
#include "api/usage.h"
#include "bench/folder.h"
#include "sql/sqlite.h"
#include "store/database.h"
#include "store/reading_query.h"
#include "store/usage_query.h"

namespace {

using namespace millrace;

const base::DeviceId kSensor = base::DeviceId::parse("5F3A00112233AABB").value();
constexpr std::int64_t kStart = 1'420'095'600;  // 2015-01-01 in Denver
constexpr std::int64_t kDays = 10 * 365;
constexpr std::int64_t kMinutes = kDays * 1'440;

// Water runs in every minute: more rows than any house has.
struct TenYears {
    TenYears() {
        { static_cast<void>(store::Database::open({folder.path}).value()); }
        SQLite::Database file(folder.path + "/millrace.db", SQLite::OPEN_READWRITE);
        const auto rows = [](std::int64_t count) {
            return "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < " +
                   std::to_string(count) + ") INSERT INTO ";
        };
        const std::string start = std::to_string(kStart);
        file.exec("PRAGMA synchronous = OFF");
        file.exec(
            "BEGIN; INSERT INTO device_numbers VALUES (1, '5F3A00112233AABB');"
            "INSERT INTO calibrations VALUES (1, '5F3A00112233AABB', 1500000000000, 31000, 1, 1, 0, '');"
            "INSERT INTO calibrations VALUES (2, '5F3A00112233AABB', 1600000000000, 32000, 1, 1, 0, '');"
            "INSERT INTO series VALUES (1, 1, 0);" +
            rows(kMinutes / 15) + "quarter_usage SELECT 1, " + start + " + 900 * i, 15 FROM n;" + rows(kMinutes) +
            "readings SELECT 1, 1000 * (" + start + " + 60 * i), i + 1, 1, 1000 * (" + start +
            " + 60 * i + 2), 0, 1, 1, i FROM n; COMMIT");
        connection = sql::Sqlite::open_for_reading(folder.path + "/millrace.db");  // as the daemon's readers have it
    }
    bench::Folder folder;
    std::unique_ptr<sql::Connection> connection;
};

TenYears& ten_years() {
    static TenYears years;
    return years;
}

// The last `days`.
void usage(benchmark::State& state, base::CalendarUnit bucket, std::int64_t days) {
    const sql::Connection& connection = *ten_years().connection;
    api::UsageView view;
    view.sensor = kSensor;
    view.to = base::from_unix_s(kStart + kDays * 86'400);
    view.from = base::from_unix_s(kStart + (kDays - days) * 86'400);
    view.bucket = bucket;
    view.zone = base::TimeZone::load("America/Denver").value();
    std::size_t buckets = 0;
    std::size_t bytes = 0;
    for (auto _ : state) {
        const auto answer = store::read_usage(connection, {kSensor, view.from, view.to, bucket, view.zone}).value();
        buckets = answer.buckets.size();
        bytes = api::usage_document(answer, view).size();
    }
    state.counters["buckets"] = static_cast<double>(buckets);
    state.counters["bytes"] = static_cast<double>(bytes);
}
using base::CalendarUnit;
BENCHMARK_CAPTURE(usage, minutes_of_a_day, CalendarUnit::Minute, 1)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(usage, hours_of_a_week, CalendarUnit::Hour, 7)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(usage, days_of_a_month, CalendarUnit::Day, 31)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(usage, hours_of_a_year, CalendarUnit::Hour, 365)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(usage, days_of_a_year, CalendarUnit::Day, 365)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(usage, days_of_ten_years, CalendarUnit::Day, kDays)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(usage, weeks_of_ten_years, CalendarUnit::Week, kDays)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(usage, months_of_ten_years, CalendarUnit::Month, kDays)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(usage, years_of_ten_years, CalendarUnit::Year, kDays)->Unit(benchmark::kMillisecond);

void readings_page(benchmark::State& state) {
    const sql::Connection& connection = *ten_years().connection;
    std::mt19937 random(1);
    for (auto _ : state) {
        const std::int64_t from = kStart + static_cast<std::int64_t>(random() % 300'000'000);
        const auto page = store::read_readings(
            connection, {kSensor, base::from_unix_s(from), base::from_unix_s(from + 86'400), 1'000, {}});
        benchmark::DoNotOptimize(page.value().readings.data());
    }
}
BENCHMARK(readings_page)->Name("readings/page_of_1000")->Unit(benchmark::kMicrosecond);

}  // namespace
