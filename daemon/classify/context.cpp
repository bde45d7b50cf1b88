#include "classify/context.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace millrace::classify {
namespace {

constexpr double kDay = 86'400;
constexpr double kDaysToKnow = 4;

constexpr double kAlikeVolume = 0.05;
constexpr double kAlikeFlow = 0.08;
constexpr double kGridSeconds = 5;  // by which a use's length may be off
// Around those, in which sizes would be spread evenly if nothing recurred.
constexpr double kWideVolume = 0.5;
constexpr double kWideFlow = 0.6;

constexpr double kLongestPause = 100 * 60;
constexpr double kShortestPause = 20;
constexpr double kEqualPause = 0.05;
constexpr double kEqualPauseSeconds = 15;
constexpr std::size_t kFewestPauses = 4;
constexpr std::size_t kMostPauses = 40;

constexpr double kLongSeconds = 100;
constexpr double kLongLnLitres = 2.0794;  // 8 l
constexpr double kLongFlow = 0.12;
constexpr int kFewLong = 3;

// Sprinklers begin at the minute; nobody showers so.
constexpr double kSameTimeHours = 0.015;
constexpr int kFewestByTheClock = 2;

constexpr double kMateLnLitres = -0.2231;  // 0.8 l
constexpr double kMateUneven = 1.45;
constexpr double kMateSeconds = 8;
constexpr double kOtherSize = 0.2;

double seconds_between(base::WallTime from, base::WallTime to) {
    return static_cast<double>((to - from).count()) / 1e3;
}

// The greatest share of the pauses that are equal to one of them.
double regularity_of(const std::vector<base::WallTime>& starts) {
    std::vector<double> pauses;
    for (std::size_t i = 1; i < starts.size(); ++i) {
        const double pause = seconds_between(starts[i - 1], starts[i]);
        if (pause > kShortestPause && pause < kLongestPause) pauses.push_back(pause);
    }
    if (pauses.size() < kFewestPauses) return 0;
    if (pauses.size() > kMostPauses) pauses.erase(pauses.begin(), pauses.end() - kMostPauses);
    std::ptrdiff_t most = 0;
    for (const double one : pauses) {
        const double off = std::max(kEqualPause * one, kEqualPauseSeconds);
        const auto equal =
            std::count_if(pauses.begin(), pauses.end(), [&](double other) { return std::abs(other - one) < off; });
        most = std::max(most, equal - 1);
    }
    return static_cast<double>(most) / static_cast<double>(pauses.size());
}

bool is_long(const Shape& shape) {
    return shape.seconds > kLongSeconds && shape.ln_litres > kLongLnLitres;
}

bool may_be_mate(const Shape& shape) {
    return shape.ln_litres > kMateLnLitres && shape.unevenness < kMateUneven && shape.seconds >= kMateSeconds;
}

// Counts the uses before one, of which some are like it.
struct Count {
    std::vector<base::WallTime> alike;  // their starts
    int wide = 0;
    int long_ones = 0;
    int long_alike = 0;
    int days_with_alike = 0;
    int same_time = 0;  // of those alike
    std::int64_t last_day = -1;

    void add(const Remembered& other, const Shape& shape, double volume_off, double flow_off) {
        const double volume = std::abs(other.shape.ln_litres - shape.ln_litres);
        const double flow = std::abs(other.shape.ln_flow - shape.ln_flow);
        if (volume < kWideVolume && flow < kWideFlow) ++wide;
        if (is_long(other.shape) && volume > volume_off) {
            ++long_ones;
            if (flow < kLongFlow) ++long_alike;
        }
        if (volume >= volume_off || flow >= flow_off) return;
        alike.push_back(other.key.start);
        const double apart = std::abs(other.shape.local_hour - shape.local_hour);
        if (std::min(apart, 24 - apart) < kSameTimeHours) ++same_time;
        const auto day = base::unix_s(other.key.start) / static_cast<std::int64_t>(kDay);
        if (day != last_day) ++days_with_alike;
        last_day = day;
    }
};

void add_mates(Context& context, const Remembered& use, const Memory& memory) {
    const auto& uses = memory.uses();
    auto at = std::lower_bound(uses.begin(), uses.end(), use.key.start - kMatesWithin,
                               [](const Remembered& each, base::WallTime time) { return each.key.start < time; });
    for (; at != uses.end() && at->key.start <= use.key.start + kMatesWithin; ++at) {
        if (at->key == use.key || !may_be_mate(at->shape)) continue;
        if (std::abs(at->shape.ln_flow - use.shape.ln_flow) >= kMateFlow) continue;
        ++context.valve_mates;
        if (std::abs(at->shape.ln_litres - use.shape.ln_litres) > kOtherSize) ++context.mates_of_other_size;
    }
}

}  // namespace

Context context_of(const Remembered& use, const Memory& memory) {
    Context context;
    add_mates(context, use, memory);
    const double age = memory.since() ? std::max(0.0, seconds_between(*memory.since(), use.key.start) / kDay) : 0;
    context.known = std::min(1.0, age / kDaysToKnow);
    const double days = std::clamp(age, 1.0, static_cast<double>(Memory::kLength.count()) / kDay);

    const Shape& shape = use.shape;
    const double volume_off = std::max(kAlikeVolume, shape.ln_litres_off);
    const double flow_off = std::max(kAlikeFlow, kGridSeconds / shape.seconds);
    Count count;
    for (const Remembered& other : memory.uses()) {
        if (other.key.start >= use.key.start) break;
        count.add(other, shape, volume_off, flow_off);
    }
    const auto alike = static_cast<double>(count.alike.size());
    const double spread_evenly = volume_off / kWideVolume * flow_off / kWideFlow;
    const double expected = std::max(count.wide - alike, 0.0) * spread_evenly;
    context.recurrence = std::clamp(std::log((alike + 0.5) / (expected + 0.5)), -1.0, 5.0);
    context.alike_a_day = alike / days;
    context.days_with_alike = std::min(1.0, count.days_with_alike / std::max(1.0, std::floor(days)));
    context.alike_this_week =
        static_cast<int>(std::count_if(count.alike.begin(), count.alike.end(), [&](base::WallTime start) {
            return use.key.start - start < std::chrono::hours{7 * 24};
        }));
    if (is_long(shape)) {
        if (count.same_time >= kFewestByTheClock) context.by_the_clock = count.same_time / alike;
        context.long_alike_a_day = count.long_alike / days;
        context.long_alike_share = count.long_alike / static_cast<double>(std::max(kFewLong, count.long_ones));
    }
    count.alike.push_back(use.key.start);
    context.regularity = regularity_of(count.alike);
    return context;
}

}  // namespace millrace::classify
