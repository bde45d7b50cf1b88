#include "detect/sensor_detector.h"

#include <algorithm>
#include <map>
#include <utility>

#include "detect/flow_runs.h"
#include "detect/habits.h"
#include "detect/limits.h"
#include "detect/minute_flows.h"
#include "detect/refills.h"
#include "detect/use_cutter.h"
#include "detect/water_step.h"

namespace millrace::detect {
namespace {

using base::FlowRate;
using base::Milliseconds;
using base::Seconds;
using base::Volume;
using base::WallTime;

// Until the house has shown what it takes at once: 25 gallons a minute, the most a one inch meter is built for.
constexpr FlowRate kMostAtOnce{1'577'000};
// Beyond the highest flow it kept up for a minute by this much, water came over a longer time.
constexpr std::int64_t kMostAtOnceNumerator = 3;
constexpr std::int64_t kMostAtOnceDenominator = 2;
constexpr int kDaysOfPeaks = 35;

// A standing flow is one that has not rested for this long.
constexpr Milliseconds kStanding{40 * 60'000};
// Slower than a twentieth of a gallon a minute is a slow leak.
constexpr std::int64_t kSlowLeak = 3'155;
// 4.5 gallons a minute and more is a burst, whichever rate found it.
constexpr std::int64_t kBurstMean = 284'000;

constexpr int kRefillsToTell = 6;

// While nobody is at home: this much, or water for `away_after`.
constexpr std::int64_t kAwayUl = 250'000;
constexpr Milliseconds kAwayRests{10 * 60'000};

// A zone takes too much when it has for this long without a break: longer than a shower beside it.
constexpr Milliseconds kZoneOver{18 * 60'000};
constexpr Milliseconds kZoneRests{5 * 60'000};

// 100 gallons a minute for a minute pass no meter of a house.
constexpr std::int64_t kImpossible = 6'309'000;

std::int64_t local_day(WallTime time, Seconds utc_offset) {
    return (base::unix_s(time) + utc_offset.count()) / 86'400;
}

FlowRate mean_of(Volume volume, Milliseconds length) {
    return {volume.microlitres * 1'000 / std::max<std::int64_t>(1'000, length.count())};
}

struct Span {
    WallTime since;
    WallTime until;
    Volume volume;
    FlowRate usual;
    std::int64_t peaks = 0;
};

bool is_off(const Settings& settings, Rule rule) {
    return std::find(settings.off.begin(), settings.off.end(), rule) != settings.off.end();
}

}  // namespace

struct SensorDetector::State {
    WaterSteps steps;
    FlowRuns runs;
    LongestRuns longest;
    MinuteFlows minutes;
    Habits habits;
    Refills refills;
    UseCutter cutter;
    std::vector<Use> ended_uses;
    std::map<std::int64_t, std::int64_t> peaks;  // the highest flow kept up for three minutes' worth, by local day
    std::optional<Span> away;      // water while nobody is at home
    std::optional<Span> zone;      // a habit that takes too much
    std::optional<WallTime> newest;
    std::optional<WallTime> last_step;
    Seconds utc_offset{0};
    base::VolumePerPeak per_peak;
    std::int64_t noted_minute = 0;

    [[nodiscard]] FlowRate most_at_once() const {
        std::int64_t most = 0;
        for (const auto& [day, peak] : peaks) most = std::max(most, peak);
        if (static_cast<int>(peaks.size()) < kDaysToLearn) most = std::max(most, kMostAtOnce.microlitres_per_second);
        return {most * kMostAtOnceNumerator / kMostAtOnceDenominator};
    }

    void note_peak(const WaterStep& step, std::int64_t day) {
        // The minute before the present one is complete.
        const std::int64_t minute = base::unix_s(step.to) / 60;
        if (step.spread || minute == noted_minute) return;
        noted_minute = minute;
        const std::int64_t kept_up = std::min(minutes.in(minute - 1), minutes.in(minute - 2)) / 60;
        std::int64_t& peak = peaks[day];
        peak = std::max({peak, kept_up, minutes.in(minute - 1) / 60});
        while (peaks.begin()->first <= day - kDaysOfPeaks) peaks.erase(peaks.begin());
    }

    HabitMatch habit_of(const WaterStep& step, const Context& context) const {
        if (step.spread) return {};
        const Milliseconds grid = Seconds{5};
        Milliseconds over = step.length();
        if (step.peaks == 1) over = last_step ? std::clamp(step.to - *last_step, Milliseconds{1'000}, grid) : grid;
        over = std::max(over, Milliseconds{1'000});
        const FlowRate rate = mean_of(step.volume, over);
        const FlowRate grain = mean_of(Volume{per_peak.microlitres}, over);
        return habits.match(step.to, rate, grain, context.utc_offset);
    }

    void note_away(const WaterStep& step, const Context& context) {
        if (context.mode == Mode::Home) {
            away.reset();
            return;
        }
        if (away && step.from - away->until > kAwayRests) away.reset();
        if (!away) away = Span{step.from, step.to, {}, {}, 0};
        away->until = step.to;
        away->volume += step.volume;
        away->peaks += step.peaks;
    }

    void note_zone(const WaterStep& step, const HabitMatch& match) {
        if (zone && step.from - zone->until > kZoneRests) zone.reset();
        if (!match.over) {
            // Back to usual: the zone is over when it has not been too much for long.
            if (zone && match.habit != nullptr && zone->until - zone->since < kZoneOver) zone.reset();
            return;
        }
        if (!zone) zone = Span{step.from, step.to, {}, match.usual, 0};
        zone->until = step.to;
        zone->volume += step.volume;
    }
};

SensorDetector::SensorDetector() : state_(std::make_unique<State>()) {}
SensorDetector::~SensorDetector() = default;
SensorDetector::SensorDetector(SensorDetector&&) noexcept = default;
SensorDetector& SensorDetector::operator=(SensorDetector&&) noexcept = default;

void SensorDetector::apply(const meter::Reading& reading, base::VolumePerPeak per_peak, const Context& context) {
    State& s = *state_;
    s.per_peak = per_peak;
    s.utc_offset = context.utc_offset;
    const auto step = s.steps.step(reading, per_peak, s.most_at_once());
    if (!step) return;
    s.newest = step->to;
    const std::int64_t day = local_day(step->to, context.utc_offset);
    s.longest.note_day(day);
    s.minutes.add(*step);
    s.note_peak(*step, day);

    const HabitMatch match = s.habit_of(*step, context);
    const bool by_hand =
        context.irrigation_active ||
        std::any_of(context.settings.irrigation.begin(), context.settings.irrigation.end(),
                    [&](const WeekWindow& window) { return holds(window, step->to, context.utc_offset); });
    const bool excused = match.habit != nullptr || by_hand;
    if (!excused) s.note_away(*step, context);
    s.note_zone(*step, match);

    const FlowRate base = base_flow(step->from);
    // Before this water: what had passed its limit is no lesson.
    bool any_over = false;
    for (std::size_t level = 0; level < kRates; ++level) {
        Run* run = s.runs.open(level);
        if (run == nullptr) continue;
        run->was_over = run->was_over || run->length() >= run_limit(level, *run, s.per_peak, s.longest, context.settings).length;
        any_over = any_over || run->was_over;
    }
    for (const auto& [level, run] : s.runs.add(*step, per_peak, excused, is_dawn(step->from, context.utc_offset))) {
        if (any_over) continue;
        s.longest.add(level, day, run.length());
        s.habits.learn(level, run, context.utc_offset, s.minutes);
    }
    if (const auto use = s.cutter.add(*step, per_peak, base)) {
        s.refills.add(*use, per_peak);
        s.ended_uses.push_back(*use);
    }
    s.last_step = step->to;
}

std::vector<Finding> SensorDetector::judge(WallTime now, const Context& context) const {
    const State& s = *state_;
    std::map<Rule, Finding> found;
    const auto offer = [&](Finding finding) {
        if (is_off(context.settings, finding.rule) || finding.observed * 2 < finding.limit) return;
        finding.severity = severity_of(finding.rule);
        finding.learned_days = s.longest.days();
        const auto [at, is_new] = found.try_emplace(finding.rule, finding);
        if (is_new) return;
        // What holds wins over what is pending; then the larger share of its limit.
        const auto share = [](const Finding& f) {
            return f.limit == 0 ? 1.0 : static_cast<double>(f.observed) / static_cast<double>(f.limit);
        };
        if (share(finding) > share(at->second)) at->second = finding;
    };

    for (std::size_t level = 0; level < kRates; ++level) {
        const Run* run = s.runs.run(level, now);
        if (run == nullptr) continue;
        const RunLimit limit = run_limit(level, *run, s.per_peak, s.longest, context.settings);
        Finding finding;
        finding.since = run->since;
        finding.at = run->until;
        finding.volume = run->volume;
        finding.rate = mean_of(run->volume, run->until - run->since);
        finding.at_least = rate_of(level);
        finding.observed = run->length().count();
        finding.limit = limit.length.count();
        finding.source = limit.source;
        finding.usual = limit.usual.count();
        finding.rule = finding.rate.microlitres_per_second >= kBurstMean  ? Rule::Burst
                       : finding.rate.microlitres_per_second < kSlowLeak ? Rule::SlowLeak
                                                                        : Rule::ContinuousFlow;
        offer(finding);
    }

    if (const auto beat = s.refills.beat(now)) {
        Finding finding;
        finding.rule = Rule::RunningToilet;
        finding.since = beat->since;
        finding.at = beat->newest;
        finding.volume = beat->volume;
        finding.rate = mean_of(beat->volume, beat->newest - beat->since + beat->every);
        finding.measure = Measure::Count;
        finding.observed = beat->count;
        finding.limit = kRefillsToTell;
        finding.source = LimitSource::Fallback;
        offer(finding);
    }

    if (s.away && now - s.away->until <= kAwayRests && context.mode != Mode::Home) {
        const bool lasts = s.away->until - s.away->since >= context.settings.away_after;
        Finding finding;
        finding.rule = Rule::AwayUse;
        finding.since = s.away->since;
        finding.at = s.away->until;
        finding.volume = s.away->volume;
        finding.rate = mean_of(s.away->volume, s.away->until - s.away->since);
        finding.measure = Measure::Amount;
        finding.observed = s.away->volume.microlitres;
        finding.limit = lasts && s.away->peaks > 2 ? std::min(kAwayUl, finding.observed) : kAwayUl;
        offer(finding);
    }

    if (s.zone && now - s.zone->until <= kZoneRests) {
        Finding finding;
        finding.rule = Rule::SprinklerZone;
        finding.since = s.zone->since;
        finding.at = s.zone->until;
        finding.volume = s.zone->volume;
        finding.rate = mean_of(s.zone->volume, s.zone->until - s.zone->since);
        finding.observed = (s.zone->until - s.zone->since).count();
        finding.limit = kZoneOver.count();
        finding.usual = 0;
        finding.at_least = s.zone->usual;
        finding.source = LimitSource::Learned;
        offer(finding);
    }

    if (s.newest && now - *s.newest <= Seconds{120}) {
        const std::int64_t last_minute = s.minutes.in(base::unix_s(*s.newest) / 60 - 1) / 60;
        if (last_minute >= kImpossible) {
            Finding finding;
            finding.rule = Rule::ImpossibleFlow;
            finding.since = *s.newest - Seconds{60};
            finding.at = *s.newest;
            finding.rate = FlowRate{last_minute};
            finding.volume = Volume{last_minute * 60};
            finding.measure = Measure::Flow;
            finding.observed = last_minute;
            finding.limit = kImpossible;
            offer(finding);
        }
    }

    std::vector<Finding> findings;
    for (const auto& [rule, finding] : found) findings.push_back(finding);
    std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
        return std::pair(a.holds(), a.severity) > std::pair(b.holds(), b.severity);
    });
    return findings;
}

std::vector<Use> SensorDetector::take_uses(WallTime now) {
    State& s = *state_;
    if (const auto use = s.cutter.end_by(now)) {
        s.refills.add(*use, s.per_peak);
        s.ended_uses.push_back(*use);
    }
    return std::exchange(s.ended_uses, {});
}

std::optional<Use> SensorDetector::open_use(WallTime) const {
    return state_->cutter.open();
}

FlowRate SensorDetector::base_flow(WallTime now) const {
    FlowRate base;
    for (std::size_t level = 0; level < kRates; ++level) {
        const Run* run = state_->runs.run(level, now);
        if (run != nullptr && run->length() >= kStanding) base = rate_of(level);
    }
    return base;
}

std::vector<Habit> SensorDetector::habits() const {
    return state_->habits.list();
}

void SensorDetector::set_habit(const Habit& habit) {
    state_->habits.set(habit);
}

void SensorDetector::forget_habit(std::int64_t number) {
    state_->habits.forget(number);
}

void SensorDetector::forget() {
    state_->habits.forget_learned();
    state_->longest.forget();
    state_->peaks.clear();
}

void SensorDetector::not_a_leak(const Finding& finding) {
    State& s = *state_;
    if (!s.newest) return;
    const std::int64_t day = local_day(*s.newest, s.utc_offset);
    const Milliseconds length = finding.at - finding.since;
    for (std::size_t level = 0; level < kRates; ++level) {
        if (rate_of(level) <= finding.at_least) s.longest.add(level, day, length);
    }
}

int SensorDetector::days_learned() const {
    return state_->longest.days();
}

}  // namespace millrace::detect
