// How much water one sensor's meter passed since the day, the week and the month began, and in the last hour and day.
//
// Kept as readings come: by local days for the calendar, by minutes for what slides. Bounded by what is asked for.
// Pure; one thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/time.h"
#include "base/time_zone.h"
#include "base/units.h"

namespace millrace::hub {

// When the local day, week (from Monday) and month that hold a moment began.
struct CalendarStarts {
    base::WallTime day;
    base::WallTime week;
    base::WallTime month;

    // The earlier of week and month: what is asked for reaches back to here.
    [[nodiscard]] base::WallTime earliest() const { return week < month ? week : month; }
};
[[nodiscard]] CalendarStarts calendar_starts(base::WallTime now, const base::TimeZone& zone);

class WaterTotals {
public:
    static constexpr base::Seconds kWindow{24 * 3'600};

    // Sets what a day already holds, as the store counted it.
    void start_with(base::WallTime day, base::Volume volume) { days_[day] = volume; }

    // The store could not say what the days already hold.
    void lack_past() { complete_ = false; }
    [[nodiscard]] bool complete() const { return complete_; }

    // What ran at a moment. Days and minutes further ahead than tomorrow are forgotten: they came from a clock that has
    // been put right since.
    void add(base::WallTime when, base::Volume volume, base::WallTime now, const base::TimeZone& zone);
    // The same for the sliding windows alone, for days that are counted already.
    void add_recent(base::WallTime when, base::Volume volume, base::WallTime now);

    // From the local day that begins at `start` to the end of today.
    [[nodiscard]] base::Volume since(base::WallTime start, base::WallTime now, const base::TimeZone& zone) const;

    // Of the whole minutes that ended or began within the span; at most kWindow.
    [[nodiscard]] base::Volume within(base::Seconds span, base::WallTime now) const;

private:
    // A month and the days of its first week before it, yesterday's readings that come late, and tomorrow, of which a
    // device speaks whose clock is ahead.
    static constexpr std::size_t kDays = 40;

    struct Counted {
        std::int64_t minute = 0;
        base::Volume volume;
    };

    bool complete_ = true;
    std::map<base::WallTime, base::Volume> days_;       // by the day's start
    std::map<std::int64_t, base::Volume> minutes_;      // since 1970
    mutable std::map<base::Seconds, Counted> counted_;  // by span: the state is asked for more often than a minute ends
};

}  // namespace millrace::hub
