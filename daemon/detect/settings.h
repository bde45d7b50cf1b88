// What the owner may set for the rules. Plain values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "detect/rule.h"

namespace millrace::detect {

enum class Mode : std::uint8_t { Home = 1, Away = 2, Vacation = 3 };

[[nodiscard]] std::string_view name(Mode mode);  // "home", "away", "vacation"
[[nodiscard]] std::optional<Mode> mode_by_name(std::string_view name);

// A span of the week in local time, over midnight when `to` is not after `from`.
struct WeekWindow {
    std::uint8_t days = 0x7f;  // bit 0: Monday … bit 6: Sunday; the day on which it begins
    int from_minute = 0;       // of the day, 0 to 1439
    int to_minute = 0;

    bool operator==(const WeekWindow&) const = default;
};

[[nodiscard]] bool holds(const WeekWindow& window, base::WallTime now, base::Seconds utc_offset);

struct ModeWindow {
    Mode mode = Mode::Away;
    WeekWindow when;

    bool operator==(const ModeWindow&) const = default;
};

struct Settings {
    // Limits that replace what is learned; unset: learned, with a fall-back until then.
    std::optional<base::FlowRate> burst_rate;  // this much or more ...
    std::optional<base::Seconds> burst_after;  // ... for this long is a burst
    std::optional<base::Seconds> continuous_after;
    base::Seconds away_after{60};             // of water while nobody is at home
    std::vector<Rule> off;                    // rules that are not to raise anything
    std::vector<WeekWindow> irrigation;       // when the sprinklers run, by hand
    std::vector<ModeWindow> modes;            // the mode by the week's clock
    base::Seconds sensor_silent_after{3600};  // a healthy sensor reports every ten minutes
    base::Seconds bridge_offline_after{300};  // five of its keep-alives and a reconnect
    std::int64_t battery_low_mv = 2'500;      // of two fresh alkaline cells' 3,100
    // What one sensor's meter may pass in a local day, week (from Monday) and month; unset: as much as it likes.
    std::optional<base::Volume> budget_day;
    std::optional<base::Volume> budget_week;
    std::optional<base::Volume> budget_month;

    bool operator==(const Settings&) const = default;
};

// What holds while a sensor's water is judged.
struct Context {
    const Settings& settings;
    Mode mode = Mode::Home;
    base::Seconds utc_offset{0};     // of the site, now
    bool irrigation_active = false;  // somebody said so: the API, Home Assistant
};

}  // namespace millrace::detect
