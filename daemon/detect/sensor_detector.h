// Judges one sensor's water.
//
// A state value: the same readings give the same state, so replaying the last kMemory of them restores it. Readings
// change the state, the passing of time does not: judge() says what holds at a moment. Times are the sensor's own.
// One thread at a time. Pure.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "detect/finding.h"
#include "detect/habit.h"
#include "detect/limit_overview.h"
#include "detect/settings.h"
#include "detect/use.h"
#include "meter/reading.h"

namespace millrace::detect {

class SensorDetector {
public:
    // What is learned comes from this long ago at most.
    static constexpr base::Seconds kMemory{35 * 86'400};

    SensorDetector();
    ~SensorDetector();
    SensorDetector(SensorDetector&&) noexcept;
    SensorDetector& operator=(SensorDetector&&) noexcept;

    // Readings in the order they came. Repeats and late ones change nothing.
    void apply(const meter::Reading& reading, base::VolumePerPeak per_peak, const Context& context);

    // What holds at `now`, and what is past half of its limit (Finding::holds() tells them apart); the gravest first.
    [[nodiscard]] std::vector<Finding> judge(base::WallTime now, const Context& context) const;

    // Uses that have ended by `now` and were not given yet, by start.
    [[nodiscard]] std::vector<Use> take_uses(base::WallTime now);
    // The one under way, as far as it is known.
    [[nodiscard]] std::optional<Use> open_use(base::WallTime now) const;
    // Flow that does not rest, beside which uses are counted.
    [[nodiscard]] base::FlowRate base_flow(base::WallTime now) const;

    [[nodiscard]] std::vector<Habit> habits() const;
    // The owner's word on habits: entered, changed (same number) or, with `forget_habit`, taken away.
    void set_habit(const Habit& habit);
    void forget_habit(std::int64_t number);
    // Everything learned is learned anew: habits and limits.
    void forget();

    // The owner says that what this finding tells of was no leak: it counts as usual water of this house.
    void not_a_leak(const Finding& finding);

    // How long water may run at each rate, why, and how long it has by `now`.
    [[nodiscard]] LimitOverview limits(base::WallTime now, const Context& context) const;

    // From how many days of water the limits are learned.
    [[nodiscard]] int days_learned() const;

    struct State;  // sensor_state.h

private:
    std::unique_ptr<State> state_;
};

}  // namespace millrace::detect
