// How much water ran in each of the last minutes. Values; pure.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "detect/water_step.h"

namespace millrace::detect {

class MinuteFlows {
public:
    // As long as the longest run that can become a habit, and some.
    static constexpr std::int64_t kMinutes = 300;

    void add(const WaterStep& step);
    // Microlitres of the minutes that lie in [from, to), the last kMinutes at most.
    [[nodiscard]] std::vector<std::int64_t> between(base::WallTime from, base::WallTime to) const;
    // Microlitres in a minute since 1970.
    [[nodiscard]] std::int64_t in(std::int64_t minute) const;

private:
    std::int64_t first_ = 0;  // the minute of the front
    std::deque<std::int64_t> minutes_;
};

}  // namespace millrace::detect
