// A home's water as a trace file gives it, for `millrace evaluate`.
//
// A folder has a `homes.csv` (home, file, unit, ml_per_unit and, where known, events_file, utc_offset_or_tz, sample_s,
// gap_s, kind, notes) and beside it the traces: `unix_timestamp,cumulative_<peaks|pulses|ml|l>` and rows in the order
// of time, the total holding still between two rows. Read whole into memory: half a year of a household is a few
// megabytes. Plain values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "base/time_zone.h"

namespace millrace::app {

// Water that ran evenly after `from_s` until `to_s`. Nanolitres in 64 bits hold nine thousand cubic metres, and whole
// numbers make the same pulses on every machine.
struct WaterSpan {
    std::int64_t from_s = 0;
    std::int64_t to_s = 0;
    std::int64_t nanolitres = 0;

    bool operator==(const WaterSpan&) const = default;
};

// By `from_s`, none overlapping another.
using WaterSpans = std::vector<WaterSpan>;

inline constexpr std::int64_t kNanolitresPerGallon = 3'785'411'784;
inline constexpr std::int64_t kSecondsPerDay = 86'400;

// The home's own time: a named zone or a fixed offset.
class HomeClock {
public:
    // "America/Denver", "+01:00", "-7". Fails when it is neither.
    [[nodiscard]] static base::Result<HomeClock, base::Error> parse(const std::string& text);

    [[nodiscard]] base::Seconds utc_offset(std::int64_t unix_s) const;
    [[nodiscard]] const base::TimeZone& zone() const { return zone_; }
    // The start of the local day that holds a moment.
    [[nodiscard]] std::int64_t day_start(std::int64_t unix_s) const;
    // "2019-03-01 14:05" there.
    [[nodiscard]] std::string text(std::int64_t unix_s) const;

private:
    base::TimeZone zone_;
    std::optional<base::Seconds> fixed_;
};

struct Home {
    std::string name;
    std::string file;
    std::string events_file;      // its labelled uses (labelled_events.h), or empty
    std::string kind;             // "real", "simulated", …
    bool own_sprinklers = false;  // its notes speak of irrigation
    // Of a trace in pulses: what one is worth. Its own meter is kept.
    std::optional<std::int64_t> nanolitres_per_pulse;
    HomeClock clock;
    std::int64_t start_s = 0;
    std::int64_t end_s = 0;
    WaterSpans water;
    std::vector<std::pair<std::int64_t, std::int64_t>> gaps;  // spans of which the trace knows nothing

    // Without its gaps.
    [[nodiscard]] std::int64_t covered_s() const;
    [[nodiscard]] bool has_gap_between(std::int64_t from_s, std::int64_t to_s) const;
};

// The homes of `path`: a folder with a homes.csv, a folder of such folders, or one trace with a homes.csv beside it.
// Errors name the file and the line.
[[nodiscard]] base::Result<std::vector<Home>, base::Error> read_homes(const std::string& path);

}  // namespace millrace::app
