#include "emulate/emulated_clock.h"

#include <cmath>

namespace millrace::emulate {
namespace {

using RealMilliseconds = std::chrono::duration<double, std::milli>;

// Longer than any run; keeps far-off emulated times from overflowing nanoseconds.
constexpr double kFarMilliseconds = 100.0 * 365 * 24 * 3600 * 1000;

base::SteadyTime after(base::SteadyTime from, double milliseconds) {
    if (milliseconds > kFarMilliseconds) return base::SteadyTime::max();
    return from + base::Milliseconds{static_cast<std::int64_t>(std::ceil(milliseconds))};
}

double milliseconds(base::SteadyTime from, base::SteadyTime to) {
    return RealMilliseconds(to - from).count();
}

}  // namespace

EmulatedClock::EmulatedClock(base::WallTime start, double speed, base::WallTime wall, base::SteadyTime steady)
    : start_(start), speed_(speed), real_start_(steady) {
    const double behind_ms = RealMilliseconds(wall - start).count();
    if (speed_ <= 1 || behind_ms < 0) return;
    caught_up_ = after(real_start_, behind_ms / (speed_ - 1));
    if (caught_up_ == base::SteadyTime::max()) return;
    caught_up_wall_ = wall + std::chrono::duration_cast<base::Milliseconds>(caught_up_ - real_start_);
}

base::WallTime EmulatedClock::at(base::SteadyTime real) const {
    if (real >= caught_up_) {
        return caught_up_wall_ + std::chrono::floor<base::Milliseconds>(real - caught_up_);
    }
    const double passed_ms = milliseconds(real_start_, real) * speed_;
    return start_ + base::Milliseconds{static_cast<std::int64_t>(passed_ms)};
}

base::SteadyTime EmulatedClock::when(base::WallTime emulated) const {
    if (caught_up_ != base::SteadyTime::max() && emulated >= caught_up_wall_) {
        return after(caught_up_, RealMilliseconds(emulated - caught_up_wall_).count());
    }
    return after(real_start_, RealMilliseconds(emulated - start_).count() / speed_);
}

}  // namespace millrace::emulate
