#include "detect/limits.h"

#include <algorithm>
#include <array>

#include "base/flow_rate.h"

namespace millrace::detect {
namespace {

using base::Milliseconds;

constexpr Milliseconds minutes(std::int64_t count) {
    return Milliseconds{count * 60'000};
}

struct LevelLimits {
    Milliseconds floor;     // never sooner than this, however quiet the house
    Milliseconds fallback;  // until the house is known
};

// What uses take: from 2.4 gallons a minute on, ever less time, because no tap, tub or washing machine takes 5 gallons
// a minute for eight minutes. Below, a house rests within three quarters of an hour even on washing day, and two hours
// is what the field uses without learning.
constexpr LevelLimits kBelow{minutes(40), minutes(120)};
constexpr LevelLimits kBelowAtNight{minutes(30), minutes(120)};
constexpr Milliseconds kAtOnce{150'000};
constexpr std::size_t kFirstAbove = 9;
constexpr std::array<LevelLimits, kRates - kFirstAbove> kAbove{{
    {minutes(40), minutes(90)},
    {minutes(25), minutes(75)},
    {minutes(8), minutes(20)},
    {kAtOnce, minutes(10)},
    {kAtOnce, minutes(8)},
}};
// At the lowest rates the pauses between two uses are as long as those between a drip's peaks: it takes many of them to
// tell the two apart, ...
constexpr std::int64_t kPausesToTell = 16;
// ... and more until the house is known.
constexpr std::int64_t kPausesUntilKnown = 36;

LevelLimits limits_of(std::size_t level, base::VolumePerPeak per_peak, bool night) {
    LevelLimits limits = level < kFirstAbove ? (night ? kBelowAtNight : kBelow) : kAbove[level - kFirstAbove];
    const Milliseconds pause = longest_pause(level, per_peak);
    limits.floor = std::max(limits.floor, level < kFirstAbove ? kPausesToTell * pause : limits.floor);
    limits.fallback = std::max(limits.fallback, level < kFirstAbove ? kPausesUntilKnown * pause : limits.fallback);
    return limits;
}

// The longest run of the last weeks, and half as much again.
constexpr double kMargin = 1.5;
constexpr Milliseconds kLongestLimit = minutes(1'440);

// Unknown sprinklers: a drip zone commonly takes an hour before breakfast, beside which people get up, and rotors and
// sprays take more than any pipe inside a house lets through, for up to four hours.
constexpr Milliseconds kDripZone = minutes(85);
constexpr Milliseconds kSprinklers = minutes(240);

// Slower than a twentieth of a gallon a minute is a slow leak; 4.5 gallons a minute and more is a burst.
constexpr std::int64_t kSlowLeak = 3'155;
constexpr std::int64_t kBurstMean = 284'000;

}  // namespace

Rule rule_of_run(base::FlowRate mean) {
    if (mean.microlitres_per_second >= kBurstMean) return Rule::Burst;
    return mean.microlitres_per_second < kSlowLeak ? Rule::SlowLeak : Rule::ContinuousFlow;
}

int local_minute(base::WallTime time, base::Seconds utc_offset) {
    return static_cast<int>((base::unix_s(time) + utc_offset.count()) / 60 % 1'440);
}

RunLimit run_limit(std::size_t level, const Run& run, base::VolumePerPeak per_peak, const LongestRuns& longest,
                   const Settings& settings) {
    const PartOfDay part = part_of_day(run.began_minute);
    const LevelLimits limits = limits_of(level, per_peak, part == PartOfDay::Night);
    RunLimit limit;
    limit.usual = longest.longest(level, part);
    if (level >= kBurstLevel && settings.burst_after &&
        (!settings.burst_rate || rate_of(level) >= *settings.burst_rate)) {
        return {*settings.burst_after, LimitSource::Owner, limit.usual};
    }
    if (level < kBurstLevel && settings.continuous_after) {
        return {*settings.continuous_after, LimitSource::Owner, limit.usual};
    }
    const auto learned = Milliseconds{static_cast<std::int64_t>(kMargin * static_cast<double>(limit.usual.count()))};
    limit.length = std::max(learned, limits.floor);
    limit.source = learned >= limits.floor ? LimitSource::Learned : LimitSource::Floor;
    if (longest.days() < kDaysToLearn && limit.length < limits.fallback) {
        limit.length = limits.fallback;
        limit.source = LimitSource::Fallback;
    }
    if (is_dawn(run.began_minute)) {
        const std::int64_t mean = base::mean_flow(run.counted_volume(), run.length()).microlitres_per_second;
        const bool drip_zone = level < kBurstLevel && mean >= kDripZoneTakes;
        const Milliseconds dawn = mean >= kSprinklersTake ? kSprinklers : drip_zone ? kDripZone : limit.length;
        if (limit.length < dawn) {
            limit.length = dawn;
            limit.source = LimitSource::Floor;
        }
    }
    limit.length = std::min(limit.length, kLongestLimit);
    return limit;
}

}  // namespace millrace::detect
