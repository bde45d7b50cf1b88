#include "base/time_zone.h"

#include <exception>

#include <date/date.h>
#include <date/tz.h>

namespace millrace::base {
namespace {

using LocalTime = date::local_time<Milliseconds>;

LocalTime floor_local(CalendarUnit unit, LocalTime local) {
    const date::year_month_day day{date::floor<date::days>(local)};
    switch (unit) {
        case CalendarUnit::Hour: return date::floor<std::chrono::hours>(local);
        case CalendarUnit::Day: return date::local_days{day};
        case CalendarUnit::Month: return date::local_days{day.year() / day.month() / 1};
        case CalendarUnit::Year: return date::local_days{day.year() / date::January / 1};
    }
    return local;
}

LocalTime next_local(CalendarUnit unit, LocalTime start) {
    const date::year_month_day day{date::floor<date::days>(start)};
    switch (unit) {
        case CalendarUnit::Hour: return start + std::chrono::hours{1};
        case CalendarUnit::Day: return start + date::days{1};
        case CalendarUnit::Month: return date::local_days{(day.year() / day.month() + date::months{1}) / 1};
        case CalendarUnit::Year: return date::local_days{(day.year() + date::years{1}) / date::January / 1};
    }
    return start;
}

}  // namespace

TimeZone::TimeZone() : zone_(date::locate_zone("Etc/UTC")) {}

Result<TimeZone, Error> TimeZone::load(std::string_view name) {
    try {
        TimeZone zone;
        zone.zone_ = name.empty() ? date::current_zone() : date::locate_zone(name);
        return zone;
    } catch (const std::exception&) {
        if (name.empty()) return TimeZone{};
        return failure(Error{"unknown time zone \"" + std::string(name) +
                             "\": use an IANA name such as \"America/Denver\" (is the package tzdata installed?)"});
    }
}

std::string TimeZone::name() const {
    return zone_->name();
}

Seconds TimeZone::utc_offset(WallTime time) const {
    return zone_->get_info(time).offset;
}

WallTime TimeZone::start_of(CalendarUnit unit, WallTime time) const {
    const Seconds offset = utc_offset(time);
    const LocalTime local{time.time_since_epoch() + offset};
    const LocalTime start = floor_local(unit, local);
    // Real hours are counted from the hour's own offset, so that the doubled hour in autumn is two buckets.
    if (unit == CalendarUnit::Hour) return WallTime{start.time_since_epoch() - offset};
    return zone_->to_sys(start, date::choose::earliest);
}

WallTime TimeZone::next_start(CalendarUnit unit, WallTime time) const {
    const WallTime start = start_of(unit, time);
    if (unit == CalendarUnit::Hour) return start + std::chrono::hours{1};
    // Where clocks go forward at midnight the local start does not exist, and the real start lies later.
    const LocalTime local = floor_local(unit, LocalTime{time.time_since_epoch() + utc_offset(time)});
    return zone_->to_sys(next_local(unit, local), date::choose::earliest);
}

}  // namespace millrace::base
