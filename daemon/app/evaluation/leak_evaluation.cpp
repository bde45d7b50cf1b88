#include "app/evaluation/leak_evaluation.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "app/evaluation/home_run.h"
#include "detect/wording.h"

namespace millrace::app {
namespace {

struct PlannedLeak {
    Leak leak;
    std::size_t place = 0;  // of its result
};

// One home with one meter.
struct PlannedRun {
    const Home* home = nullptr;
    MeterVariant variant;
    std::optional<SprinklerCalendar> calendar;
    WaterSpans calendar_water;
    std::vector<PlannedLeak> leaks;
    std::vector<detect::AlarmEvent> events;

    [[nodiscard]] const SprinklerCalendar* sprinklers() const { return calendar ? &*calendar : nullptr; }
};

bool wanted(const std::vector<std::string>& only, const std::string& name) {
    return only.empty() || std::find(only.begin(), only.end(), name) != only.end();
}

base::Result<std::vector<Home>, base::Error> read_all(const LeakOptions& options) {
    std::vector<Home> homes;
    for (const std::string& path : options.paths) {
        auto some = read_homes(path);
        if (!some) return some;
        for (Home& home : *some) {
            if (wanted(options.homes, home.name)) homes.push_back(std::move(home));
        }
    }
    for (const std::string& name : options.homes) {
        const auto is_it = [&](const Home& home) { return home.name == name; };
        if (std::none_of(homes.begin(), homes.end(), is_it)) {
            return base::failure(base::Error{"no homes.csv that was given names the home " + name});
        }
    }
    return homes;
}

std::vector<PlannedRun> plan_runs(const std::vector<Home>& homes, const LeakOptions& options) {
    std::vector<PlannedRun> runs;
    for (const Home& home : homes) {
        for (int number = 0; number < options.variants; ++number) {
            PlannedRun run;
            run.home = &home;
            run.variant = draw_variant(home, number, options.clean, options.seed);
            if (options.irrigation && !home.own_sprinklers) {
                run.calendar = draw_calendar(home, number, options.seed);
                run.calendar_water = run.calendar->water();
            }
            runs.push_back(std::move(run));
        }
    }
    return runs;
}

// How many of a kind each home is given, so that there are enough over all, and with each volume a pulse where that
// matters. Homes that have no place for the kind, or whose meter does not register it, do not count.
int leaks_each(const std::vector<PlannedRun>& runs, const LeakKind& kind, const LeakOptions& options) {
    int fine = 0;
    int coarse = 0;
    for (const PlannedRun& run : runs) {
        if (is_short(*run.home) || !registers(kind, run.variant)) continue;
        if (plan_leaks(*run.home, run.variant, run.sprinklers(), kind, 1, options.seed).empty()) continue;
        ++(run.variant.coarse() ? coarse : fine);
    }
    const bool each_meter = kind.by_meter && fine > 0 && coarse > 0;
    const int places = each_meter ? std::min(fine, coarse) : fine + coarse;
    return places == 0 ? 0 : (options.leaks + places - 1) / places;
}

std::size_t plan_all_leaks(std::vector<PlannedRun>& runs, const LeakOptions& options) {
    std::size_t places = 0;
    for (const LeakKind& kind : leak_kinds()) {
        if (!wanted(options.kinds, kind.name) || options.leaks == 0) continue;
        const int each = leaks_each(runs, kind, options);
        for (PlannedRun& run : runs) {
            // Two in a short home, and one that the meter cannot see, show how it goes.
            int count = registers(kind, run.variant) ? each : 1;
            if (is_short(*run.home)) count = 2;
            for (Leak& leak : plan_leaks(*run.home, run.variant, run.sprinklers(), kind, count, options.seed)) {
                run.leaks.push_back({std::move(leak), places++});
            }
        }
    }
    for (PlannedRun& run : runs) {
        std::stable_sort(run.leaks.begin(), run.leaks.end(), [](const PlannedLeak& a, const PlannedLeak& b) {
            return a.leak.branches_s < b.leak.branches_s;
        });
    }
    return places;
}

// Runs in a branch.
void run_leak(HomeRun& run, const Leak& leak, LeakRun& result) {
    const std::size_t before = run.events().size();
    run.set_leak(&leak.water);
    if (leak.kind->shape == LeakShape::Away) run.set_mode(detect::Mode::Away);
    run.run_until(leak.begins_s);
    (void)run.take_rules();
    run.run_until(leak.ends_s);
    result.rules = run.take_rules();
    run.run_until(leak.ends_s + kClearingWatched);
    for (std::size_t i = before; i < run.events().size() && result.count < LeakRun::kMostEvents; ++i) {
        const detect::AlarmEvent& event = run.events()[i];
        result.events[result.count++] = {base::unix_s(event.at), event.incident.id, event.change,
                                         event.incident.finding.rule};
    }
}

void run_home(PlannedRun& planned, Branches& branches) {
    HomeRun run(*planned.home, planned.variant, planned.calendar ? &planned.calendar_water : nullptr);
    for (const PlannedLeak& next : planned.leaks) {
        run.run_until(next.leak.branches_s);
        branches.run(next.place, [&](LeakRun& result) { run_leak(run, next.leak, result); });
    }
    run.run_until(planned.home->end_s);
    planned.events = run.events();
}

// Seconds of the home that lie between two moments and that its trace covers.
double covered_between(const Home& home, std::int64_t from, std::int64_t to) {
    from = std::max(from, home.start_s);
    to = std::min(to, home.end_s);
    if (to <= from) return 0;
    std::int64_t covered = to - from;
    for (const auto& [gap_from, gap_to] : home.gaps) {
        covered -= std::max<std::int64_t>(0, std::min(to, gap_to) - std::max(from, gap_from));
    }
    return static_cast<double>(covered);
}

// When the sprinklers of the run's home first ran; that of its start without any.
std::int64_t season_start(const PlannedRun& run) {
    return run.calendar ? run.calendar->begins_s : run.home->start_s;
}

void count_alarms(const PlannedRun& run, LeakEvaluation& result) {
    const Home& home = *run.home;
    const double per_variant = kHomeMonthSeconds * result.options.variants;
    const std::int64_t learned = home.start_s + kLearningSeconds;
    const std::int64_t season_learned = season_start(run) + kLearningSeconds;
    const auto alarms = false_alarms(run.events);
    const auto count = [&](AlarmRate& rate, std::int64_t from, std::int64_t to) {
        rate.variants = result.options.variants;
        rate.home_months += covered_between(home, from, to) / per_variant;
        for (const FalseAlarm& alarm : alarms) rate.count += alarm.at_s >= from && alarm.at_s < to ? 1 : 0;
    };
    const std::int64_t end = home.end_s + kSecondsPerDay;
    count(result.all, home.start_s, end);
    count(result.homes.back().all, home.start_s, end);
    count(result.first_14_days, home.start_s, learned);
    count(result.after, learned, end);
    count(result.after_season, season_learned, end);
    if (!home.own_sprinklers) count(result.without_sprinklers, home.start_s, end);
    const detect::Wording wording{base::VolumeUnit::Gallon, home.clock.zone()};
    for (const FalseAlarm& alarm : alarms) {
        result.false_alarms.push_back({home.name, run.variant.number, home.clock.text(alarm.at_s),
                                       alarm.at_s - home.start_s, alarm.at_s - season_start(run), alarm,
                                       detect::sentence(alarm.finding, wording)});
    }
}

KindFigures& figures_of(NamedFigures& all, const std::string& name) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& entry) { return entry.first == name; });
    if (found != all.end()) return found->second;
    return all.emplace_back(name, KindFigures{}).second;
}

void count_leak(const PlannedRun& run, const Leak& leak, const LeakRun& leak_run, LeakEvaluation& result) {
    const LeakScore scored = score(leak, leak_run, run.events);
    const bool seen = registers(*leak.kind, run.variant);
    const std::string name = leak.kind->name + (seen ? "" : "_stalled");
    figures_of(is_short(*run.home) ? result.short_homes : result.kinds, name).add(leak, scored);
    if (!is_short(*run.home) && seen && leak.kind->by_meter) {
        figures_of(result.kinds, name + (run.variant.coarse() ? "_coarse" : "_fine")).add(leak, scored);
    }
    const std::int64_t target_s = leak.kind->target_min > 0 ? leak.kind->target_min * 60 : kLeakSeconds;
    if (scored.found_after_s && *scored.found_after_s <= target_s && scored.named) return;
    result.misses.push_back({name, run.home->name, run.variant.number, run.variant.coarse(),
                             run.variant.stall_nanolitres_per_s, run.home->clock.text(leak.begins_s), scored});
}

// In the order of the table of kinds, what is told apart after what it is part of.
void put_in_order(NamedFigures& all) {
    const auto rank = [](const std::string& name) {
        const auto& kinds = leak_kinds();
        const auto found =
            std::find_if(kinds.begin(), kinds.end(), [&](const LeakKind& kind) { return name.starts_with(kind.name); });
        return found - kinds.begin();
    };
    std::stable_sort(all.begin(), all.end(), [&](const auto& a, const auto& b) {
        const auto rank_a = rank(a.first);
        const auto rank_b = rank(b.first);
        return rank_a != rank_b ? rank_a < rank_b : a.first < b.first;
    });
}

}  // namespace

double AlarmRate::value() const {
    return home_months > 0 ? static_cast<double>(count) / variants / home_months : 0;
}

double AlarmRate::upper95() const {
    const std::int64_t of_one = (count + variants - 1) / variants;
    return home_months > 0 ? upper_bound_95(of_one) / home_months : 0;
}

std::optional<base::Error> check(const LeakOptions& options) {
    for (const std::string& name : options.kinds) {
        const auto& kinds = leak_kinds();
        if (std::any_of(kinds.begin(), kinds.end(), [&](const LeakKind& kind) { return kind.name == name; })) continue;
        std::string known;
        for (const LeakKind& kind : kinds) known += (known.empty() ? "" : ", ") + kind.name;
        return base::Error{"no leak is called " + name + "; there are " + known};
    }
    return std::nullopt;
}

base::Result<LeakEvaluation, base::Error> evaluate_homes(const LeakOptions& options) {
    const auto homes = read_all(options);
    if (!homes) return base::failure(homes.error());
    std::vector<PlannedRun> runs = plan_runs(*homes, options);
    Branches branches(plan_all_leaks(runs, options));
    for (PlannedRun& run : runs) run_home(run, branches);
    if (const auto problem = branches.wait()) return base::failure(*problem);
    LeakEvaluation result;
    result.options = options;
    for (const PlannedRun& run : runs) {
        const Home& home = *run.home;
        if (run.variant.number == 0) {
            result.homes.push_back({home.name, home.kind, is_short(home), home.own_sprinklers, {}, {}});
        }
        result.homes.back().variants.push_back(run.variant);
        count_alarms(run, result);
        for (const PlannedLeak& planned : run.leaks) {
            count_leak(run, planned.leak, branches.result(planned.place), result);
        }
    }
    put_in_order(result.kinds);
    put_in_order(result.short_homes);
    return result;
}

}  // namespace millrace::app
