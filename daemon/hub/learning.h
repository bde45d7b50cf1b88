// Brings a sensor's detector to where it stood: past readings and the owner's words, in the order of time.
//
// What the owner said of a habit or an alarm counts from the moment it was said, as it did then. Pure; one thread.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/time.h"
#include "base/time_zone.h"
#include "detect/sensor_detector.h"
#include "detect/settings.h"
#include "hub/watch_choices.h"
#include "meter/calibration_table.h"
#include "meter/reading.h"

namespace millrace::hub {

// What the owner has said of one sensor's water.
struct OwnersWord {
    HabitWords habits;
    std::vector<detect::Finding> not_leaks;
    ChosenTime learn_from;  // everything learned before was thrown away
};

class Learning {
public:
    Learning(const OwnersWord& word, detect::Settings rules, base::TimeZone zone);

    void apply(const meter::Reading& reading, base::VolumePerPeak per_peak);

    // All that is left to be said; the detector is taken.
    [[nodiscard]] detect::SensorDetector finish();

private:
    struct Step {
        base::WallTime at;
        std::function<void(detect::SensorDetector&)> say;
    };

    void say_until(base::WallTime time);

    detect::Settings rules_;
    base::TimeZone zone_;
    detect::SensorDetector detector_;
    std::vector<Step> steps_;  // by time
    std::size_t said_ = 0;
    // The offset of the hour that readings are in: asking the zone for each of a million takes seconds.
    std::optional<base::WallTime> offset_until_;
    base::WallTime offset_from_;
    base::Seconds utc_offset_{0};
};

// The learned habit that begins at about this time of day, by the number it has now.
[[nodiscard]] std::optional<std::int64_t> learned_habit_at(const detect::SensorDetector& detector, int start_minute);

}  // namespace millrace::hub
