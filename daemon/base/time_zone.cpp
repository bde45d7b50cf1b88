#include "base/time_zone.h"

#include <cstdlib>
#include <exception>

#include <date/date.h>
#include <date/tz.h>

namespace millrace::base {
namespace {

using LocalTime = date::local_time<Milliseconds>;

LocalTime floor_local(CalendarUnit unit, LocalTime local) {
    const date::local_days date = date::floor<date::days>(local);
    const date::year_month_day day{date};
    switch (unit) {
        case CalendarUnit::Minute: return date::floor<std::chrono::minutes>(local);
        case CalendarUnit::Hour: return date::floor<std::chrono::hours>(local);
        case CalendarUnit::Day: return date;
        case CalendarUnit::Week: return date - (date::weekday{date} - date::Monday);
        case CalendarUnit::Month: return date::local_days{day.year() / day.month() / 1};
        case CalendarUnit::Year: return date::local_days{day.year() / date::January / 1};
    }
    return local;
}

LocalTime next_local(CalendarUnit unit, LocalTime start) {
    const date::year_month_day day{date::floor<date::days>(start)};
    switch (unit) {
        case CalendarUnit::Minute: return start + std::chrono::minutes{1};
        case CalendarUnit::Hour: return start + std::chrono::hours{1};
        case CalendarUnit::Day: return start + date::days{1};
        case CalendarUnit::Week: return start + date::weeks{1};
        case CalendarUnit::Month: return date::local_days{(day.year() / day.month() + date::months{1}) / 1};
        case CalendarUnit::Year: return date::local_days{(day.year() + date::years{1}) / date::January / 1};
    }
    return start;
}

// Minutes and hours are of real time, whatever the clocks do.
bool is_real(CalendarUnit unit) {
    return unit == CalendarUnit::Minute || unit == CalendarUnit::Hour;
}

// $TZ says it for a process, as for every program, and containers have no other way; else the machine does. What the
// database does not know, such as a zone spelt out as a rule, leaves it to the machine.
const date::time_zone* own_zone() {
    const char* named = std::getenv("TZ");  // NOLINT(concurrency-mt-unsafe): nobody changes it
    if (named == nullptr || *named == '\0') return date::current_zone();
    try {
        return date::locate_zone(*named == ':' ? named + 1 : named);
    } catch (const std::exception&) {
        return date::current_zone();
    }
}

}  // namespace

UnitLength length_of(CalendarUnit unit) {
    using std::chrono::hours;
    switch (unit) {
        case CalendarUnit::Minute: return {std::chrono::minutes{1}, std::chrono::minutes{1}};
        case CalendarUnit::Hour: return {hours{1}, hours{1}};
        case CalendarUnit::Day: return {hours{22}, hours{48}};
        case CalendarUnit::Week: return {hours{6 * 24 - 2}, hours{8 * 24 + 2}};
        case CalendarUnit::Month: return {hours{27 * 24 - 2}, hours{32 * 24 + 2}};
        case CalendarUnit::Year: return {hours{364 * 24 - 2}, hours{367 * 24 + 2}};
    }
    return {hours{1}, hours{1}};
}

TimeZone::TimeZone() : zone_(date::locate_zone("Etc/UTC")) {}

Result<TimeZone, Error> TimeZone::load(std::string_view name) {
    try {
        TimeZone zone;
        zone.zone_ = name.empty() ? own_zone() : date::locate_zone(name);
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
    // Counted from the unit's own offset, so that the doubled hour in autumn is two buckets.
    if (is_real(unit)) return WallTime{start.time_since_epoch() - offset};
    return zone_->to_sys(start, date::choose::earliest);
}

WallTime TimeZone::next_start(CalendarUnit unit, WallTime time) const {
    const WallTime start = start_of(unit, time);
    if (is_real(unit)) return start + length_of(unit).longest;
    // Where clocks go forward at midnight the local start does not exist, and the real start lies later.
    const LocalTime local = floor_local(unit, LocalTime{time.time_since_epoch() + utc_offset(time)});
    return zone_->to_sys(next_local(unit, local), date::choose::earliest);
}

}  // namespace millrace::base
