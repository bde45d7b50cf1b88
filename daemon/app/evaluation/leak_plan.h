// The leaks that `millrace evaluate` lets run, and where: kinds, shapes and moments, all drawn from a seed.
//
// Each leak runs alone, after at least a fortnight of the home's own water, so that no leak teaches the detector what
// is usual. A leak is water of its own, added before the meter counts.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/evaluation/meter_variant.h"
#include "detect/rule.h"

namespace millrace::app {

enum class LeakShape { Steady, Rising, Refills, FromDaytime, SprinklerZone, Away };

struct LeakKind {
    std::string name;  // "steady_0.1_gpm"
    LeakShape shape = LeakShape::Steady;
    std::int64_t gpm_thousandths = 0;
    std::vector<detect::Rule> named;  // the rules that call it by its right name
    int target_min = 0;               // within how many minutes it is to be found; 0: no such target
    bool by_meter = false;            // also told apart by volume a pulse: so slow that it matters
};

[[nodiscard]] const std::vector<LeakKind>& leak_kinds();

inline constexpr std::int64_t kLeakSeconds = 48 * 3600;
inline constexpr std::int64_t kLearningSeconds = 14 * kSecondsPerDay;
// A home with less water than this has leaks from its first half day on, and is told apart.
inline constexpr std::int64_t kShortHomeSeconds = 16 * kSecondsPerDay;

[[nodiscard]] bool is_short(const Home& home);

struct Leak {
    const LeakKind* kind = nullptr;
    std::int64_t branches_s = 0;  // here its run leaves the run without it; in Away mode from here on
    std::int64_t begins_s = 0;
    std::int64_t ends_s = 0;
    WaterSpans water;

    [[nodiscard]] std::int64_t nanolitres_until(std::int64_t unix_s) const;
};

// `calendar`: of the run, for the sprinkler zone; nothing: none of that kind. Kinds that the home has no place for
// (no day without use, too short) give fewer or none. By `branches_s`.
[[nodiscard]] std::vector<Leak> plan_leaks(const Home& home, const MeterVariant& variant,
                                           const SprinklerCalendar* calendar, const LeakKind& kind, int count,
                                           std::uint64_t seed);

// Whether the meter registers the leak by itself; one that rises or comes in bursts does.
[[nodiscard]] bool registers(const LeakKind& kind, const MeterVariant& variant);

}  // namespace millrace::app
