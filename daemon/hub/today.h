// The volume since local midnight, kept as readings come.
#pragma once

#include <map>

#include "base/time.h"
#include "base/time_zone.h"
#include "base/units.h"

namespace millrace::hub {

class Today {
public:
    // Sets what a day already holds, as the store counted it at start.
    void start_with(base::WallTime day, base::Volume volume) { days_[day] = volume; }

    // Days further ahead than tomorrow are forgotten: they came from a clock that has been put right since.
    void add(base::WallTime when, base::Volume volume, base::WallTime now, const base::TimeZone& zone);

    [[nodiscard]] base::Volume volume(base::WallTime now, const base::TimeZone& zone) const;

private:
    // Readings of yesterday still arrive today, and a device whose clock is ahead speaks of tomorrow.
    static constexpr std::size_t kDays = 3;

    std::map<base::WallTime, base::Volume> days_;  // by the day's start
};

}  // namespace millrace::hub
