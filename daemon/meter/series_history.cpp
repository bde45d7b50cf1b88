#include "meter/series_history.h"

#include <algorithm>

namespace millrace::meter {

const Reading* SeriesHistory::lowest() const {
    const Reading* found = nullptr;
    for (const Reading& reading : recent_) {
        if (reading.series == series_ && (found == nullptr || reading.total < found->total)) found = &reading;
    }
    return found;
}

const Reading* SeriesHistory::highest() const {
    const Reading* found = nullptr;
    for (const Reading& reading : recent_) {
        if (reading.series == series_ && (found == nullptr || reading.total > found->total)) found = &reading;
    }
    return found;
}

bool SeriesHistory::has_total(base::PeakCount total) const {
    return std::any_of(recent_.begin(), recent_.end(),
                       [&](const Reading& r) { return r.series == series_ && r.total == total; });
}

bool SeriesHistory::has(base::WallTime time, base::PeakCount total) const {
    return std::any_of(recent_.begin(), recent_.end(),
                       [&](const Reading& r) { return r.series == series_ && r.total == total && r.time == time; });
}

SeriesHistory::Fit SeriesHistory::fit(base::WallTime time, base::PeakCount total) const {
    bool above = false;
    bool below = false;
    for (const Reading& reading : recent_) {
        if (reading.series != series_ || reading.time_is_receipt) continue;
        if (reading.time < time && reading.total > total) return Fit::None;
        if (reading.time > time && reading.total < total) return Fit::None;
        above = above || (reading.time >= time && reading.total >= total);
        below = below || (reading.time <= time && reading.total <= total);
    }
    if (!above) return Fit::None;
    return below ? Fit::Between : Fit::Before;
}

}  // namespace millrace::meter
