// What a leak puck tells, and what may be wrong with it: findings from what was heard of it.
//
// Nothing is remembered here but by the caller. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "detect/finding.h"
#include "ports/live.h"

namespace millrace::hub {

// A puck, as it looks from here.
struct PuckSight {
    ports::LivePuck live;
    base::Milliseconds unheard{0};                         // how long an adapter listened since it was last heard
    std::optional<base::WallTime> battery_low_since = {};  // an alarm tells of it already
};

// Pucks that speak by the clock do so at least every few minutes, those that wait for something to happen every some
// hours to show that they live. A day without a word is long for both.
inline constexpr base::Seconds kPuckSilentAfter{86'400};
inline constexpr std::int64_t kPuckBatteryLowPercent = 15;
// Cells recover a little when they rest.
inline constexpr std::int64_t kPuckBatteryHysteresisPercent = 5;

// "Under the sink, kitchen".
[[nodiscard]] std::string place_of(const ports::LiveAdvertised& says);

// Only what holds.
[[nodiscard]] std::vector<detect::Finding> puck_findings(const PuckSight& puck, base::WallTime now);

}  // namespace millrace::hub
