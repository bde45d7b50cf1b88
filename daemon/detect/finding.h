// What a rule has to say at a moment, in numbers: what, since when, how much, against which limit, learned from what.
//
// Values only; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "base/units.h"
#include "detect/rule.h"

namespace millrace::detect {

// What is compared with a limit, and in which unit `observed` and `limit` are given.
enum class Measure : std::uint8_t {
    Duration = 1,  // milliseconds
    Flow = 2,      // microlitres a second
    Amount = 3,    // microlitres
    Count = 4,
    Millivolts = 5,
    None = 6,     // it happened, there is nothing to compare
    Percent = 7,  // of a battery's charge
};

enum class LimitSource : std::uint8_t {
    Fallback = 1,  // the same in every house, until this one is known
    Learned = 2,   // from this house
    Owner = 3,     // set by the owner
    Floor = 4,     // the house would allow less; plumbing sense does not
};

struct Finding {
    Rule rule = Rule::ContinuousFlow;
    Severity severity = Severity::Warning;
    base::WallTime since;     // when what it tells of began
    base::WallTime at;        // the newest evidence
    base::Volume volume;      // since then; 0 where `has_volume` says no
    base::FlowRate rate;      // mean since then
    base::FlowRate at_least;  // the flow that was never fallen short of; 0 where that is not the question
    Measure measure = Measure::Duration;
    std::int64_t observed = 0;
    std::int64_t limit = 0;
    LimitSource source = LimitSource::Fallback;
    std::int64_t usual = 0;  // the most this house showed without a leak, in the measure's unit; 0: not known
    int learned_days = 0;    // over how many days
    std::string detail;      // what numbers cannot say: the text of a device's event, where a leak puck lies

    // A finding that does not hold yet is pending: on its way to its limit. A battery is the one thing that falls. Of a
    // budget one is told from three quarters of it on, while something can still be done.
    [[nodiscard]] bool holds() const {
        if (measure == Measure::Millivolts || measure == Measure::Percent) return observed <= limit;
        if (is_budget(rule)) return observed >= limit - limit / 4;
        return measure == Measure::None || observed >= limit;
    }

    bool operator==(const Finding&) const = default;
};

}  // namespace millrace::detect
