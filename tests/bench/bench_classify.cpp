// Telling what used the water: what one use costs in a house that remembers four weeks.
#include <benchmark/benchmark.h>

#include "classify/classifier.h"
#include "unit/classify/uses.h"

namespace millrace::classify {
namespace {

// A family's: some 150 uses a day.
void tell_a_use(benchmark::State& state) {
    Classifier classifier;
    std::int64_t unix_s = kMonday;
    const auto next = [&unix_s] {
        unix_s += 576;
        const std::int64_t turn = unix_s / 576 % 11;
        return turn == 0  ? use_of(unix_s, 50, 400)
               : turn < 4 ? use_of(unix_s, 9, 60)
                          : use_of(unix_s, 0.3 + 0.2 * static_cast<double>(turn), 20);
    };
    for (int i = 0; i < 28 * 150; ++i) benchmark::DoNotOptimize(classifier.add(next(), kPeak, kUtc));
    for (auto _ : state) benchmark::DoNotOptimize(classifier.add(next(), kPeak, kUtc));
}
BENCHMARK(tell_a_use)->Name("classify/use")->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace millrace::classify
