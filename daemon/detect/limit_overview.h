// How long water may run at each rate, and the house's own runs that say so: for people who ask why it is two hours.
//
// Values only; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "detect/flow_runs.h"
#include "detect/limits.h"

namespace millrace::detect {

// Of the runs that begin in one part of the day.
struct PartLimit {
    RunLimit limit;  // of a run that takes no more than the rate
    // Sprinklers that nobody has told of begin before people get up: what takes more than a rate may run for longer.
    struct Sprinklers {
        base::FlowRate mean_at_least;
        RunLimit limit;
        bool operator==(const Sprinklers&) const = default;
    };
    std::vector<Sprinklers> sprinklers;  // rising; of a run the last that it reaches holds
    // The run under way, with the limit for what it has taken so far.
    struct Running {
        base::WallTime since;
        base::Milliseconds length{0};
        RunLimit limit;
        bool operator==(const Running&) const = default;
    };
    std::optional<Running> running;
    std::vector<base::Milliseconds> longest;  // on each of LimitOverview::days; 0: none ended on it

    bool operator==(const PartLimit&) const = default;
};

struct LimitOverview {
    std::vector<std::int64_t> days;  // since 1970, of local time: those with water, oldest first
    std::array<std::array<PartLimit, kPartsOfDay>, kRates> at;  // by level (rate_of), then by PartOfDay

    bool operator==(const LimitOverview&) const = default;
};

}  // namespace millrace::detect
