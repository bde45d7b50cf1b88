// The store on a real file: commits made durable together.
#include <benchmark/benchmark.h>

#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/system_clock.h"
#include "bench/folder.h"
#include "store/writer.h"

namespace {

using namespace millrace;
using bench::Folder;

const base::DeviceId kSensor = base::DeviceId::parse("5F3A00112233AABB").value();
constexpr std::int64_t kStart = 1'420'070'400;  // 2015-01-01

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

}  // namespace
