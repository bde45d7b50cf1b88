#include "hub/water_totals.h"

#include <chrono>

namespace millrace::hub {
namespace {

constexpr std::int64_t kMinutesAhead = 2 * 1'440;

std::int64_t minute_of(base::WallTime time) {
    return std::chrono::floor<std::chrono::minutes>(time.time_since_epoch()).count();
}

}  // namespace

CalendarStarts calendar_starts(base::WallTime now, const base::TimeZone& zone) {
    CalendarStarts starts;
    starts.day = zone.start_of(base::CalendarUnit::Day, now);
    starts.month = zone.start_of(base::CalendarUnit::Month, now);
    starts.week = zone.start_of(base::CalendarUnit::Week, now);
    return starts;
}

void WaterTotals::add(base::WallTime when, base::Volume volume, base::WallTime now, const base::TimeZone& zone) {
    days_.erase(days_.upper_bound(zone.next_start(base::CalendarUnit::Day, now)), days_.end());
    days_[zone.start_of(base::CalendarUnit::Day, when)] += volume;
    while (days_.size() > kDays) days_.erase(days_.begin());
    add_recent(when, volume, now);
}

void WaterTotals::add_recent(base::WallTime when, base::Volume volume, base::WallTime now) {
    const std::int64_t oldest = minute_of(now - kWindow) - kMinutesAhead;
    minutes_.erase(minutes_.begin(), minutes_.lower_bound(oldest));
    minutes_.erase(minutes_.upper_bound(minute_of(now) + kMinutesAhead), minutes_.end());
    const std::int64_t minute = minute_of(when);
    if (minute < oldest || minute > minute_of(now) + kMinutesAhead) return;
    minutes_[minute] += volume;
    counted_.clear();
}

base::Volume WaterTotals::since(base::WallTime start, base::WallTime now, const base::TimeZone& zone) const {
    base::Volume sum;
    const auto end = days_.upper_bound(zone.start_of(base::CalendarUnit::Day, now));
    for (auto day = days_.lower_bound(start); day != end && day != days_.end(); ++day) sum += day->second;
    return sum;
}

base::Volume WaterTotals::within(base::Seconds span, base::WallTime now) const {
    const std::int64_t minute = minute_of(now);
    Counted& counted = counted_[span];
    if (counted.minute == minute) return counted.volume;
    base::Volume sum;
    const auto end = minutes_.upper_bound(minute);
    for (auto at = minutes_.upper_bound(minute_of(now - span)); at != end; ++at) sum += at->second;
    counted = {minute, sum};
    return sum;
}

}  // namespace millrace::hub
