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

constexpr double kLongSeconds = 100;
constexpr double kLongLnLitres = 2.0794;  // 8 l
// A cistern may take minutes to fill too, but no shower head gives less than 3.5 l a minute.
constexpr double kLongLnFlow = 1.2528;
constexpr double kLongFlow = 0.12;
constexpr int kFewLong = 3;
// A shower head's flow is where the long uses crowd; a hose is opened as far as it takes.
constexpr double kCrowdFlow = 0.06;
constexpr double kAroundCrowd = 0.36;
// A house's flushes are taken for those of its own cisterns: unlike them is another valve.
constexpr double kAnotherValve = 0.3;

// Sprinklers begin at the minute; nobody showers so.
constexpr double kSameTimeHours = 0.015;
constexpr int kFewestByTheClock = 2;

double seconds_between(base::WallTime from, base::WallTime to) {
    return static_cast<double>((to - from).count()) / 1e3;
}

bool is_long(const Shape& shape) {
    return shape.seconds > kLongSeconds && shape.ln_litres > kLongLnLitres && shape.ln_flow > kLongLnFlow;
}

// Counts the uses before one, of which some are like it.
struct Count {
    int alike = 0;
    int alike_this_week = 0;
    int wide = 0;
    int long_ones = 0;
    int long_alike = 0;
    int crowd = 0;   // of the long ones
    int around = 0;  // the crowd and what is around it
    int flushes_elsewhere = 0;
    int days_with_alike = 0;
    int same_time = 0;  // of those alike
    std::int64_t last_day = -1;

    void add(const Remembered& other, const Remembered& use, double volume_off, double flow_off) {
        const Shape& shape = use.shape;
        const double volume = std::abs(other.shape.ln_litres - shape.ln_litres);
        const double flow = std::abs(other.shape.ln_flow - shape.ln_flow);
        if (volume < kWideVolume && flow < kWideFlow) ++wide;
        if (is_long(other.shape) && volume > volume_off) {
            ++long_ones;
            if (flow < kLongFlow) ++long_alike;
            if (flow < kCrowdFlow) ++crowd;
            if (flow < kAroundCrowd) ++around;
        }
        if (flow > kAnotherValve && other.verdict && other.verdict->category == Category::Toilet) ++flushes_elsewhere;
        if (volume >= volume_off || flow >= flow_off) return;
        ++alike;
        if (use.key.start - other.key.start < std::chrono::hours{7 * 24}) ++alike_this_week;
        const double apart = std::abs(other.shape.local_hour - shape.local_hour);
        if (std::min(apart, 24 - apart) < kSameTimeHours) ++same_time;
        const auto day = base::unix_s(other.key.start) / static_cast<std::int64_t>(kDay);
        if (day != last_day) ++days_with_alike;
        last_day = day;
    }
};

// The steady uses at its flow around it, by start.
std::vector<const Remembered*> mates_of(const Remembered& use, const Memory& memory) {
    std::vector<const Remembered*> mates;
    const auto& uses = memory.uses();
    auto at = std::lower_bound(uses.begin(), uses.end(), use.key.start - kMatesWithin,
                               [](const Remembered& each, base::WallTime time) { return each.key.start < time; });
    for (; at != uses.end() && at->key.start <= use.key.start + kMatesWithin; ++at) {
        if (at->key == use.key || !may_be_fill(at->shape)) continue;
        if (std::abs(at->shape.ln_flow - use.shape.ln_flow) < kMateFlow) mates.push_back(&*at);
    }
    return mates;
}

}  // namespace

Context context_of(const Remembered& use, const Memory& memory) {
    Context context;
    const double age = memory.since() ? std::max(0.0, seconds_between(*memory.since(), use.key.start) / kDay) : 0;
    context.known = std::min(1.0, age / kDaysToKnow);
    const double days = std::clamp(age, 1.0, static_cast<double>(Memory::kLength.count()) / kDay);

    const Shape& shape = use.shape;
    const double volume_off = std::max(kAlikeVolume, shape.ln_litres_off);
    const double flow_off = std::max(kAlikeFlow, kGridSeconds / shape.seconds);
    Count count;
    for (const Remembered& other : memory.uses()) {
        if (other.key.start >= use.key.start) break;
        count.add(other, use, volume_off, flow_off);
    }
    const auto alike = static_cast<double>(count.alike);
    const double spread_evenly = volume_off / kWideVolume * flow_off / kWideFlow;
    const double expected = std::max(count.wide - alike, 0.0) * spread_evenly;
    context.recurrence = std::clamp(std::log((alike + 0.5) / (expected + 0.5)), -1.0, 5.0);
    context.alike_a_day = alike / days;
    context.days_with_alike = std::min(1.0, count.days_with_alike / std::max(1.0, std::floor(days)));
    context.alike_this_week = count.alike_this_week;
    context.flushes_elsewhere_a_day = count.flushes_elsewhere / days;
    if (is_long(shape)) {
        if (count.same_time >= kFewestByTheClock) context.by_the_clock = count.same_time / alike;
        context.long_alike_a_day = count.long_alike / days;
        context.long_alike_share = count.long_alike / static_cast<double>(std::max(kFewLong, count.long_ones));
        const double evenly = (count.around - count.crowd) * kCrowdFlow / (kAroundCrowd - kCrowdFlow);
        context.long_crowding = std::clamp(std::log((count.crowd + 0.5) / (evenly + 0.5)), -1.5, 3.0);
    }
    const std::vector<const Remembered*> mates = mates_of(use, memory);
    context.valve_mates = static_cast<int>(mates.size());
    context.rhythm = rhythm_of(use, mates, memory, days);
    return context;
}

}  // namespace millrace::classify
