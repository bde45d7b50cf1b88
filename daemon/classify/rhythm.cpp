#include "classify/rhythm.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "classify/context.h"

namespace millrace::classify {
namespace {

constexpr double kFillLnLitres = -0.2231;    // 0.8 l
constexpr double kLargestLnLitres = 4.0943;  // 60 l: a machine that is loaded from the top takes 51 at once
constexpr double kFillUneven = 1.45;
constexpr double kFillSeconds = 8;

constexpr double kSameFill = 0.08;  // of its volume, or what the meter's steps leave open
// A programme waits for the same time, give or take what a fill lasts longer at a lower pressure.
constexpr double kSamePause = 0.02;
constexpr double kSamePauseSeconds = 20;
constexpr std::size_t kMostFills = 8;
constexpr std::size_t kMostTimes = 40;
// By chance people's uses stand at any distance too, in the fourteen hours or so of a day in which they use water.
constexpr double kWakingSeconds = 0.6 * 86'400;
constexpr int kLeastTimes = 2;
constexpr double kTimesChance = 3;
constexpr int kMostRecurring = 2;
constexpr double kTimesUnseen = 2;  // what was seen twice or thrice is not yet certain

base::Milliseconds seconds(double length) {
    return base::Milliseconds{static_cast<std::int64_t>(length * 1e3)};
}

bool is_like(const Shape& other, const Shape& fill) {
    return std::abs(other.ln_flow - fill.ln_flow) < kMateFlow &&
           std::abs(other.ln_litres - fill.ln_litres) < std::max(kSameFill, fill.ln_litres_off) && may_be_fill(other);
}

// The latest of the earlier uses like this one; those of its own run of the machine left out.
std::vector<base::WallTime> earlier_times(const Remembered& use, const Memory& memory) {
    std::vector<base::WallTime> times;
    const auto& uses = memory.uses();
    auto at = std::lower_bound(uses.begin(), uses.end(), use.key.start - kMatesWithin,
                               [](const Remembered& each, base::WallTime time) { return each.key.start < time; });
    while (at != uses.begin() && times.size() < kMostTimes) {
        --at;
        if (is_like(at->shape, use.shape)) times.push_back(at->key.start);
    }
    return times;
}

bool stood_at(base::WallTime from, base::WallTime to, const Shape& fill, const Memory& memory) {
    const auto& uses = memory.uses();
    auto at = std::lower_bound(uses.begin(), uses.end(), from,
                               [](const Remembered& each, base::WallTime time) { return each.key.start < time; });
    for (; at != uses.end() && at->key.start <= to; ++at) {
        if (is_like(at->shape, fill)) return true;
    }
    return false;
}

}  // namespace

bool may_be_fill(const Shape& shape) {
    return shape.ln_litres > kFillLnLitres && shape.ln_litres < kLargestLnLitres && shape.unevenness < kFillUneven &&
           shape.seconds >= kFillSeconds;
}

Rhythm rhythm_of(const Remembered& use, const std::vector<const Remembered*>& fills, const Memory& memory,
                 double days) {
    Rhythm rhythm;
    if (fills.empty() || !may_be_fill(use.shape)) return rhythm;
    const std::vector<base::WallTime> times = earlier_times(use, memory);
    if (times.empty()) return rhythm;
    const auto earlier = static_cast<double>(times.size());
    for (std::size_t i = 0; i < std::min(fills.size(), kMostFills); ++i) {
        const Remembered& fill = *fills[i];
        const auto pause = fill.key.start - use.key.start;
        const double off = std::max(kSamePauseSeconds, kSamePause * std::abs(static_cast<double>(pause.count())) / 1e3);
        const auto found = std::count_if(times.begin(), times.end(), [&](base::WallTime time) {
            return stood_at(time + pause - seconds(off), time + pause + seconds(off), fill.shape, memory);
        });
        if (found == 0) continue;
        std::ptrdiff_t anywhere = 0;
        for (const Remembered& other : memory.uses()) {
            if (other.key.start >= use.key.start) break;
            if (is_like(other.shape, fill.shape)) ++anywhere;
        }
        const double by_chance =
            std::min(1.0, static_cast<double>(anywhere) / (days * kWakingSeconds) * 2 * off) * earlier;
        if (found >= kLeastTimes && static_cast<double>(found) > kTimesChance * by_chance + 1) ++rhythm.recurring;
        rhythm.share = std::max(rhythm.share, (static_cast<double>(found) - by_chance) / (earlier + kTimesUnseen));
    }
    rhythm.recurring = std::min(rhythm.recurring, kMostRecurring);
    return rhythm;
}

}  // namespace millrace::classify
