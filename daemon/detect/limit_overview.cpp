#include "detect/limit_overview.h"

#include "base/flow_rate.h"
#include "detect/sensor_state.h"

namespace millrace::detect {
namespace {

using base::FlowRate;
using base::Milliseconds;

// A minute of the day in each part.
constexpr std::array<int, kPartsOfDay> kMinuteIn{0, 5 * 60, 12 * 60};
static_assert(part_of_day(kMinuteIn[0]) == PartOfDay::Night);
static_assert(part_of_day(kMinuteIn[1]) == PartOfDay::Morning);
static_assert(part_of_day(kMinuteIn[2]) == PartOfDay::Day);

// A run as it may be: an hour at this flow.
RunLimit limit_at(const SensorDetector::State& s, std::size_t level, FlowRate mean, PartOfDay part,
                  const Settings& settings) {
    Run run;
    run.until = run.since + Milliseconds{3'600'000};
    run.volume = base::volume_of(mean, run.length());
    run.began_minute = kMinuteIn[static_cast<std::size_t>(part)];
    return run_limit(level, run, s.per_peak, s.longest, settings);
}

PartLimit part_limit(const SensorDetector::State& s, std::size_t level, PartOfDay part, const Settings& settings) {
    PartLimit of;
    of.limit = limit_at(s, level, rate_of(level), part, settings);
    Milliseconds longest = of.limit.length;
    for (const std::int64_t mean : {kDripZoneTakes, kSprinklersTake}) {
        if (FlowRate{mean} <= rate_of(level)) continue;
        const RunLimit limit = limit_at(s, level, {mean}, part, settings);
        if (limit.length <= longest) continue;
        longest = limit.length;
        of.sprinklers.push_back({{mean}, limit});
    }
    for (const LongestRuns::Day& day : s.longest.all()) {
        of.longest.push_back(day.longest[static_cast<std::size_t>(part)][level]);
    }
    return of;
}

}  // namespace

LimitOverview SensorDetector::limits(base::WallTime now, const Context& context) const {
    const State& s = *state_;
    LimitOverview overview;
    for (const LongestRuns::Day& day : s.longest.all()) overview.days.push_back(day.day);
    for (std::size_t level = 0; level < kRates; ++level) {
        for (const PartOfDay part : {PartOfDay::Night, PartOfDay::Morning, PartOfDay::Day}) {
            overview.at[level][static_cast<std::size_t>(part)] = part_limit(s, level, part, context.settings);
        }
        const Run* run = s.runs.run(level, now);
        if (run == nullptr) continue;
        // A run may fall behind for half a minute before it ends. Water that takes less all the time is none.
        if (base::mean_flow(run->volume, run->until - run->since) < rate_of(level)) continue;
        overview.at[level][static_cast<std::size_t>(part_of_day(run->began_minute))].running = PartLimit::Running{
            run->since, run->length(), run_limit(level, *run, s.per_peak, s.longest, context.settings)};
    }
    return overview;
}

}  // namespace millrace::detect
