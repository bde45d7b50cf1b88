#include "detect/sensor_detector.h"

#include <algorithm>
#include <utility>

#include "detect/sensor_state.h"

namespace millrace::detect {

SensorDetector::SensorDetector() : state_(std::make_unique<State>()) {}
SensorDetector::~SensorDetector() = default;
SensorDetector::SensorDetector(SensorDetector&&) noexcept = default;
SensorDetector& SensorDetector::operator=(SensorDetector&&) noexcept = default;

void SensorDetector::apply(const meter::Reading& reading, base::VolumePerPeak per_peak, const Context& context) {
    state_->per_peak = per_peak;
    state_->apply(reading, context);
}

std::vector<Finding> SensorDetector::judge(base::WallTime now, const Context& context) const {
    return judgement(*state_, now, context);
}

std::vector<Use> SensorDetector::take_uses(base::WallTime now) {
    for (const Use& use : state_->cutter.end_by(now)) state_->note_use(use);
    return std::exchange(state_->ended_uses, {});
}

std::optional<Use> SensorDetector::open_use(base::WallTime) const {
    return state_->cutter.open();
}

base::FlowRate SensorDetector::base_flow(base::WallTime now) const {
    base::FlowRate base;
    for (std::size_t level = 0; level < kRates; ++level) {
        const Run* run = state_->runs.run(level, now);
        if (run != nullptr && run->length() >= kStanding) base = rate_of(level);
    }
    return base;
}

std::vector<Habit> SensorDetector::habits() const {
    return state_->habits.list();
}

void SensorDetector::set_habit(const Habit& habit) {
    state_->habits.set(habit);
}

void SensorDetector::forget_habit(std::int64_t number) {
    state_->habits.forget(number);
}

void SensorDetector::forget() {
    state_->habits.forget_learned();
    state_->longest.forget();
    state_->longest_restless.forget();
    state_->largest_use.forget();
    state_->day_peaks.clear();
}

void SensorDetector::not_a_leak(const Finding& finding) {
    if (!state_->newest) return;
    const std::int64_t day = local_day(*state_->newest, state_->utc_offset);
    const PartOfDay part = part_of_day(local_minute(finding.since, state_->utc_offset));
    for (std::size_t level = 0; level < kRates; ++level) {
        if (rate_of(level) <= std::max(finding.at_least, finding.rate)) {
            state_->longest.add(level, day, part, base::Milliseconds{finding.at - finding.since});
        }
    }
}

int SensorDetector::days_learned() const {
    return state_->longest.days();
}

}  // namespace millrace::detect
