// The devices' time: faster than real time until it has caught up with it.
//
// Any thread; a value that never changes.
#pragma once

#include "base/time.h"

namespace millrace::emulate {

class EmulatedClock {
public:
    // At the real moment (`wall`, `steady`) devices think it is `start` and their clock runs `speed` times as fast.
    // When a clock that runs faster than real time and starts in the past meets real time, it goes on with it: a device
    // does not tell of the future. A clock that starts in the future never meets it and keeps its speed.
    EmulatedClock(base::WallTime start, double speed, base::WallTime wall, base::SteadyTime steady);

    [[nodiscard]] base::WallTime at(base::SteadyTime real) const;

    // When devices will think it is `emulated`, to the next millisecond; the end of time for what is never reached.
    [[nodiscard]] base::SteadyTime when(base::WallTime emulated) const;

private:
    base::WallTime start_;
    double speed_;
    base::SteadyTime real_start_;
    base::SteadyTime caught_up_ = base::SteadyTime::max();
    base::WallTime caught_up_wall_{};
};

}  // namespace millrace::emulate
