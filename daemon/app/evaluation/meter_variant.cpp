#include "app/evaluation/meter_variant.h"

#include <algorithm>
#include <string>

#include "app/evaluation/draw.h"

namespace millrace::app {
namespace {

constexpr std::int64_t kMonthSeconds = 30 * kSecondsPerDay + kSecondsPerDay * 44 / 100;
constexpr std::int64_t kFortnightSeconds = 14 * kSecondsPerDay;
constexpr std::int64_t kLearningDays = 14;
constexpr std::int64_t kLongGapSeconds = 8 * 3600;

std::uint64_t variant_seed(const Home& home, int number, std::uint64_t seed) {
    return mix(mix(seed, home.name), static_cast<std::uint64_t>(number));
}

void draw_gaps(const Home& home, MeterVariant& variant) {
    Draw draw(mix(variant.seed, "gaps"));
    for (std::int64_t day = home.start_s; day < home.end_s; day += kSecondsPerDay) {
        const std::int64_t from = day + draw.between(0, kSecondsPerDay - 3600);
        variant.gaps.emplace_back(from, from + 60 * draw.between(10, 60));
    }
    for (std::int64_t start = home.start_s; start < home.end_s; start += kFortnightSeconds) {
        const std::int64_t from = start + draw.between(0, kFortnightSeconds - kLongGapSeconds);
        variant.gaps.emplace_back(from, from + kLongGapSeconds);
    }
    std::sort(variant.gaps.begin(), variant.gaps.end());
}

void draw_restarts(const Home& home, MeterVariant& variant) {
    Draw draw(mix(variant.seed, "restarts"));
    for (std::int64_t start = home.start_s; start < home.end_s; start += kMonthSeconds) {
        const std::int64_t at = start + draw.between(0, kMonthSeconds);
        if (at < home.end_s) variant.restarts.push_back(at);
    }
}

}  // namespace

MeterVariant draw_variant(const Home& home, int number, bool clean, std::uint64_t seed) {
    MeterVariant variant;
    variant.number = number;
    variant.seed = variant_seed(home, number, seed);
    Draw of_home(mix(mix(seed, home.name), "meter"));
    const bool coarse = of_home.chance(50) != (number % 2 == 1);
    variant.pulse_nanolitres =
        home.nanolitres_per_pulse.value_or(coarse ? kCoarsePulseNanolitres : kFinePulseNanolitres);
    if (clean) return variant;
    Draw draw(mix(variant.seed, "stall"));
    if (draw.chance(50)) variant.stall_nanolitres_per_s = gpm_thousandths(draw.chance(50) ? 30 : 60);
    variant.lost_percent = 1;
    draw_gaps(home, variant);
    draw_restarts(home, variant);
    return variant;
}

WaterSpans SprinklerCalendar::water() const {
    WaterSpans spans;
    for (const Run& run : runs) spans.push_back({run.from_s, run.to_s, run.nanolitres});
    return spans;
}

SprinklerCalendar draw_calendar(const Home& home, int variant, std::uint64_t seed) {
    constexpr std::int64_t kDripSeconds = 3'570;
    constexpr std::int64_t kZoneSeconds = 141 * 60 / 6;
    constexpr std::int64_t kDripStart = 3 * 3600 + 45 * 60;
    constexpr std::int64_t kZonesStart = 5 * 3600;
    constexpr std::int64_t kDayToDayPercent = 3;
    Draw of_home(mix(mix(seed, home.name), "sprinklers"));
    const std::int64_t shift = 60 * of_home.between(0, 180);
    const bool odd_days = of_home.chance(50);
    const bool season = of_home.chance(50) != (variant % 2 == 1);
    std::int64_t flow[kSprinklerZones] = {gpm_thousandths(1'200)};
    for (int zone = 1; zone < kSprinklerZones; ++zone) flow[zone] = gpm_thousandths(of_home.between(18'200, 24'600));
    SprinklerCalendar calendar;
    // Half a day more lands inside the day wanted, whatever the clocks do.
    constexpr std::int64_t kHalfDay = kSecondsPerDay / 2;
    const std::int64_t first_day = home.clock.day_start(home.start_s);
    calendar.begins_s =
        season ? home.clock.day_start(first_day + kLearningDays * kSecondsPerDay + kHalfDay) : first_day;
    const auto add = [&](std::int64_t from, std::int64_t length, int zone, std::int64_t usual) {
        Draw of_run(mix(mix(mix(seed, home.name), "run"), static_cast<std::uint64_t>(from)));
        // An even draw has the spread's bounds, as a meter's day-to-day scatter of pressure has.
        const std::int64_t nanolitres =
            usual * of_run.between(1'000 - 10 * kDayToDayPercent, 1'000 + 10 * kDayToDayPercent) / 1'000;
        if (from >= home.start_s) calendar.runs.push_back({from, from + length, zone, nanolitres * length});
    };
    bool odd = false;
    for (std::int64_t day = calendar.begins_s; day < home.end_s + 7 * kSecondsPerDay; odd = !odd) {
        // The controller goes by the local clock: on the day on which it changes, by its noon.
        const std::int64_t noon = day + kHalfDay;
        const std::int64_t midnight = day + (home.clock.utc_offset(day) - home.clock.utc_offset(noon)).count();
        add(midnight + kDripStart + shift, kDripSeconds, 0, flow[0]);
        for (int zone = 1; zone < kSprinklerZones && odd == odd_days; ++zone) {
            add(midnight + kZonesStart + shift + (zone - 1) * kZoneSeconds, kZoneSeconds, zone, flow[zone]);
        }
        day = home.clock.day_start(day + kSecondsPerDay + kHalfDay);
    }
    return calendar;
}

}  // namespace millrace::app
