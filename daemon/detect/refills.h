// A toilet's flapper that does not close: its tank is topped up by alike small amounts, on a beat.
//
// The tank's valve opens when the water has fallen by a certain height, so each refill is the same; how fast it falls
// does not change, so they come evenly. People's small uses are neither. Values; pure.
#pragma once

#include <deque>
#include <optional>

#include "base/time.h"
#include "base/units.h"
#include "detect/use.h"

namespace millrace::detect {

struct RefillBeat {
    base::WallTime since;  // the first of the row
    base::WallTime newest;
    int count = 0;
    base::Volume volume;  // of the row
    base::Milliseconds every{0};
    // Of one refill.
    base::Volume each;
    base::Milliseconds length{0};

    [[nodiscard]] int count_to_tell() const;
};

// A row of so many is no chance: with 15 % of scatter in a tank's beat, five intervals of people's uses alike are rarer
// than one in some hundred rows. On a slow beat there is room for people's own, so it takes more.
inline constexpr int kRefillsToTell = 6;
inline constexpr int kSlowRefillsToTell = 8;
inline constexpr base::Seconds kSlowBeat{30 * 60};

class Refills {
public:
    void add(const Use& use, base::VolumePerPeak per_peak);

    // The row that goes on at `now`: the longest one whose next refill is not overdue.
    [[nodiscard]] std::optional<RefillBeat> beat(base::WallTime now) const;

private:
    struct Refill {
        base::WallTime at;
        base::Milliseconds length{0};
        std::int64_t volume_ul = 0;
    };

    [[nodiscard]] static bool alike(const Refill& a, const Refill& b, base::VolumePerPeak per_peak);
    [[nodiscard]] bool goes_on_with(const Refill& refill, base::VolumePerPeak per_peak) const;
    void find_row(base::VolumePerPeak per_peak);

    std::deque<Refill> refills_;
    std::optional<RefillBeat> row_;
};

}  // namespace millrace::detect
