// The longest pause between two waters, hour by hour for a day. Values; pure.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/time.h"

namespace millrace::detect {

class DailyPauses {
public:
    static constexpr std::int64_t kHours = 24;

    // A pause that ended at `at`; times do not go back.
    void add(base::WallTime at, base::Milliseconds pause) {
        const std::int64_t hour = base::unix_s(at) / 3'600;
        for (std::int64_t gone = std::max(hour_ + 1, hour - kHours + 1); gone <= hour; ++gone)
            longest_[slot(gone)] = {};
        hour_ = std::max(hour_, hour);
        longest_[slot(hour)] = std::max(longest_[slot(hour)], pause);
    }
    // Of the last so many hours of the clock, the present one among them.
    [[nodiscard]] base::Milliseconds longest(std::int64_t hours = kHours) const {
        base::Milliseconds longest{0};
        for (std::int64_t back = 0; back < std::min(hours, kHours); ++back) {
            if (back <= hour_) longest = std::max(longest, longest_[slot(hour_ - back)]);
        }
        return longest;
    }

private:
    [[nodiscard]] static std::size_t slot(std::int64_t hour) { return static_cast<std::size_t>(hour % kHours); }

    std::int64_t hour_ = 0;
    std::array<base::Milliseconds, static_cast<std::size_t>(kHours)> longest_{};
};

}  // namespace millrace::detect
