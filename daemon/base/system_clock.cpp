#include "base/system_clock.h"

namespace millrace::base {

WallTime SystemClock::wall_now() const {
    return std::chrono::floor<Milliseconds>(std::chrono::system_clock::now());
}

SteadyTime SystemClock::steady_now() const {
    return std::chrono::steady_clock::now();
}

}  // namespace millrace::base
