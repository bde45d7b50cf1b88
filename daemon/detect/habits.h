// Learns what comes by the clock: sprinklers, drip lines, a softener's regeneration.
//
// A controller opens its valve at the same minute, for the same time and with the same flow; people do not. A steady
// run of ten minutes or more that came alike on three days becomes a habit, even where it was an alarm before: no leak
// begins and ends by the clock. Values; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "detect/flow_runs.h"
#include "detect/habit.h"
#include "detect/minute_flows.h"
#include "detect/water_step.h"

namespace millrace::detect {

// Where water stands to the habits at a moment.
struct HabitMatch {
    const Habit* habit = nullptr;
    bool over = false;  // it takes clearly more than at this point of it usual
    base::FlowRate usual;
};

class Habits {
public:
    // A run that ended. `minutes`: what ran while it did.
    void learn(std::size_t level, const Run& run, base::Seconds utc_offset, const MinuteFlows& minutes);

    // The habit that explains water at this rate now, if any. `grain`: what one peak more or less makes of the rate.
    // `last_minute`: the mean flow of the last whole minute.
    [[nodiscard]] HabitMatch match(base::WallTime now, base::FlowRate rate, base::FlowRate grain,
                                   base::FlowRate last_minute, base::Seconds utc_offset) const;

    // Whether a habit explains water of which it is not known when exactly it ran: some of that time is the habit's,
    // and it takes as much in it.
    [[nodiscard]] bool explain(const WaterStep& spread, base::Seconds utc_offset) const;

    [[nodiscard]] std::vector<Habit> list() const;
    void set(Habit habit);
    void forget(std::int64_t number);
    void forget_learned();

private:
    struct Seen {
        std::size_t level = 0;
        std::int64_t day = 0;     // local
        double start_minute = 0;  // of that day
        double length_minutes = 0;
        double mean = 0;                    // microlitres a second
        std::vector<std::int64_t> profile;  // microlitres, minute by minute
        base::WallTime end;
    };
    struct Known {
        Habit habit;
        std::int64_t promoted_day = 0;
        std::vector<std::int64_t> profile;
    };

    [[nodiscard]] bool alike(const Seen& a, const Seen& b) const;
    void promote(const std::vector<const Seen*>& group);

    std::vector<Seen> seen_;
    std::vector<Known> known_;
    std::int64_t last_number_ = 0;
};

}  // namespace millrace::detect
