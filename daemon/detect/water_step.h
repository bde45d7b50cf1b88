// Readings as water in time: so much between two moments.
//
// The sensor gives one entry a peak while little runs and one every 5 s while more does. After messages were lost, one
// entry holds what a longer time has let through; that is seen where it would be more than the house ever uses at
// once, or where it goes on the beat of a trickle. Pure values.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"
#include "base/units.h"
#include "meter/reading.h"

namespace millrace::detect {

struct WaterStep {
    base::WallTime from;  // equal to `to` for a single peak
    base::WallTime to;
    std::int64_t peaks = 0;
    base::Volume volume;
    bool spread = false;  // it came in one entry for a long time: when exactly it ran is not known

    [[nodiscard]] base::Milliseconds length() const { return to - from; }
};

class WaterSteps {
public:
    // Nothing for repeats, late readings, a first one of a series, and those without an advance. `most` is the largest
    // flow that the house is known to use at once.
    [[nodiscard]] std::optional<WaterStep> step(const meter::Reading& reading, base::VolumePerPeak per_peak,
                                                base::FlowRate most);

private:
    std::optional<base::WallTime> last_;   // of any reading
    base::Milliseconds last_interval_{0};  // between the last two single peaks; 0: not known
};

}  // namespace millrace::detect
