// What may be wrong with the sensor, its bridge and the way between them: findings from what was seen of them.
//
// Each rule looks at what is known now and says what holds; nothing is remembered here. Pure; any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "detect/finding.h"
#include "detect/settings.h"

namespace millrace::hub {

// A device said that something happened.
struct Report {
    base::WallTime at;        // by its own clock
    base::WallTime received;  // when we heard of it
    std::string detail;

    bool operator==(const Report&) const = default;
};

// A sensor, as it looks from here.
struct SensorSight {
    std::optional<base::WallTime> last_seen;
    bool gone = false;              // was not heard for long before the daemon started
    base::Milliseconds unheard{0};  // how long its bridge was connected since it was last heard
    std::optional<std::int64_t> battery_mv;
    std::optional<base::WallTime> battery_low_since;  // an alarm tells of it already
    std::optional<Report> battery_dead;
    std::optional<Report> moved;
    std::optional<Report> erased;
    std::string place;                     // of a meter without a bridge, as its owner calls it
    std::deque<base::WallTime> clockless;  // when messages without a time of their own came, oldest first
};

struct BridgeSight {
    bool connected = false;
    std::optional<base::WallTime> last_seen;
    std::optional<base::WallTime> offline_since;  // as far as this run knows; an older alarm's word counts too
    std::optional<Report> radio_lost;
};

// A healthy sensor reports every ten minutes: while its bridge was connected for less than twice that, nothing can be
// said about its silence.
inline constexpr base::Seconds kHeardWithin{20 * 60};
// What was not heard for this long when the daemon started is no longer in the house.
inline constexpr base::Seconds kGoneAfter{30 * 86'400};
// How long an event that has no end stays an alarm.
inline constexpr base::Seconds kEventHolds{86'400};
// Cells recover a little when they rest, and in the sun.
inline constexpr std::int64_t kBatteryHysteresisMv = 50;
// By this much over the limit they are new ones.
inline constexpr std::int64_t kBatteryRenewedMv = 300;
// A bridge that starts sends a few messages before it is told the time.
inline constexpr std::int64_t kClocklessMessages = 10;
inline constexpr base::Seconds kClocklessWithin{3600};

// Only what holds.
[[nodiscard]] std::vector<detect::Finding> sensor_findings(const SensorSight& sensor, const detect::Settings& settings,
                                                           base::WallTime now);
[[nodiscard]] std::vector<detect::Finding> bridge_findings(const BridgeSight& bridge, const detect::Settings& settings,
                                                           base::WallTime now);

// A message without a time of its own came.
void note_clockless(SensorSight& sensor, base::WallTime now);

// What a device's event says beyond its type, fit to be shown: bounded, and without control characters.
[[nodiscard]] std::string shown_detail(std::string_view extra);

}  // namespace millrace::hub
