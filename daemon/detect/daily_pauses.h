// The longest pause between two waters in each of the last 24 hours. Values; pure.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/time.h"

namespace millrace::detect {

class DailyPauses {
public:
    // A pause that ended at `at`; times do not go back.
    void add(base::WallTime at, base::Milliseconds pause) {
        const std::int64_t hour = base::unix_s(at) / 3'600;
        for (std::int64_t gone = std::max(hour_ + 1, hour - kHours + 1); gone <= hour; ++gone)
            longest_[slot(gone)] = {};
        hour_ = std::max(hour_, hour);
        longest_[slot(hour)] = std::max(longest_[slot(hour)], pause);
    }
    [[nodiscard]] base::Milliseconds longest() const { return *std::max_element(longest_.begin(), longest_.end()); }

private:
    static constexpr std::int64_t kHours = 24;

    [[nodiscard]] static std::size_t slot(std::int64_t hour) { return static_cast<std::size_t>(hour % kHours); }

    std::int64_t hour_ = 0;
    std::array<base::Milliseconds, static_cast<std::size_t>(kHours)> longest_{};
};

}  // namespace millrace::detect
