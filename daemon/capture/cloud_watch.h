// Whether the cloud can be reached, and when it is worth trying again.
//
// One opinion for all bridges, so that a thousand of them do not each find out for themselves. Failed attempts come
// ever further apart, each at a time nobody else would choose. Pure; loop thread only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>

#include "base/time.h"

namespace millrace::capture {

class CloudWatch {
public:
    struct Away {
        base::WallTime since;
        std::string why;
    };

    CloudWatch(base::Milliseconds first, base::Milliseconds longest, std::uint32_t seed)
        : first_(first), longest_(std::max(first, longest)), interval_(first), jitter_(seed) {}

    [[nodiscard]] const std::optional<Away>& away() const { return away_; }
    // When to try again, while it is away.
    [[nodiscard]] base::SteadyTime try_at() const { return try_at_; }

    // True when this is news. A cloud that was back only for a moment is tried no sooner than the last time.
    bool lost(std::string why, base::WallTime wall_now, base::SteadyTime now) {
        if (away_) return away_->why = std::move(why), false;
        if (back_at_ && now - *back_at_ < longest_) {
            interval_ = std::min(interval_ * 2, longest_);
        } else {
            interval_ = first_;
        }
        away_ = Away{wall_now, std::move(why)};
        try_at_ = now + jittered();
        return true;
    }
    void try_failed(base::SteadyTime now) {
        interval_ = std::min(interval_ * 2, longest_);
        try_at_ = now + jittered();
    }
    // True when this is news.
    bool reached(base::SteadyTime now) {
        if (!away_) return false;
        away_.reset();
        back_at_ = now;
        return true;
    }

    // A time of about this length, a quarter more or less.
    [[nodiscard]] base::Milliseconds jittered(base::Milliseconds time) {
        const auto quarter = time.count() / 4;
        return base::Milliseconds{std::uniform_int_distribution<std::int64_t>(-quarter, quarter)(jitter_)} + time;
    }

private:
    [[nodiscard]] base::Milliseconds jittered() { return jittered(interval_); }

    base::Milliseconds first_;
    base::Milliseconds longest_;
    base::Milliseconds interval_;
    std::minstd_rand jitter_;
    std::optional<Away> away_;
    std::optional<base::SteadyTime> back_at_;
    base::SteadyTime try_at_;
};

}  // namespace millrace::capture
