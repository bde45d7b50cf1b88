// How long water may run at a rate before it is an alarm: what any plumber would say, and what this house taught.
//
// Pure; any thread.
#pragma once

#include <cstddef>

#include "base/time.h"
#include "detect/finding.h"
#include "detect/flow_runs.h"
#include "detect/rule.h"
#include "detect/settings.h"

namespace millrace::detect {

struct RunLimit {
    base::Milliseconds length{0};
    LimitSource source = LimitSource::Fallback;
    base::Milliseconds usual{0};  // the longest of this house; 0: not known

    bool operator==(const RunLimit&) const = default;
};

// For a run at this level, by when it began and its mean flow so far.
[[nodiscard]] RunLimit run_limit(std::size_t level, const Run& run, base::VolumePerPeak per_peak,
                                 const LongestRuns& longest, const Settings& settings);

// Of a run that has passed its limit, by its mean flow, whichever rate found it.
[[nodiscard]] Rule rule_of_run(base::FlowRate mean);

[[nodiscard]] int local_minute(base::WallTime time, base::Seconds utc_offset);  // of the day

// Whether sprinklers may begin at this minute of the day.
[[nodiscard]] constexpr bool is_dawn(int minute) {
    return part_of_day(minute) != PartOfDay::Day;
}

// Sprinklers that nobody has told of or seen yet take this much or more: 12 gallons a minute.
inline constexpr std::int64_t kSprinklersTake = 757'000;
// And a drip zone this much: 0.3 gallons a minute.
inline constexpr std::int64_t kDripZoneTakes = 19'000;
// Learned limits hold after this many days; until then the fall-back.
inline constexpr int kDaysToLearn = 14;

}  // namespace millrace::detect
