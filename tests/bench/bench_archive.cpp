// A household's archive: how fast it is rebuilt, how long commits take meanwhile, and what years of it weigh.
//
// A made-up household: its bridge sends a sealed samples message every other minute and now and then a heartbeat echo
// or a state report; the server answers with heartbeats. That is some 300,000 frames and 500,000 readings a year. Years
// are set by MILLRACE_BENCH_YEARS; a tenth of one otherwise, so that a run is short.
#include <benchmark/benchmark.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/system_clock.h"
#include "bench/folder.h"
#include "hub/pipeline.h"
#include "message/topic.h"
#include "payload/secretbox.h"
#include "store/reader.h"
#include "store/writer.h"

namespace {

using namespace millrace;
using bench::Folder;

const base::DeviceId kSensor = base::DeviceId::parse("5F3A00112233AABB").value();
const base::DeviceId kBridge = base::DeviceId::parse("b41d9e0000c0ffee").value();
constexpr std::int64_t kStart = 1'420'070'400;  // 2015-01-01
constexpr std::int64_t kYear = 365 * 86'400;
constexpr std::int64_t kFramesPerYear = 300'000;

double years(double otherwise) {
    const char* const set = std::getenv("MILLRACE_BENCH_YEARS");
    return set == nullptr ? otherwise : std::strtod(set, nullptr);
}

payload::KeyRing keys() {
    payload::KeyRing ring;
    ring.set_default(payload::SecretKey::from_bytes(base::Bytes(payload::SecretKey::kBytes, 0x42)).value());
    return ring;
}

// Makes frames one after the other.
class Household {
public:
    explicit Household(std::int64_t last_id = 0) : id_(last_id), total_(1'000 + 10 * last_id) {}

    ports::Frame next() {
        ++id_;
        const std::int64_t now = kStart + id_ * kYear / kFramesPerYear;
        switch (random_() % 10) {
            case 0:
            case 1: return plain(now, base::Direction::ToBridge, 4, R"({"timestamp":)" + std::to_string(now) + "}");
            case 2:
                return sealed(now, 2,
                              R"([{"timestamp":)" + std::to_string(now) + R"(,"value":{"16":-)" +
                                  std::to_string(60 + random_() % 20) + R"(,"32":)" +
                                  std::to_string(2'900 + random_() % 200) + "}}]\n");
            default: return sealed(now, 1, samples(now));
        }
    }

private:
    // 500,000 readings in 210,000 messages: mostly one or two, a shower brings a dozen.
    std::string samples(std::int64_t now) {
        const auto count = static_cast<std::int64_t>(random_() % 10 == 0 ? 12 : 1 + random_() % 2);
        std::string text = "[";
        for (std::int64_t i = 0; i < count; ++i) {
            total_ += 1 + static_cast<std::int64_t>(random_() % 5);
            if (i > 0) text += ',';
            text += R"({"timestamp":)" + std::to_string(now - 5 * (count - i)) + R"(,"value":)" +
                    std::to_string(total_) + "}";
        }
        return text + "]\n";
    }

    ports::Frame sealed(std::int64_t now, std::uint32_t type, const std::string& text) {
        std::array<std::uint8_t, payload::kIvBytes> iv{};
        for (auto& byte : iv) byte = static_cast<std::uint8_t>(random_());
        ports::Frame frame = plain(now, base::Direction::ToCloud, type, "");
        frame.payload = payload::seal(base::as_bytes(text), *ring_.find(kBridge), iv);
        return frame;
    }

    ports::Frame plain(std::int64_t now, base::Direction direction, std::uint32_t type, const std::string& text) {
        ports::Frame frame;
        frame.id = id_;
        frame.received = base::from_unix_ms(1'000 * (now + 2) + id_ % 1'000);
        frame.direction = direction;
        frame.door = ports::Door::Relay;
        frame.bridge = kBridge;
        frame.qos = 1;
        frame.topic = direction == base::Direction::ToCloud
                          ? "2/" + std::to_string(type) + "/12/" + kSensor.str() + "/" + std::to_string(now)
                          : "responses/" + kBridge.str() + "/" + std::to_string(type) + "/2";
        frame.payload.assign(text.begin(), text.end());
        return frame;
    }

    payload::KeyRing ring_ = keys();
    std::mt19937 random_{1};
    std::int64_t id_;
    std::int64_t total_;
};

class Replay final : public store::RebuildJob {
public:
    void restore(const ports::StoredState& baseline) override { pipeline_.restore(baseline); }
    void calibration(const ports::CalibrationRecord&) override {}
    [[nodiscard]] bool opens(const ports::Frame&) const override { return true; }
    [[nodiscard]] store::Replayed replay(const ports::Frame& frame) override {
        hub::Outcome outcome = pipeline_.apply(frame);
        return {std::move(outcome.projections), outcome.understanding != hub::Understanding::NotOpened};
    }

private:
    hub::Pipeline pipeline_{keys()};
};

store::Database open(const std::string& folder) {
    return store::Database::open({folder}).value();
}

// A household's store, made as the daemon makes it but in large batches.
struct Home {
    Home(double of_years, std::string folder)
        : path(std::move(folder)), frames(static_cast<std::int64_t>(of_years * kFramesPerYear)) {
        store::Database database = open(path);
        hub::Pipeline pipeline(keys());
        std::vector<store::Entry> batch;
        for (std::int64_t i = 0; i < frames; ++i) {
            ports::Frame frame = household.next();
            hub::Outcome outcome = pipeline.apply(frame);
            readings += outcome.readings.size();
            batch.emplace_back(ports::Commit{std::move(frame), std::move(outcome.projections)});
            if (batch.size() == 1'000 || i + 1 == frames) {
                if (!database.append(batch)) throw std::runtime_error("append");
                batch.clear();
            }
        }
        if (!database.checkpoint()) throw std::runtime_error("checkpoint");
    }
    [[nodiscard]] double file_bytes() const {
        return static_cast<double>(std::filesystem::file_size(path + "/millrace.db"));
    }
    [[nodiscard]] double years() const { return static_cast<double>(frames) / kFramesPerYear; }

    std::string path;
    Household household;
    std::int64_t frames;
    std::size_t readings = 0;
};

void rebuild(benchmark::State& state) {
    const Folder folder;
    const Home home(years(0.1), folder.path);
    store::Database database = open(home.path);
    double seconds = 0;
    for (auto _ : state) {
        Replay job;
        const base::SystemClock clock;
        const base::SteadyTime before = clock.steady_now();
        if (!database.rebuild(job)) throw std::runtime_error("rebuild");
        seconds += std::chrono::duration<double>(clock.steady_now() - before).count();
    }
    const double per_minute = 60 * home.years() * static_cast<double>(state.iterations()) / seconds;
    state.counters["years_per_minute"] = per_minute;
    state.counters["frames_per_s"] = per_minute * kFramesPerYear / 60;
    state.counters["MB_per_year"] = home.file_bytes() / home.years() / 1e6;
    state.counters["readings_per_year"] = static_cast<double>(home.readings) / home.years();
}
BENCHMARK(rebuild)->Name("archive/rebuild")->Unit(benchmark::kMillisecond)->Iterations(2)->UseRealTime();

// A frame every 20 ms, with or without a rebuild beside it.
void commit_latency(benchmark::State& state) {
    const Folder folder;
    Home home(years(0.1), folder.path);
    const base::SystemClock clock;
    std::mutex mutex;
    std::condition_variable came;
    bool durable = false;
    bool caught_up = false;
    std::vector<double> took;
    for (auto _ : state) {
        const auto post = [&](std::function<void()> function) {
            const std::lock_guard lock(mutex);
            function();
            came.notify_one();
        };
        store::Writer writer(open(home.path), {home.path}, clock, post);
        writer.start();
        const auto start = [&] {
            caught_up = false;
            const auto started =
                writer.start_rebuild(std::make_unique<Replay>(), "measured", [&](auto) { caught_up = true; });
            if (!started) throw std::runtime_error(started.error().message);
        };
        if (state.range(0) != 0) start();
        for (int i = 0; i < 250; ++i) {
            std::unique_lock lock(mutex);
            came.wait_for(lock, std::chrono::milliseconds{20}, [] { return false; });
            durable = false;
            const base::SteadyTime before = clock.steady_now();
            if (!writer.commit(ports::Commit{home.household.next(), {}}, [&](bool) { durable = true; })) break;
            came.wait(lock, [&] { return durable; });
            took.push_back(std::chrono::duration<double, std::milli>(clock.steady_now() - before).count());
            if (state.range(0) != 0 && caught_up) break;
        }
        writer.stop();
    }
    std::sort(took.begin(), took.end());
    state.counters["commits"] = static_cast<double>(took.size());
    state.counters["p50_ms"] = took[took.size() / 2];
    state.counters["p99_ms"] = took[took.size() * 99 / 100];
    state.counters["max_ms"] = took.back();
}
BENCHMARK(commit_latency)->Name("archive/commit_latency/rebuilding")->Arg(0)->Arg(1)->Iterations(1)->UseRealTime();

double resident_mb() {
    std::ifstream status("/proc/self/statm");
    double pages = 0;
    status >> pages >> pages;
    return pages * 4'096 / 1e6;
}

// Memory of a process that opens years of history, appends to it and answers a question about all of them. A child
// makes the history; to be run alone (--benchmark_filter=archive/memory), because what other benchmarks took stays.
void memory(benchmark::State& state) {
    double before = 0;
    double after = 0;
    const Folder folder;
    for (auto _ : state) {
        const pid_t child = ::fork();
        if (child == 0) {
            const Home home(years(0.1), folder.path);
            ::_exit(0);
        }
        int status = 0;
        if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) throw std::runtime_error("child");
        before = resident_mb();
        const base::SystemClock clock;
        std::mutex mutex;
        std::condition_variable came;
        int durable = 0;
        bool answered = false;
        const auto post = [&](std::function<void()> function) {
            const std::lock_guard lock(mutex);
            function();
            came.notify_one();
        };
        store::Database database = open(folder.path);
        Household household(database.load().value().last_frame_id);
        hub::Pipeline pipeline(keys());
        const std::string path = database.shown();
        store::Writer writer(std::move(database), {folder.path}, clock, post);
        store::Reader reader(path, post);
        writer.start();
        reader.start();
        reader.usage(
            {kSensor, base::from_unix_s(kStart), base::from_unix_s(kStart + 10 * kYear), base::CalendarUnit::Day, {}},
            [&](auto) { answered = true; });
        for (int i = 1; i <= 100; ++i) {
            std::unique_lock lock(mutex);
            ports::Frame frame = household.next();
            hub::Outcome outcome = pipeline.apply(frame);
            if (!writer.commit(ports::Commit{std::move(frame), std::move(outcome.projections)},
                               [&](bool) { ++durable; })) {
                throw std::runtime_error("refused");
            }
            came.wait(lock, [&] { return durable == i; });
        }
        std::unique_lock lock(mutex);
        came.wait(lock, [&] { return answered; });
        after = resident_mb();
        lock.unlock();
        reader.stop();
        writer.stop();
    }
    state.counters["file_MB"] = static_cast<double>(std::filesystem::file_size(folder.path + "/millrace.db")) / 1e6;
    state.counters["resident_MB"] = after;
    state.counters["of_it_store_MB"] = after - before;
}
BENCHMARK(memory)->Name("archive/memory")->Iterations(1)->UseRealTime();

}  // namespace
