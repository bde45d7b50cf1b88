#include "hub/learning.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace millrace::hub {
namespace {

constexpr int kMinutesPerDay = 1'440;
// Two habits that begin this close to each other are one.
constexpr int kSameStartMinutes = 10;

}  // namespace

std::optional<std::int64_t> learned_habit_at(const detect::SensorDetector& detector, int start_minute) {
    for (const detect::Habit& habit : detector.habits()) {
        const int apart = std::abs(habit.start_minute - start_minute);
        const bool same = std::min(apart, kMinutesPerDay - apart) <= kSameStartMinutes;
        if (same && habit.source == detect::HabitSource::Learned) return habit.number;
    }
    return std::nullopt;
}

Learning::Learning(const OwnersWord& word, detect::Settings rules, base::TimeZone zone)
    : rules_(std::move(rules)), zone_(std::move(zone)) {
    // Known from the start, so that their numbers stay and nothing is learned twice.
    for (const detect::Habit& habit : word.habits.set) detector_.set_habit(habit);
    for (const ForgottenHabit& forgotten : word.habits.forgotten) {
        steps_.push_back({forgotten.at, [start = forgotten.start_minute](detect::SensorDetector& detector) {
                              if (const auto number = learned_habit_at(detector, start)) detector.forget_habit(*number);
                          }});
    }
    for (const detect::Finding& finding : word.not_leaks) {
        steps_.push_back({finding.at, [finding](detect::SensorDetector& detector) { detector.not_a_leak(finding); }});
    }
    if (word.learn_from.at) {
        // Forgetting throws away what is learned; the owner's own entries stand.
        steps_.push_back({*word.learn_from.at, [](detect::SensorDetector& detector) { detector.forget(); }});
    }
    std::stable_sort(steps_.begin(), steps_.end(), [](const Step& a, const Step& b) { return a.at < b.at; });
}

void Learning::say_until(base::WallTime time) {
    for (; said_ < steps_.size() && steps_[said_].at <= time; ++said_) steps_[said_].say(detector_);
}

void Learning::apply(const meter::Reading& reading, base::VolumePerPeak per_peak) {
    say_until(reading.time);
    if (!offset_until_ || reading.time < offset_from_ || reading.time >= *offset_until_) {
        utc_offset_ = zone_.utc_offset(reading.time);
        offset_from_ = zone_.start_of(base::CalendarUnit::Hour, reading.time);
        offset_until_ = zone_.next_start(base::CalendarUnit::Hour, reading.time);
    }
    // Whether somebody was at home then is not known; it only matters for what is raised at the time.
    detector_.apply(reading, per_peak, detect::Context{rules_, detect::Mode::Home, utc_offset_, false});
}

detect::SensorDetector Learning::finish() {
    for (; said_ < steps_.size(); ++said_) steps_[said_].say(detector_);
    return std::move(detector_);
}

}  // namespace millrace::hub
