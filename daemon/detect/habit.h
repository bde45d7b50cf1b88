// A use that comes by the clock: sprinklers, drip lines, a softener's regeneration.
//
// Values only; any thread.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "base/units.h"

namespace millrace::detect {

enum class HabitSource : std::uint8_t { Learned = 1, Owner = 2 };

struct Habit {
    std::int64_t number = 0;  // names it for editing; stable while it lives
    HabitSource source = HabitSource::Learned;
    bool on = true;            // off: seen, but not to be excused
    std::string label;         // the owner's name for it
    std::uint8_t days = 0x7f;  // bit 0: Monday; of every second day all bits it was seen on
    int start_minute = 0;      // of the local day
    int start_slack = 15;      // minutes either way
    base::Seconds length{0};   // the longest usual
    base::FlowRate flow;       // the usual mean; 0: any (an owner's)
    base::Volume volume;       // the usual
    int seen = 0;              // on how many days
    base::WallTime last_seen;

    bool operator==(const Habit&) const = default;
};

}  // namespace millrace::detect
