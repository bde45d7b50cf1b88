#include "app/evaluation/leak_score.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

namespace millrace::app {
namespace {

using detect::AlarmEvent;
using detect::Change;
using detect::Rule;

std::optional<double> quantile_of(std::vector<double> values, double quantile) {
    if (values.empty()) return std::nullopt;
    std::sort(values.begin(), values.end());
    const double place = quantile * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    const double part = place - static_cast<double>(below);
    return values[below] * (1 - part) + values[above] * part;
}

bool raised_without(const std::vector<AlarmEvent>& without, std::int64_t at_s) {
    return std::any_of(without.begin(), without.end(), [&](const AlarmEvent& event) {
        return is_notice(event.change) && std::abs(base::unix_s(event.at) - at_s) <= kMergedWithin;
    });
}

std::optional<std::int64_t> time_to_clear(const Leak& leak, const LeakRun& run) {
    std::set<std::int64_t> open;
    std::size_t next = 0;
    const auto take = [&](const LeakEvent& event) {
        if (is_notice(event.change)) open.insert(event.incident);
        if (event.change == Change::Cleared) open.erase(event.incident);
    };
    for (; next < run.count && run.events[next].at_s <= leak.ends_s; ++next) {
        if (run.events[next].at_s >= leak.begins_s) take(run.events[next]);
    }
    if (open.empty()) return std::nullopt;
    std::int64_t cleared = kClearingWatched;
    for (; next < run.count; ++next) {
        const bool was_open = !open.empty();
        take(run.events[next]);
        // What re-opens had not really cleared.
        if (was_open && open.empty()) cleared = run.events[next].at_s - leak.ends_s;
    }
    return open.empty() ? cleared : kClearingWatched;
}

}  // namespace

bool is_notice(Change change) {
    return change == Change::Raised || change == Change::Escalated || change == Change::Reopened;
}

std::vector<FalseAlarm> false_alarms(const std::vector<AlarmEvent>& events) {
    std::vector<FalseAlarm> alarms;
    std::set<std::int64_t> incidents;  // of the last alarm
    std::int64_t last_s = 0;
    for (const AlarmEvent& event : events) {
        if (!is_notice(event.change)) continue;
        const std::int64_t at_s = base::unix_s(event.at);
        const bool same = !alarms.empty() && (at_s - last_s <= kMergedWithin || incidents.count(event.incident.id) > 0);
        if (!same) {
            alarms.push_back({at_s, event.incident.finding, {}});
            incidents.clear();
        }
        std::vector<Rule>& rules = alarms.back().rules;
        const Rule rule = event.incident.finding.rule;
        if (std::find(rules.begin(), rules.end(), rule) == rules.end()) rules.push_back(rule);
        incidents.insert(event.incident.id);
        last_s = at_s;
    }
    return alarms;
}

double upper_bound_95(std::int64_t count) {
    // The mean at which so few or fewer come in one of twenty.
    const auto chance = [&](double mean) {
        double term = std::exp(-mean);
        double sum = term;
        for (std::int64_t k = 1; k <= count; ++k) sum += term *= mean / static_cast<double>(k);
        return sum;
    };
    // Past some hundreds exp(-mean) is too small to count with, and the bound is the square root's.
    if (count > 500) return static_cast<double>(count) + 1.645 * std::sqrt(static_cast<double>(count)) + 1;
    double low = static_cast<double>(count);
    double high = static_cast<double>(2 * count + 10);
    for (int i = 0; i < 80; ++i) {
        const double middle = (low + high) / 2;
        (chance(middle) > 0.05 ? low : high) = middle;
    }
    return high;
}

LeakScore score(const Leak& leak, const LeakRun& run, const std::vector<AlarmEvent>& without) {
    const bool away = leak.kind->shape == LeakShape::Away;
    const std::int64_t last_s = leak.ends_s + (away ? kAwayGrace : 0);
    LeakScore result;
    for (std::size_t i = 0; i < run.count; ++i) {
        const LeakEvent& event = run.events[i];
        if (!is_notice(event.change) || event.at_s > last_s) continue;
        if (event.at_s < leak.begins_s) {
            ++result.notices_before;
            continue;
        }
        ++result.notices;
        if (result.found_after_s || raised_without(without, event.at_s)) continue;
        result.found_after_s = event.at_s - leak.begins_s;
        result.found_as = event.rule;
    }
    std::uint32_t rules = run.rules;
    for (std::size_t i = 0; i < run.count; ++i) {
        const LeakEvent& event = run.events[i];
        const bool in_time = event.at_s >= leak.begins_s && event.at_s <= last_s;
        if (in_time && is_notice(event.change) && detect::is_water(event.rule))
            rules |= std::uint32_t{1} << static_cast<std::uint32_t>(event.rule);
    }
    for (const Rule rule : leak.kind->named) {
        if (result.found_after_s && (rules >> static_cast<std::uint32_t>(rule) & 1) != 0) result.named = true;
    }
    const std::int64_t until = result.found_after_s ? leak.begins_s + *result.found_after_s : leak.ends_s;
    result.gallons = static_cast<double>(leak.nanolitres_until(until)) / static_cast<double>(kNanolitresPerGallon);
    for (const WaterSpan& span : leak.water) result.runs_until_found += span.from_s <= until ? 1 : 0;
    if (result.found_after_s) result.clear_after_s = time_to_clear(leak, run);
    return result;
}

void KindFigures::add(const Leak& leak, const LeakScore& score) {
    ++injected_;
    target_min_ = leak.kind->target_min;
    notices_ += score.notices;
    notices_before_ += score.notices_before;
    if (!score.found_after_s) return;
    named_ += score.named ? 1 : 0;
    found_s_.push_back(static_cast<double>(*score.found_after_s));
    gallons_.push_back(score.gallons);
    if (score.clear_after_s) clear_s_.push_back(static_cast<double>(*score.clear_after_s));
    if (leak.kind->shape == LeakShape::SprinklerZone) ++found_by_run_[score.runs_until_found];
}

double KindFigures::share(std::size_t part) const {
    return injected_ == 0 ? 0 : static_cast<double>(part) / injected_;
}

double KindFigures::found_within(std::int64_t seconds) const {
    const auto in_time = [&](double found) { return found <= static_cast<double>(seconds); };
    return share(static_cast<std::size_t>(std::count_if(found_s_.begin(), found_s_.end(), in_time)));
}

double KindFigures::found_by_run(int run) const {
    std::size_t found = 0;
    for (const auto& [number, count] : found_by_run_) found += number <= run ? static_cast<std::size_t>(count) : 0;
    return share(found);
}

std::optional<double> KindFigures::named() const {
    if (found_s_.empty()) return std::nullopt;
    return named_ / static_cast<double>(found_s_.size());
}

std::optional<double> KindFigures::minutes_to_find(double quantile) const {
    const auto seconds = quantile_of(found_s_, quantile);
    return seconds ? std::optional(*seconds / 60) : std::nullopt;
}

std::optional<double> KindFigures::minutes_to_clear(double quantile) const {
    const auto seconds = quantile_of(clear_s_, quantile);
    return seconds ? std::optional(*seconds / 60) : std::nullopt;
}

std::optional<double> KindFigures::gallons_lost_median() const {
    return quantile_of(gallons_, 0.5);
}

double KindFigures::notices_per_leak() const {
    return injected_ == 0 ? 0 : static_cast<double>(notices_) / injected_;
}

}  // namespace millrace::app
