// What a sensor's detector remembers. Readings change it (sensor_state.cpp), rules read it (judgement.cpp). Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "detect/daily_most.h"
#include "detect/daily_pauses.h"
#include "detect/flow_runs.h"
#include "detect/habits.h"
#include "detect/limits.h"
#include "detect/minute_flows.h"
#include "detect/refills.h"
#include "detect/sensor_detector.h"
#include "detect/use_cutter.h"
#include "detect/water_step.h"
#include "meter/sensor_meter.h"

namespace millrace::detect {

// Water that belongs together.
struct Span {
    base::WallTime since;
    base::WallTime until;
    base::Volume volume;
    std::int64_t peaks = 0;
    base::FlowRate usual;  // of a sprinkler zone: what it used to take

    [[nodiscard]] base::Milliseconds length() const { return until - since; }
};

// When water is an alarm while nobody is at home.
struct AwayLimits {
    base::Seconds rests;     // water after this long a rest is another use
    std::int64_t amount_ul;  // so much at once, ...
    std::int64_t peaks;      // ... or so many peaks over Settings::away_after
};
// Gone for the day: a quarter of a litre, less than anything is opened for.
inline constexpr AwayLimits kAwayLimits{base::Seconds{10 * 60}, 250'000, 3};
// Gone for long, nobody will hear a drip: two peaks in an hour are enough.
inline constexpr AwayLimits kVacationLimits{base::Seconds{3'600}, 100'000, 2};
[[nodiscard]] constexpr const AwayLimits& away_limits(Mode mode) {
    return mode == Mode::Vacation ? kVacationLimits : kAwayLimits;
}
// A sprinkler zone takes too much when it has for this long without a break: longer than a shower beside it.
inline constexpr base::Seconds kZoneOver{18 * 60};
inline constexpr base::Seconds kZonePauses{150};
inline constexpr base::Seconds kZoneRests{5 * 60};
// The net below all rules: no free hour in a day and a night. Leaks too slow or too uneven for the others end here.
inline constexpr base::Seconds kFreeHour{3600};
inline constexpr base::Seconds kWithoutRest{24 * 3600};
// It is over when water has rested for this much longer than in the day before.
inline constexpr base::Seconds kLongerPause{5 * 60};
// A flow that has not rested for this long is a standing one; uses are counted above it.
inline constexpr base::Seconds kStanding{40 * 60};

struct SensorDetector::State {
    WaterSteps steps;
    FlowRuns runs;
    LongestRuns longest;
    MinuteFlows minutes;
    Habits habits;
    Refills refills;
    UseCutter cutter;
    std::vector<Use> ended_uses;
    std::map<std::int64_t, std::int64_t> day_peaks;  // the fullest minute's flow, by local day
    std::optional<Span> away;                        // water while nobody is at home
    std::optional<Span> zone;                        // a habit that takes too much
    std::optional<Span> restless;                    // without a free hour
    DailyPauses pauses;                              // within it
    DailyMost longest_restless;                      // milliseconds
    DailyMost largest_use;                           // microlitres
    std::optional<base::WallTime> newest;            // water
    bool excused_now = false;                        // the newest water was a habit's
    bool use_excused = false;                        // some of the open use was
    bool use_beside_leak = false;                    // while a run was over its limit
    base::Seconds utc_offset{0};
    base::VolumePerPeak per_peak;
    std::int64_t noted_minute = 0;

    void apply(const meter::Reading& reading, const Context& context);
    void note_use(const Use& use);
    // Whether water has paused for clearly longer than a leak that ran lately would let it.
    [[nodiscard]] bool rested(base::Milliseconds pause) const;
    [[nodiscard]] bool known() const { return longest.days() >= kDaysToLearn; }

private:
    // More than this in one entry has come over a longer time.
    [[nodiscard]] base::FlowRate most_at_once() const;
    [[nodiscard]] HabitMatch habit_of(const WaterStep& step, const Context& context) const;
    // Water after lost messages, of which a habit may have taken all.
    [[nodiscard]] bool may_be_habits(const WaterStep& step, const Context& context) const;
    // At dawn and from a flow that only sprinklers take, or a burst main.
    [[nodiscard]] bool looks_like_sprinklers(base::WallTime now) const;
    void note_peak(const WaterStep& step, std::int64_t day);
    void note_runs(const WaterStep& step, const Context& context);
    void note_rest(const WaterStep& step, std::int64_t day);
    void note_away(const WaterStep& step, const Context& context);
    void note_zone(const WaterStep& step, const HabitMatch& match);

    bool any_over_ = false;  // a run had passed its limit when the newest water came
};

// What the rules say of a state at a moment (SensorDetector::judge).
[[nodiscard]] std::vector<Finding> judgement(const SensorDetector::State& state, base::WallTime now,
                                             const Context& context);

[[nodiscard]] std::int64_t local_day(base::WallTime time, base::Seconds utc_offset);

}  // namespace millrace::detect
