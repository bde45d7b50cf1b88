// How long water has run without falling short of a rate: the one measure behind burst, continuous flow and slow leak.
//
// For each of a ladder of rates, from a drip a second to a main, a run goes on as long as the water keeps up with that
// rate. It may fall behind by a peak and a half (peaks are whole, a trickle's are far apart) and half a minute (a
// message may be lost). So on any meter the pause that ends a run follows from what a peak is worth, and a standing
// leak is a run at every rate up to its own, beside whatever else is used.
// The longest runs of each day are kept: from them a house's own limits are learned. Values; pure.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "detect/water_step.h"

namespace millrace::detect {

// Each rate is twice the one before: 0.0023 US gallons a minute (a drip every two seconds) to 18.8.
inline constexpr std::int64_t kLowestRate = 145;  // microlitres a second
inline constexpr std::size_t kRates = 14;
[[nodiscard]] constexpr base::FlowRate rate_of(std::size_t level) {
    return {kLowestRate << level};
}

// The pause without a peak that ends a run at this level.
[[nodiscard]] base::Milliseconds longest_pause(std::size_t level, base::VolumePerPeak per_peak);

struct Run {
    base::WallTime since;
    base::WallTime until;  // of the newest water
    base::Volume volume;
    base::Volume excused_volume;    // of it, what a habit explains or came while nobody saw
    std::int64_t behind_ul = 0;     // how far the water has fallen behind the rate
    base::Milliseconds excused{0};  // of its time, the same: it does not count
    bool was_over = false;          // it has passed its limit: not learned from
    int began_minute = 0;           // of the local day

    [[nodiscard]] base::Milliseconds length() const { return until - since - excused; }
    [[nodiscard]] base::Volume counted_volume() const { return volume - excused_volume; }
    bool operator==(const Run&) const = default;
};

// Water that does not count in runs: none, that which may be sprinklers (it counts as a burst only), all.
enum class Excuse : std::uint8_t { None, Sprinklers, All };

// From this level on (4.7 gallons a minute) a run is a burst's.
inline constexpr std::size_t kBurstLevel = 11;

class FlowRuns {
public:
    // Returns the runs that ended before this water, with their levels.
    using Ended = std::vector<std::pair<std::size_t, Run>>;
    Ended add(const WaterStep& step, base::VolumePerPeak per_peak, Excuse excuse, int local_minute);

    // Forgets the runs that had passed their limit; true when there was one.
    bool end_over();

    // The run at a level that goes on at `now`.
    [[nodiscard]] const Run* run(std::size_t level, base::WallTime now) const;
    [[nodiscard]] Run* open(std::size_t level) { return runs_[level] ? &*runs_[level] : nullptr; }
    [[nodiscard]] const Run* open(std::size_t level) const { return runs_[level] ? &*runs_[level] : nullptr; }

private:
    [[nodiscard]] bool keep_up(Run& run, std::size_t level, const WaterStep& step) const;
    [[nodiscard]] std::int64_t slack(std::size_t level) const;

    std::array<std::optional<Run>, kRates> runs_;
    base::VolumePerPeak per_peak_;
};

enum class PartOfDay : std::uint8_t { Night, Morning, Day };
inline constexpr std::size_t kPartsOfDay = 3;
[[nodiscard]] constexpr PartOfDay part_of_day(int minute) {
    return minute < 5 * 60 ? PartOfDay::Night : minute < 9 * 60 ? PartOfDay::Morning : PartOfDay::Day;
}

// The longest run at each rate on each of the last days.
class LongestRuns {
public:
    static constexpr int kDays = 28;

    void note_day(std::int64_t day);  // water was seen on it
    // By when they began: a house asleep rests sooner, one that gets up later.
    // `day` is that of the run's newest water; one that is not held any more is not taken.
    void add(std::size_t level, std::int64_t day, PartOfDay part, base::Milliseconds length);
    [[nodiscard]] base::Milliseconds longest(std::size_t level, PartOfDay part) const;
    [[nodiscard]] int days() const { return static_cast<int>(days_.size()); }
    void forget() { days_.clear(); }

    struct Day {
        std::int64_t day = 0;                                                       // since 1970, of local time
        std::array<std::array<base::Milliseconds, kRates>, kPartsOfDay> longest{};  // 0: no run ended on it
    };
    // Those on which water was seen, oldest first.
    [[nodiscard]] const std::deque<Day>& all() const { return days_; }

private:
    std::deque<Day> days_;
};

}  // namespace millrace::detect
