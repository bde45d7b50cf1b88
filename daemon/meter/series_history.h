// What the recent readings of one series say about a sample that does not simply add to the total.
//
// A counter only rises, so in one series an earlier reading never has a higher total. A sample that fits between
// known readings is old news; one that contradicts them tells of a restart. Views into the readings given; nothing
// here outlives them.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/time.h"
#include "base/units.h"
#include "meter/reading.h"

namespace millrace::meter {

class SeriesHistory {
public:
    SeriesHistory(const std::deque<Reading>& recent, std::int64_t series) : recent_(recent), series_(series) {}

    // The readings with the lowest and the highest total known; nothing when none is.
    [[nodiscard]] const Reading* lowest() const;
    [[nodiscard]] const Reading* highest() const;

    [[nodiscard]] bool has_total(base::PeakCount total) const;
    [[nodiscard]] bool has(base::WallTime time, base::PeakCount total) const;

    enum class Fit : std::uint8_t {
        None,     // contradicts a reading, or is newer or higher than all of them
        Before,   // older and lower than all of them
        Between,  // between two of them, in time and in total
    };
    [[nodiscard]] Fit fit(base::WallTime time, base::PeakCount total) const;

private:
    const std::deque<Reading>& recent_;
    std::int64_t series_;
};

}  // namespace millrace::meter
