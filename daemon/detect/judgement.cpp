// The rules of one sensor's water, one function each.
#include <algorithm>
#include <map>
#include <utility>

#include "base/flow_rate.h"
#include "detect/sensor_state.h"

namespace millrace::detect {
namespace {

using base::FlowRate;
using base::Milliseconds;
using base::Seconds;
using base::Volume;
using base::WallTime;
using State = SensorDetector::State;

// A day without a free hour is long enough that a quarter more than the longest before is clear.
constexpr std::int64_t kWithoutRestNumerator = 5;
constexpr std::int64_t kWithoutRestDenominator = 4;

// A use of less than this is large in no house: 150 gallons, three bathtubs. Beyond it, twice the largest of this
// quarter of the day is, once the house is known; until then four times as much.
constexpr std::int64_t kLargeUse = 567'800'000;
constexpr std::int64_t kLargeUseUntilKnown = 4 * kLargeUse;

// 100 gallons a minute for a minute pass no meter of a house.
constexpr std::int64_t kImpossible = 6'309'000;
// Newer water may be on its way.
constexpr Seconds kLately{120};
constexpr Seconds kReportedWithin{45};

Finding finding_of(Rule rule, const Span& span) {
    Finding finding;
    finding.rule = rule;
    finding.since = span.since;
    finding.at = span.until;
    finding.volume = span.volume;
    finding.rate = mean_flow(span.volume, span.length());
    finding.observed = span.length().count();
    return finding;
}

Finding run_finding(const State& s, std::size_t level, const Run& run, const Settings& settings) {
    const RunLimit limit = run_limit(level, run, s.per_peak, s.longest, settings);
    Finding finding = finding_of(Rule::ContinuousFlow, {run.since, run.until, run.counted_volume(), 0, {}});
    finding.rate = mean_flow(run.counted_volume(), run.length());
    finding.rule = rule_of_run(finding.rate);
    finding.at_least = rate_of(level);
    finding.observed = run.length().count();
    finding.limit = limit.length.count();
    finding.source = limit.source;
    finding.usual = limit.usual.count();
    return finding;
}

std::optional<Finding> running_toilet(const State& s, WallTime now) {
    const auto beat = s.refills.beat(now);
    if (!beat) return std::nullopt;
    Finding finding = finding_of(Rule::RunningToilet, {beat->since, beat->newest, beat->volume, 0, {}});
    finding.rate = mean_flow(beat->volume, beat->newest - beat->since + beat->every);
    finding.measure = Measure::Count;
    finding.observed = beat->count;
    finding.limit = beat->count_to_tell();
    return finding;
}

std::optional<Finding> away_use(const State& s, WallTime now, const Context& context) {
    const AwayLimits& limits = away_limits(context.mode);
    if (context.mode == Mode::Home || !s.away || now - s.away->until > limits.rests) return std::nullopt;
    Finding finding = finding_of(Rule::AwayUse, *s.away);
    finding.measure = Measure::Amount;
    finding.observed = s.away->volume.microlitres;
    const bool lasts = s.away->length() >= context.settings.away_after && s.away->peaks >= limits.peaks;
    // One peak may be water that moved to and fro.
    const bool enough = s.away->peaks > 1 || s.away->length() > Milliseconds{0};
    finding.limit = lasts    ? std::min(limits.amount_ul, finding.observed)
                    : enough ? limits.amount_ul
                             : std::max(limits.amount_ul, finding.observed + 1);
    return finding;
}

std::optional<Finding> sprinkler_zone(const State& s, WallTime now) {
    if (!s.zone || now - s.zone->until > kZoneRests) return std::nullopt;
    Finding finding = finding_of(Rule::SprinklerZone, *s.zone);
    finding.limit = Milliseconds{kZoneOver}.count();
    finding.at_least = s.zone->usual;
    finding.source = LimitSource::Learned;
    return finding;
}

std::optional<Finding> without_rest(const State& s, WallTime now) {
    if (!s.restless || now - s.restless->until > s.pauses.longest() + kLongerPause) return std::nullopt;
    Finding finding = finding_of(Rule::SlowLeak, *s.restless);
    finding.usual = s.longest_restless.most(0);
    const std::int64_t learned = finding.usual * kWithoutRestNumerator / kWithoutRestDenominator;
    const std::int64_t least = Milliseconds{kWithoutRest}.count();
    finding.limit = std::max(learned, least);
    finding.source = learned > least ? LimitSource::Learned : LimitSource::Floor;
    return finding;
}

std::optional<Finding> long_use(const State& s, WallTime now, const Context& context) {
    const auto use = s.cutter.open();
    // What only sprinklers or a burst take is not a question of size.
    const bool a_use = use && now - use->end <= kLately && use->mean.microlitres_per_second < kSprinklersTake;
    if (!a_use || s.use_excused) return std::nullopt;
    const int minute = local_minute(use->start, context.utc_offset);
    Finding finding = finding_of(Rule::LongUse, {use->start, use->end, use->volume, 0, {}});
    finding.measure = Measure::Amount;
    finding.observed = use->volume.microlitres;
    finding.usual = s.largest_use.most(minute);
    finding.limit = s.known() ? std::max(kLargeUse, 2 * finding.usual) : kLargeUseUntilKnown;
    finding.source = !s.known()                   ? LimitSource::Fallback
                     : finding.limit == kLargeUse ? LimitSource::Floor
                                                  : LimitSource::Learned;
    return finding;
}

std::optional<Finding> impossible_flow(const State& s, WallTime now) {
    if (!s.newest || now - *s.newest > kLately) return std::nullopt;
    const std::int64_t flow = s.minutes.in(base::unix_s(*s.newest) / 60 - 1) / 60;
    if (flow < kImpossible) return std::nullopt;
    Finding finding = finding_of(Rule::ImpossibleFlow, {*s.newest - Seconds{60}, *s.newest, Volume{flow * 60}, 0, {}});
    finding.measure = Measure::Flow;
    finding.observed = flow;
    finding.limit = kImpossible;
    return finding;
}

double share(const Finding& finding) {
    return finding.limit == 0 ? 1 : static_cast<double>(finding.observed) / static_cast<double>(finding.limit);
}

}  // namespace

std::vector<Finding> judgement(const State& s, WallTime now, const Context& context) {
    std::map<Rule, Finding> found;
    const auto offer = [&](std::optional<Finding> finding) {
        if (!finding || share(*finding) < 0.5) return;
        const auto& off = context.settings.off;
        if (std::find(off.begin(), off.end(), finding->rule) != off.end()) return;
        finding->severity = severity_of(finding->rule);
        finding->learned_days = s.longest.days();
        const auto [at, is_first] = found.try_emplace(finding->rule, *finding);
        if (!is_first && share(*finding) > share(at->second)) at->second = *finding;
    };
    const bool rested = s.newest && s.rested(now - *s.newest - kReportedWithin);
    for (std::size_t level = 0; level < kRates; ++level) {
        const Run* run = s.runs.run(level, now);
        if (run == nullptr) continue;
        const Finding finding = run_finding(s, level, *run, context.settings);
        if (!(rested && finding.holds())) offer(finding);
    }
    offer(running_toilet(s, now));
    offer(away_use(s, now, context));
    offer(sprinkler_zone(s, now));
    offer(without_rest(s, now));
    offer(long_use(s, now, context));
    offer(impossible_flow(s, now));

    std::vector<Finding> findings;
    for (const auto& [rule, finding] : found) findings.push_back(finding);
    std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
        return std::pair(a.holds(), a.severity) > std::pair(b.holds(), b.severity);
    });
    return findings;
}

}  // namespace millrace::detect
