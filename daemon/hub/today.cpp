#include "hub/today.h"

namespace millrace::hub {

void Today::add(base::WallTime when, base::Volume volume, base::WallTime now, const base::TimeZone& zone) {
    days_.erase(days_.upper_bound(zone.next_start(base::CalendarUnit::Day, now)), days_.end());
    days_[zone.start_of(base::CalendarUnit::Day, when)] += volume;
    while (days_.size() > kDays) days_.erase(days_.begin());
}

base::Volume Today::volume(base::WallTime now, const base::TimeZone& zone) const {
    const auto day = days_.find(zone.start_of(base::CalendarUnit::Day, now));
    return day == days_.end() ? base::Volume{} : day->second;
}

}  // namespace millrace::hub
