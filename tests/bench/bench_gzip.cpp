// Compressing a long answer of the API. The loop does it step by step, so what it is held for at a time is the time
// shown here divided by the steps.
#include <benchmark/benchmark.h>

#include <string>

#include "api/gzip.h"
#include "api/usage.h"

namespace {

using namespace millrace;

// A year of hours, as usage answers it; water runs in two of three.
std::string year_of_hours() {
    api::UsageView view;
    view.sensor = base::DeviceId::parse("5F3A00112233AABB").value();
    view.zone = base::TimeZone::load("America/Denver").value();
    view.from = base::from_unix_s(1'735'714'800);
    view.to = base::from_unix_s(1'735'714'800 + 365 * 86'400);
    view.bucket = base::CalendarUnit::Hour;
    ports::UsageAnswer answer;
    for (int hour = 0; hour < 365 * 24; ++hour) {
        const base::WallTime start = base::from_unix_s(1'735'714'800 + hour * 3'600);
        const std::int64_t peaks = hour % 3 == 0 ? 0 : hour * 7'919 % 3'001;
        answer.buckets.push_back(
            {start, base::from_unix_s(1'735'714'800 + (hour + 1) * 3'600), {peaks}, {peaks * 32'933}});
    }
    return api::usage_document(answer, view);
}

void gzip(benchmark::State& state) {
    const std::string plain = year_of_hours();
    std::size_t bytes = 0;
    int steps = 0;
    for (auto _ : state) {
        api::Gzip gzip(plain);
        for (steps = 1; !gzip.step(); ++steps) continue;
        bytes = gzip.take().size();
    }
    state.counters["plain"] = static_cast<double>(plain.size());
    state.counters["packed"] = static_cast<double>(bytes);
    state.counters["steps"] = steps;
}
BENCHMARK(gzip)->Name("gzip/hours_of_a_year")->Unit(benchmark::kMillisecond);

}  // namespace
