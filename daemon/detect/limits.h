// How long water may run at a rate before it is an alarm: what any plumber would say, and what this house taught.
//
// Pure; any thread.
#pragma once

#include <cstddef>

#include "base/time.h"
#include "detect/finding.h"
#include "detect/flow_runs.h"
#include "detect/settings.h"

namespace millrace::detect {

struct RunLimit {
    base::Milliseconds length{0};
    LimitSource source = LimitSource::Fallback;
    base::Milliseconds usual{0};  // the longest of this house; 0: not known
};

// For a run at this level that began at dawn or not, with this mean flow so far.
[[nodiscard]] RunLimit run_limit(std::size_t level, const Run& run, base::VolumePerPeak per_peak,
                                 const LongestRuns& longest, const Settings& settings);

// Whether sprinklers may begin at this local time: from midnight to nine.
[[nodiscard]] bool is_dawn(base::WallTime time, base::Seconds utc_offset);

// From this level on (4.7 gallons a minute) a run is a burst's.
inline constexpr std::size_t kBurstLevel = 11;
// Learned limits hold after this many days; until then the fall-back.
inline constexpr int kDaysToLearn = 10;

}  // namespace millrace::detect
