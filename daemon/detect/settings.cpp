#include "detect/settings.h"

namespace millrace::detect {
namespace {

constexpr int kMinutesPerDay = 1'440;

}  // namespace

std::string_view name(Mode mode) {
    switch (mode) {
        case Mode::Home: return "home";
        case Mode::Away: return "away";
        case Mode::Vacation: return "vacation";
    }
    return "unknown";
}

std::optional<Mode> mode_by_name(std::string_view text) {
    for (const Mode mode : {Mode::Home, Mode::Away, Mode::Vacation}) {
        if (name(mode) == text) return mode;
    }
    return std::nullopt;
}

bool holds(const WeekWindow& window, base::WallTime now, base::Seconds utc_offset) {
    const std::int64_t local_minutes = (base::unix_s(now) + utc_offset.count()) / 60;
    const std::int64_t day = local_minutes / kMinutesPerDay;
    const int minute = static_cast<int>(local_minutes % kMinutesPerDay);
    // 1 January 1970 was a Thursday.
    const auto begins_on = [&](std::int64_t that_day) { return (window.days >> ((that_day + 3) % 7) & 1) != 0; };
    if (window.from_minute < window.to_minute) {
        return begins_on(day) && minute >= window.from_minute && minute < window.to_minute;
    }
    return (begins_on(day) && minute >= window.from_minute) || (begins_on(day - 1) && minute < window.to_minute);
}

}  // namespace millrace::detect
