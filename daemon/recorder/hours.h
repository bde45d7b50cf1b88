// Our hours as Home Assistant's long-term statistics have them, and what of them it does not have yet.
//
// A statistic is a running total: the row of an hour says what had been counted at its end. So a change in the past
// changes every row after it, and comparing rows finds all that has to be sent again. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "ports/history.h"

namespace millrace::recorder {

struct HourSum {
    base::WallTime start;
    double sum = 0;  // in the site's unit
    bool operator==(const HourSum&) const = default;
};

// A running total over windows that come one after the other.
class RunningTotal {
public:
    // `before` is what Home Assistant had counted before our first hour, in the site's unit.
    RunningTotal(base::VolumeUnit unit, double before) : unit_(unit), before_(before) {}

    [[nodiscard]] std::vector<HourSum> add(const std::vector<ports::UsageBucket>& hours);

private:
    base::VolumeUnit unit_;
    double before_;
    base::Volume counted_;  // exact; only what is sent is rounded
};

// Of `ours`, from the first row that is missing or different in `theirs` (ascending both). A few millilitres are no
// difference: what is stored went through decimal text.
[[nodiscard]] std::vector<HourSum> to_import(const std::vector<HourSum>& ours, const std::vector<HourSum>& theirs);

// Tells windows apart whose rows differ.
[[nodiscard]] std::uint64_t digest(std::span<const HourSum> rows);

// The start of the hour of UTC that holds `time`; Home Assistant's hours are those.
[[nodiscard]] base::WallTime hour_of(base::WallTime time);

}  // namespace millrace::recorder
