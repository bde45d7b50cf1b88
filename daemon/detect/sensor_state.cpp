#include "detect/sensor_state.h"

#include <algorithm>
#include <utility>

#include "base/flow_rate.h"

namespace millrace::detect {
namespace {

using base::FlowRate;
using base::Milliseconds;
using base::Seconds;
using base::Volume;
using base::WallTime;

// Until the house has shown what it takes at once: 25 gallons a minute, the most a one inch meter is built for.
constexpr std::int64_t kMostAtOnce = 1'577'000;
// A valve that has just opened takes more than the fullest minute shows.
constexpr std::int64_t kAboveFullestMinuteNumerator = 3;
constexpr std::int64_t kAboveFullestMinuteDenominator = 2;
constexpr std::int64_t kDaysOfPeaks = 35;

// A leak lets water pause no longer than it did in the last hours, half as much again for a lost message.
constexpr std::int64_t kLeakHours = 2;
constexpr Milliseconds kClearlyLonger{60'000};

// In so short a time a habit's water was not seen because a message or two were lost.
constexpr Milliseconds kLostMessages{60'000};

bool may_be_sprinklers(const Run& run) {
    return is_dawn(run.began_minute) &&
           mean_flow(run.volume, run.until - run.since).microlitres_per_second >= kSprinklersTake;
}

// While people sleep. In the morning nobody could tell it from their water, and the limits take both in.
bool may_be_drip_zone(const Run& run) {
    return part_of_day(run.began_minute) == PartOfDay::Night &&
           mean_flow(run.counted_volume(), run.length()).microlitres_per_second >= kDripZoneTakes;
}

}  // namespace

std::int64_t local_day(WallTime time, Seconds utc_offset) {
    return (base::unix_s(time) + utc_offset.count()) / 86'400;
}

void SensorDetector::State::apply(const meter::Reading& reading, const Context& context) {
    utc_offset = context.utc_offset;
    const auto step = steps.step(reading, per_peak, most_at_once());
    if (!step) return;
    const std::int64_t day = local_day(step->to, utc_offset);
    longest.note_day(day);
    if (!step->spread) minutes.add(*step);
    note_peak(*step, day);

    const HabitMatch match = habit_of(*step, context);
    const auto& windows = context.settings.irrigation;
    const bool by_hand = context.irrigation_active ||
                         std::any_of(windows.begin(), windows.end(),
                                     [&](const WeekWindow& window) { return holds(window, step->to, utc_offset); });
    excused_now = match.habit != nullptr || by_hand;
    note_zone(*step, match);
    if (!excused_now && !may_be_habits(*step, context)) note_away(*step, context);
    note_runs(*step, context);
    note_rest(*step, day);
    newest = step->to;
}

FlowRate SensorDetector::State::most_at_once() const {
    std::int64_t most = known() ? 0 : kMostAtOnce;
    for (const auto& [day, peak] : day_peaks) most = std::max(most, peak);
    return {most * kAboveFullestMinuteNumerator / kAboveFullestMinuteDenominator};
}

void SensorDetector::State::note_peak(const WaterStep& step, std::int64_t day) {
    const std::int64_t minute = base::unix_s(step.to) / 60;
    if (step.spread || minute == noted_minute) return;
    noted_minute = minute;
    std::int64_t& peak = day_peaks[day];
    peak = std::max(peak, minutes.in(minute - 1) / 60);  // the last one that is complete
    while (day_peaks.begin()->first <= day - kDaysOfPeaks) day_peaks.erase(day_peaks.begin());
}

HabitMatch SensorDetector::State::habit_of(const WaterStep& step, const Context& context) const {
    if (step.spread) return {};
    const Milliseconds grid = meter::kGridStep;
    Milliseconds over = step.length();
    if (step.peaks == 1) over = newest ? std::min<Milliseconds>(step.to - *newest, grid) : grid;
    over = std::max(over, Milliseconds{1'000});
    const FlowRate one_peak = mean_flow(Volume{per_peak.microlitres}, over);
    const FlowRate last_minute{minutes.in(base::unix_s(step.to) / 60 - 1) / 60};
    return habits.match(step.to, mean_flow(step.volume, over), one_peak, last_minute, context.utc_offset);
}

bool SensorDetector::State::may_be_habits(const WaterStep& step, const Context& context) const {
    WaterStep since_newest = step;
    if (!step.spread) {
        const Milliseconds pause = newest ? step.to - *newest : Milliseconds{0};
        if (step.peaks == 1 || pause <= meter::kGridStep || pause > kLostMessages) return false;
        since_newest.from = *newest;
    }
    return habits.explain(since_newest, context.utc_offset);
}

bool SensorDetector::State::looks_like_sprinklers(WallTime now) const {
    constexpr std::size_t kLevel = 12;  // 9.4 gallons a minute
    const Run* run = runs.run(kLevel, now);
    return run != nullptr && may_be_sprinklers(*run);
}

void SensorDetector::State::note_runs(const WaterStep& step, const Context& context) {
    if (newest && !step.spread && rested(step.from - *newest)) {
        // A leak has stopped: what else is used afterwards is not it.
        const bool was_leak = runs.end_over();
        if (was_leak) restless.reset();
    }
    // What had passed its limit, and what ran beside it, is no lesson.
    any_over_ = false;
    FlowRate standing;
    for (std::size_t level = 0; level < kRates; ++level) {
        Run* run = runs.open(level);
        if (run == nullptr) continue;
        run->was_over =
            run->was_over || run->length() >= run_limit(level, *run, per_peak, longest, context.settings).length;
        any_over_ = any_over_ || run->was_over;
        if (run->length() >= kStanding && runs.run(level, step.from) != nullptr) standing = rate_of(level);
    }
    const int minute = local_minute(step.spread ? step.to : step.from, utc_offset);
    const Excuse excuse = excused_now                        ? Excuse::All
                          : looks_like_sprinklers(step.from) ? Excuse::Sprinklers
                                                             : Excuse::None;
    for (const auto& [level, run] : runs.add(step, per_peak, excuse, minute)) {
        habits.learn(level, run, utc_offset, minutes);
        if (any_over_ || may_be_sprinklers(run) || may_be_drip_zone(run)) continue;
        longest.add(level, local_day(run.until, utc_offset), part_of_day(run.began_minute), run.length());
    }
    for (const Use& use : cutter.add(step, per_peak, standing)) note_use(use);
    use_excused = use_excused || excused_now;
    use_beside_leak = use_beside_leak || any_over_;
}

void SensorDetector::State::note_use(const Use& use) {
    if (use.overlapped) {
        ended_uses.push_back(use);
        return;
    }
    refills.add(use, per_peak);
    const bool excused = std::exchange(use_excused, false);
    const bool beside_leak = std::exchange(use_beside_leak, false);
    if (!excused && !beside_leak) {
        largest_use.add(local_day(use.end, utc_offset), local_minute(use.start, utc_offset), use.volume.microlitres);
    }
    ended_uses.push_back(use);
}

bool SensorDetector::State::rested(Milliseconds pause) const {
    return pause > pauses.longest(kLeakHours) * 3 / 2 + kClearlyLonger;
}

void SensorDetector::State::note_rest(const WaterStep& step, std::int64_t day) {
    const Milliseconds pause = restless ? step.to - restless->until : Milliseconds{0};
    if (restless && pause > kFreeHour) {
        if (restless->length() < kWithoutRest) longest_restless.add(day, 0, restless->length().count());
        restless.reset();
    }
    if (!step.spread) pauses.add(step.to, std::min<Milliseconds>(pause, kFreeHour));
    if (!restless) restless = Span{step.spread ? step.to : step.from, step.to, {}, 0, {}};
    restless->until = step.to;
    restless->volume += step.volume;
}

void SensorDetector::State::note_away(const WaterStep& step, const Context& context) {
    if (context.mode == Mode::Home || (away && step.from - away->until > away_limits(context.mode).rests)) {
        away.reset();
    }
    if (context.mode == Mode::Home) return;
    if (!away) away = Span{step.from, step.to, {}, 0, {}};
    away->until = step.to;
    away->volume += step.volume;
    away->peaks += step.peaks;
}

void SensorDetector::State::note_zone(const WaterStep& step, const HabitMatch& match) {
    // A lost message may make a minute look like little.
    const Seconds may_pause = zone && zone->length() >= kZoneOver ? kZoneRests : kZonePauses;
    if (zone && step.to - zone->until > may_pause) zone.reset();
    if (!match.over) return;
    if (!zone) zone = Span{step.from, step.to, {}, 0, match.usual};
    zone->until = step.to;
    zone->volume += step.volume;
}

}  // namespace millrace::detect
