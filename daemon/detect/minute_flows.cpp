#include "detect/minute_flows.h"

#include <algorithm>

namespace millrace::detect {
namespace {

std::int64_t minute_of(base::WallTime time) {
    return base::unix_s(time) / 60;
}

}  // namespace

void MinuteFlows::add(const WaterStep& step) {
    const std::int64_t minute = minute_of(step.to);
    if (minutes_.empty() || minute > first_ + static_cast<std::int64_t>(minutes_.size()) + kMinutes) {
        minutes_.clear();
        first_ = minute;
    }
    if (minute < first_) return;
    while (first_ + static_cast<std::int64_t>(minutes_.size()) <= minute) minutes_.push_back(0);
    minutes_[static_cast<std::size_t>(minute - first_)] += step.volume.microlitres;
    while (static_cast<std::int64_t>(minutes_.size()) > kMinutes) {
        minutes_.pop_front();
        ++first_;
    }
}

std::int64_t MinuteFlows::in(std::int64_t minute) const {
    const std::int64_t at = minute - first_;
    return at < 0 || at >= static_cast<std::int64_t>(minutes_.size()) ? 0 : minutes_[static_cast<std::size_t>(at)];
}

std::vector<std::int64_t> MinuteFlows::between(base::WallTime from, base::WallTime to) const {
    std::vector<std::int64_t> volumes;
    for (std::int64_t minute = minute_of(from); minute < minute_of(to) && volumes.size() < kMinutes; ++minute) {
        volumes.push_back(in(minute));
    }
    return volumes;
}

}  // namespace millrace::detect
