#include "app/evaluation/leak_plan.h"

#include <algorithm>
#include <optional>

#include "app/evaluation/draw.h"

namespace millrace::app {
namespace {

using detect::Rule;

constexpr std::int64_t kHour = 3600;
// Spans of an hour at most keep the products of a second's share inside 64 bits.
constexpr std::int64_t kLongestSpan = kHour;
constexpr int kTries = 200;

std::vector<LeakKind> make_kinds() {
    using enum LeakShape;
    const std::vector<Rule> slow = {Rule::ContinuousFlow, Rule::SlowLeak};
    const std::vector<Rule> toilet = {Rule::RunningToilet};
    const std::vector<Rule> burst = {Rule::Burst};
    return {
        {"drip_0.006_gpm", Steady, 6, slow, 180, true},
        {"steady_0.02_gpm", Steady, 20, slow, 150, true},
        {"steady_0.05_gpm", Steady, 50, slow, 150},
        {"steady_0.1_gpm", Steady, 100, slow, 90},
        {"steady_0.25_gpm", Steady, 250, slow, 90},
        {"steady_0.5_gpm", Steady, 500, slow, 90},
        {"steady_1_gpm", Steady, 1'000, slow, 90},
        {"steady_5_gpm", Steady, 5'000, burst, 10},
        {"steady_10_gpm", Steady, 10'000, burst, 4},
        {"rising_0.25_gpm", Rising, 250, slow},
        {"flapper_0.02_gpm", Refills, 20, toilet, 360},
        {"flapper_0.05_gpm", Refills, 50, toilet, 360},
        {"flapper_0.1_gpm", Refills, 100, toilet, 360},
        {"stuck_fill_valve", Steady, 2'500, {Rule::RunningToilet, Rule::ContinuousFlow}},
        {"hose_left_running", FromDaytime, 4'000, {Rule::Burst, Rule::ContinuousFlow}},
        {"sprinkler_zone", SprinklerZone, 0, {Rule::SprinklerZone}},
        {"away", Away, 0, {Rule::AwayUse}, 2},
    };
}

void add_evenly(WaterSpans& spans, std::int64_t from, std::int64_t to, std::int64_t nanolitres_per_s) {
    for (std::int64_t at = from; at < to; at += kLongestSpan) {
        const std::int64_t end = std::min(to, at + kLongestSpan);
        spans.push_back({at, end, nanolitres_per_s * (end - at)});
    }
}

WaterSpans rising(std::int64_t from, std::int64_t to, std::int64_t most_per_s) {
    constexpr std::int64_t kRises = 24 * kHour;
    constexpr std::int64_t kStep = 60;
    WaterSpans spans;
    for (std::int64_t at = 0; at < kRises; at += kStep) {
        add_evenly(spans, from + at, from + at + kStep, most_per_s * (2 * at + kStep) / (2 * kRises));
    }
    add_evenly(spans, from + kRises, to, most_per_s);
    return spans;
}

// A tank that leaks away and is filled again each time.
WaterSpans refills(std::int64_t from, std::int64_t to, std::int64_t mean_per_s, Draw& draw) {
    const std::int64_t mean_volume = kNanolitresPerGallon * 4 / 10;
    const std::int64_t interval = mean_volume / mean_per_s;
    WaterSpans spans;
    std::int64_t at = from + draw.between(0, interval);
    while (true) {
        const std::int64_t volume = draw.scattered(mean_volume, 10);
        const std::int64_t length = std::max<std::int64_t>(1, volume / gpm_thousandths(2'500));
        if (at + length > to) return spans;
        spans.push_back({at, at + length, volume});
        at += std::max(length + 1, draw.scattered(interval, 15));
    }
}

struct Room {
    std::int64_t first = 0;
    std::int64_t last = 0;
};

// Where leaks may begin.
Room room_for_leaks(const Home& home) {
    if (!is_short(home)) return {home.start_s + kLearningSeconds, home.end_s - kLeakSeconds};
    const std::int64_t first = home.start_s + kSecondsPerDay / 2;
    return {first, std::max(first, home.end_s - kLeakSeconds)};
}

// Seconds since the home's local midnight.
std::int64_t second_of_day(const Home& home, std::int64_t at) {
    return (at + home.clock.utc_offset(at).count()) % kSecondsPerDay;
}

std::optional<Leak> draw_steady(const Home& home, const LeakKind& kind, Draw& draw) {
    const Room room = room_for_leaks(home);
    if (room.last < room.first) return std::nullopt;
    for (int i = 0; i < kTries; ++i) {
        const std::int64_t begin = draw.between(room.first, room.last);
        if (home.has_gap_between(begin, begin + kLeakSeconds)) continue;
        const std::int64_t hour = second_of_day(home, begin) / kHour;
        if (kind.shape == LeakShape::FromDaytime && (hour < 9 || hour >= 20)) continue;
        Leak leak{&kind, begin, begin, begin + kLeakSeconds, {}};
        const std::int64_t flow = gpm_thousandths(kind.gpm_thousandths);
        if (kind.shape == LeakShape::Rising) {
            leak.water = rising(begin, leak.ends_s, flow);
        } else if (kind.shape == LeakShape::Refills) {
            leak.water = refills(begin, leak.ends_s, flow, draw);
        } else {
            add_evenly(leak.water, begin, leak.ends_s, flow);
        }
        return leak;
    }
    return std::nullopt;
}

// A broken head or pipe: from a moment on one zone takes 40 % more at each of its runs.
std::optional<Leak> draw_sprinkler_zone(const Home& home, const LeakKind& kind, const SprinklerCalendar& calendar,
                                        Draw& draw) {
    constexpr std::int64_t kLearned = 9 * kSecondsPerDay;  // four or five mornings
    constexpr std::int64_t kRuns = 5 * kSecondsPerDay;     // two or three mornings
    Room room = room_for_leaks(home);
    room.first = std::max(room.first, calendar.begins_s + kLearned);
    if (room.last < room.first) return std::nullopt;
    for (int i = 0; i < kTries; ++i) {
        const std::int64_t from = draw.between(room.first, room.last);
        const int zone = static_cast<int>(draw.between(0, kSprinklerZones - 1));
        if (home.has_gap_between(from, from + kRuns)) continue;
        Leak leak{&kind, 0, 0, 0, {}};
        for (const auto& run : calendar.runs) {
            if (run.zone != zone || run.from_s < from || run.from_s >= from + kRuns) continue;
            leak.water.push_back({run.from_s, run.to_s, run.nanolitres * 4 / 10});
        }
        if (leak.water.empty()) continue;
        leak.branches_s = leak.begins_s = leak.water.front().from_s;
        leak.ends_s = leak.water.back().to_s;
        return leak;
    }
    return std::nullopt;
}

// Days without use: a tap runs for some minutes while the mode says that nobody is at home. By day, when no sprinkler
// of the calendar runs.
std::optional<Leak> draw_away(const Home& home, const LeakKind& kind, Draw& draw) {
    constexpr std::int64_t kShortest = 20 * kHour;
    const Room room = room_for_leaks(home);
    std::vector<Room> quiet;
    std::int64_t last = home.start_s;
    const auto add = [&](std::int64_t from, std::int64_t to) {
        from = std::max(from, room.first);
        if (to - from >= kShortest && !home.has_gap_between(from, to)) quiet.push_back({from, to});
    };
    for (const WaterSpan& span : home.water) {
        add(last, span.from_s);
        last = span.to_s;
    }
    add(last, home.end_s);
    if (quiet.empty()) return std::nullopt;
    for (int i = 0; i < kTries; ++i) {
        const Room span = quiet[static_cast<std::size_t>(draw.between(0, static_cast<std::int64_t>(quiet.size()) - 1))];
        const std::int64_t begin = draw.between(span.first + 2 * kHour, span.last - kHour);
        const std::int64_t hour = second_of_day(home, begin) / kHour;
        if (hour < 11 || hour >= 23) continue;
        const std::int64_t length = draw.between(180, 600);
        Leak leak{&kind, std::max(span.first + kHour, begin - kSecondsPerDay), begin, begin + length, {}};
        add_evenly(leak.water, begin, begin + length, gpm_thousandths(draw.between(500, 2'500)));
        return leak;
    }
    return std::nullopt;
}

}  // namespace

const std::vector<LeakKind>& leak_kinds() {
    static const std::vector<LeakKind> kinds = make_kinds();
    return kinds;
}

bool is_short(const Home& home) {
    return home.end_s - home.start_s < kShortHomeSeconds;
}

std::int64_t Leak::nanolitres_until(std::int64_t unix_s) const {
    std::int64_t sum = 0;
    for (const WaterSpan& span : water) {
        if (span.from_s >= unix_s) break;
        const std::int64_t length = span.to_s - span.from_s;
        sum += span.nanolitres * std::min(length, unix_s - span.from_s) / length;
    }
    return sum;
}

std::vector<Leak> plan_leaks(const Home& home, const MeterVariant& variant, const SprinklerCalendar* calendar,
                             const LeakKind& kind, int count, std::uint64_t seed) {
    std::vector<Leak> leaks;
    for (int number = 0; number < count; ++number) {
        Draw draw(mix(mix(mix(mix(seed, home.name), kind.name), static_cast<std::uint64_t>(variant.number)),
                      static_cast<std::uint64_t>(number)));
        std::optional<Leak> leak;
        if (kind.shape == LeakShape::SprinklerZone) {
            if (calendar != nullptr) leak = draw_sprinkler_zone(home, kind, *calendar, draw);
        } else if (kind.shape == LeakShape::Away) {
            leak = draw_away(home, kind, draw);
        } else {
            leak = draw_steady(home, kind, draw);
        }
        if (leak) leaks.push_back(std::move(*leak));
    }
    return leaks;
}

bool registers(const LeakKind& kind, const MeterVariant& variant) {
    return kind.shape != LeakShape::Steady || gpm_thousandths(kind.gpm_thousandths) >= variant.stall_nanolitres_per_s;
}

}  // namespace millrace::app
