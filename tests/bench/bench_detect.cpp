// Leak detection: how fast a house's past is judged, and what a thousand live sensors cost.
#include <benchmark/benchmark.h>

#include "detect/sensor_detector.h"
#include "unit/detect/house.h"

namespace millrace::detect {
namespace {

constexpr int kDays = 28;

const House& four_weeks() {
    static House house;
    if (house.readings.empty()) house.usual_days(kDays);
    return house;
}

// Every reading of four weeks judged as it comes, as the daemon does: its rate is years of a household per second.
void judge_the_past(benchmark::State& state) {
    const House& house = four_weeks();
    const Context context = house.context();
    for (auto _ : state) {
        SensorDetector detector;
        for (const meter::Reading& reading : house.readings) {
            detector.apply(reading, kFineMeter, context);
            benchmark::DoNotOptimize(detector.judge(reading.time, context));
        }
    }
    state.counters["years_per_second"] =
        benchmark::Counter(static_cast<double>(state.iterations()) * kDays / 365.25, benchmark::Counter::kIsRate);
}
BENCHMARK(judge_the_past)->Name("detect/past")->Unit(benchmark::kMillisecond);

// What a second of a thousand sensors takes: one judgement each, water running in all of them.
void judge_a_thousand(benchmark::State& state) {
    constexpr int kSensors = 1'000;
    House house;
    house.usual_days(1);
    std::vector<SensorDetector> detectors(kSensors);
    for (SensorDetector& detector : detectors) {
        for (const meter::Reading& reading : house.readings) detector.apply(reading, kFineMeter, house.context());
    }
    meter::Reading next = house.readings.back();
    for (auto _ : state) {
        next.time += base::Seconds{5};
        for (SensorDetector& detector : detectors) {
            // A reading every five seconds is what a running tap gives.
            detector.apply(next, kFineMeter, house.context());
            for (int second = 0; second < 5; ++second) {
                benchmark::DoNotOptimize(detector.judge(next.time + base::Seconds{second}, house.context()));
            }
        }
    }
    state.counters["share_of_a_core"] = benchmark::Counter(static_cast<double>(state.iterations()) * 5,
                                                           benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(judge_a_thousand)->Name("detect/thousand_sensors")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace millrace::detect
