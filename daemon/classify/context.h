// What a house's other uses say of one: how many are like it, whether they come at equal distances as a machine's fills
// do, whether showers of this house run at this flow. Pure.
#pragma once

#include "classify/memory.h"
#include "classify/rhythm.h"

namespace millrace::classify {

// Each is 0 where nothing is known. "Alike": the volume within 5 % and the flow within 8 %, or what the meter's steps
// and the grid of 5 s leave open. "Long": 8 l in 100 s or more, no slower than a shower head lets through.
struct Context {
    double known = 0;       // 1 after four days of uses, less before
    double recurrence = 0;  // ln: how many more are alike than if sizes were spread evenly; -1 to 5
    double alike_a_day = 0;
    double days_with_alike = 0;   // share of the days, 0 to 1
    int valve_mates = 0;          // steady uses at the same flow within 90 minutes
    Rhythm rhythm;                // of these and itself
    double long_alike_a_day = 0;  // of a long use: other long ones at its flow, of other volumes
    double long_alike_share = 0;  // their share of all long ones of other volumes
    // Of a long use, ln: how many more are within 6 % of its flow than if those within 36 % were spread evenly; -1.5
    // to 3.
    double long_crowding = 0;
    double by_the_clock = 0;  // of a long use: share of those alike that began at its time of day, of two or more
    double flushes_elsewhere_a_day = 0;  // uses that were taken for flushes, at flows unlike its own
    int alike_this_week = 0;
};

// Uses that began before it count, and as mates those that began up to 90 minutes after.
inline constexpr base::Seconds kMatesWithin{90 * 60};
// At the same flow: within 15 %.
inline constexpr double kMateFlow = 0.15;

[[nodiscard]] Context context_of(const Remembered& use, const Memory& memory);

}  // namespace millrace::classify
