// The site's time zone: where a local day, hour and month begin.
//
// A value that is safe to copy and to use from any thread once loaded. The rules come from the system's tz database,
// read through Howard Hinnant's date library, because g++ 12 has no std::chrono time zones.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace date {
class time_zone;
}

namespace millrace::base {

enum class CalendarUnit { Minute, Hour, Day, Week, Month, Year };  // weeks begin on Monday (ISO 8601)
inline constexpr std::array kCalendarUnits = {CalendarUnit::Minute, CalendarUnit::Hour,  CalendarUnit::Day,
                                              CalendarUnit::Week,   CalendarUnit::Month, CalendarUnit::Year};

// How long such a unit can be: clocks change by up to two hours (Antarctica/Troll), and a zone that crosses the date
// line loses a day or has one twice (Pacific/Apia lost one in 2011). Left out: two hours a year where clocks change by
// half an hour (Australia/Lord_Howe).
struct UnitLength {
    Seconds shortest;
    Seconds longest;
};
[[nodiscard]] UnitLength length_of(CalendarUnit unit);

class TimeZone {
public:
    // UTC.
    TimeZone();

    // `name` is an IANA name such as "America/Denver", or empty for $TZ, else the system's own zone. Fails with a
    // message that names the zone when the tz database does not know it.
    [[nodiscard]] static Result<TimeZone, Error> load(std::string_view name);

    [[nodiscard]] std::string name() const;
    [[nodiscard]] Seconds utc_offset(WallTime time) const;

    // The start of the local unit that holds `time`, and the start of the next one. A local day has 23 or 25 hours when
    // the clocks change; an hour is always 60 minutes of real time long.
    [[nodiscard]] WallTime start_of(CalendarUnit unit, WallTime time) const;
    [[nodiscard]] WallTime next_start(CalendarUnit unit, WallTime time) const;

    [[nodiscard]] std::string rfc3339(WallTime time) const { return to_rfc3339(time, utc_offset(time)); }

private:
    const date::time_zone* zone_;  // owned by the library's database, which lives as long as the process
};

}  // namespace millrace::base
