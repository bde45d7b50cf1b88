#include "detect/flow_runs.h"

#include <algorithm>

#include "base/flow_rate.h"

namespace millrace::detect {
namespace {

using base::Milliseconds;
using base::WallTime;

// A message of the sensor holds some 20 s of water; when it is lost, the total makes up for it afterwards.
constexpr Milliseconds kLostMessage{25'000};
constexpr Milliseconds kUnseen{120'000};
// Nothing goes on through a month without water.
constexpr Milliseconds kForgotten{31LL * 86'400'000};
// Readings come in batches of some 20 s and through a bridge: water may have run that nobody has told of yet.
constexpr Milliseconds kReportedWithin{45'000};

std::int64_t falls_behind(std::size_t level, Milliseconds time) {
    return base::volume_of(rate_of(level), time).microlitres;
}

// Whether what came in one entry for a longer time may be the same water: about as much as ran before. Else it may as
// well be the beginning of something large, after a rest.
bool goes_on(const Run& run, const WaterStep& step) {
    constexpr std::int64_t kLeastShare = 4;
    const std::int64_t run_ms = std::max<std::int64_t>(1, (run.until - run.since).count());
    const std::int64_t step_ms = std::max<std::int64_t>(1, step.length().count());
    return step.volume.microlitres / step_ms * kLeastShare >= run.volume.microlitres / run_ms;
}

}  // namespace

Milliseconds longest_pause(std::size_t level, base::VolumePerPeak per_peak) {
    return kLostMessage + Milliseconds{per_peak.microlitres * 1'500 / rate_of(level).microlitres_per_second};
}

std::int64_t FlowRuns::slack(std::size_t level) const {
    return per_peak_.microlitres * 3 / 2 + falls_behind(level, kLostMessage);
}

FlowRuns::Ended FlowRuns::add(const WaterStep& step, base::VolumePerPeak per_peak, Excuse excuse, int local_minute) {
    per_peak_ = per_peak;
    // Of a long time that nobody saw it is not known whether the water rested: it speaks neither for nor against a
    // leak.
    const bool seen = !(step.spread && step.length() > kUnseen);
    Ended ended;
    for (std::size_t level = 0; level < kRates; ++level) {
        std::optional<Run>& run = runs_[level];
        if (run && !keep_up(*run, level, step)) {
            ended.emplace_back(level, *run);
            run.reset();
        }
        // Of water that came over a longer time nobody knows when it began.
        if (!run) {
            run.emplace();
            run->since = run->until = step.spread ? step.to : step.from;
            // What swells is as old as it is: a burst's beginning counts, not that of its fullest part.
            run->began_minute = level > kBurstLevel ? runs_[level - 1]->began_minute : local_minute;
        }
        const WallTime until = std::max(run->until, step.to);
        run->volume += step.volume;
        const bool excused = excuse == Excuse::All || (excuse == Excuse::Sprinklers && level < kBurstLevel);
        if (excused || !seen) {
            run->excused += until - run->until;
            run->excused_volume += step.volume;
        }
        run->until = until;
    }
    return ended;
}

// Brings how far the run is behind up to date; false when it is too far.
bool FlowRuns::keep_up(Run& run, std::size_t level, const WaterStep& step) const {
    if (step.to - run.until > kForgotten) return false;
    if (step.spread && !run.was_over && !goes_on(run, step)) return false;
    // Without water until the step began; then it runs evenly.
    const Milliseconds dry = step.spread ? Milliseconds{0} : std::max(Milliseconds{0}, step.from - run.until);
    const Milliseconds passed = std::max(Milliseconds{0}, step.to - run.until);
    const std::int64_t behind = run.behind_ul + falls_behind(level, passed) - step.volume.microlitres;
    if (run.behind_ul + falls_behind(level, dry) > slack(level) || behind > slack(level)) return false;
    run.behind_ul = std::max<std::int64_t>(0, behind);
    return true;
}

bool FlowRuns::end_over() {
    bool any = false;
    for (std::optional<Run>& run : runs_) {
        if (!run || !run->was_over) continue;
        run.reset();
        any = true;
    }
    return any;
}

const Run* FlowRuns::run(std::size_t level, WallTime now) const {
    const std::optional<Run>& run = runs_[level];
    if (!run) return nullptr;
    const Milliseconds quiet = std::max(Milliseconds{0}, now - run->until - kReportedWithin);
    if (quiet > kForgotten) return nullptr;
    return run->behind_ul + falls_behind(level, quiet) > slack(level) ? nullptr : &*run;
}

void LongestRuns::note_day(std::int64_t day) {
    if (!days_.empty() && days_.back().day >= day) return;
    days_.push_back({day, {}});
    while (days_.front().day <= day - kDays) days_.pop_front();
}

void LongestRuns::add(std::size_t level, std::int64_t day, PartOfDay part, Milliseconds length) {
    if (days_.empty()) note_day(day);
    // Where clocks have been put forward since, the day may be one that was not noted.
    const auto held = std::find_if(days_.rbegin(), days_.rend(), [day](const Day& each) { return each.day <= day; });
    if (held == days_.rend()) return;
    Milliseconds& longest = held->longest[static_cast<std::size_t>(part)][level];
    longest = std::max(longest, length);
}

Milliseconds LongestRuns::longest(std::size_t level, PartOfDay part) const {
    Milliseconds longest{0};
    for (const Day& day : days_) longest = std::max(longest, day.longest[static_cast<std::size_t>(part)][level]);
    return longest;
}

}  // namespace millrace::detect
