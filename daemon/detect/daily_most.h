// The most of something on each of the last days, for a quarter of the day each. Values; pure.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>

namespace millrace::detect {

class DailyMost {
public:
    static constexpr int kDays = 28;

    // `minute` of the local day.
    void add(std::int64_t day, int minute, std::int64_t value) {
        if (days_.empty() || days_.back().day < day) days_.push_back({day, {}});
        while (days_.front().day <= day - kDays) days_.pop_front();
        std::int64_t& most = days_.back().most[quarter(minute)];
        most = std::max(most, value);
    }
    // In this quarter of the day; 0 when nothing is known.
    [[nodiscard]] std::int64_t most(int minute) const {
        std::int64_t most = 0;
        for (const Day& day : days_) most = std::max(most, day.most[quarter(minute)]);
        return most;
    }
    void forget() { days_.clear(); }

private:
    struct Day {
        std::int64_t day = 0;
        std::array<std::int64_t, 4> most{};
    };

    [[nodiscard]] static std::size_t quarter(int minute) { return static_cast<std::size_t>(minute / 360) % 4; }

    std::deque<Day> days_;
};

}  // namespace millrace::detect
