#include "app/evaluation/category_evaluation.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <tuple>

#include "app/evaluation/draw.h"
#include "app/evaluation/home_run.h"
#include "app/evaluation/home_trace.h"
#include "app/evaluation/meter_variant.h"
#include "app/evaluation/use_truth.h"
#include "classify/classifier.h"

namespace millrace::app {
namespace {

using classify::Category;

constexpr int kNamedFifths = 2;  // of the time, in which the owner names uses
constexpr base::Volume kLeastNamed{300'000};
// Water that was on its way when the trace ended.
constexpr std::int64_t kAfterEnd = 2 * 3600;
constexpr double kBands[] = {0, 0.4, 0.6, 0.8, 0.9, 0.97};

// A home's uses with their truth.
struct HomeUses {
    const Home* home = nullptr;
    base::VolumePerPeak per_peak;
    std::vector<detect::Use> uses;
    std::vector<LabelledEvent> events;
    UseTruth truth;
    base::WallTime named_until;

    [[nodiscard]] base::Seconds offset_at(std::size_t use) const {
        return home->clock.utc_offset(base::unix_s(uses[use].start));
    }
};

double f1(double right, double told, double truth) {
    return told + truth <= 0 ? 0 : 2 * right / (told + truth);
}

double harmonic(double a, double b) {
    return a + b <= 0 ? 0 : 2 * a * b / (a + b);
}

double share(std::int64_t part, std::int64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

HomeUses run_home(const Home& home, std::vector<LabelledEvent> events, std::int64_t pulse_nanolitres, bool coarse) {
    MeterVariant meter;
    meter.number = coarse ? 1 : 0;
    meter.pulse_nanolitres = pulse_nanolitres;
    HomeRun run(home, meter, nullptr);
    run.run_until(home.end_s + kAfterEnd);
    HomeUses result;
    result.home = &home;
    result.per_peak = {pulse_nanolitres / 1'000};
    result.uses = run.take_uses();
    std::stable_sort(result.uses.begin(), result.uses.end(),
                     [](const detect::Use& a, const detect::Use& b) { return a.start < b.start; });
    result.events = std::move(events);
    result.truth = find_truth(result.uses, result.events);
    result.named_until = base::from_unix_s(home.start_s + (home.end_s - home.start_s) * kNamedFifths / 5);
    return result;
}

// Which uses the owner names: some larger than others catch the eye, with the root of their volume.
std::vector<std::size_t> draw_named(const HomeUses& of, int labels, std::uint64_t seed) {
    std::vector<std::size_t> from;
    for (std::size_t i = 0; i < of.uses.size() && of.uses[i].start < of.named_until; ++i) {
        if (of.uses[i].volume > kLeastNamed && of.truth.main_category(i)) from.push_back(i);
    }
    const auto weight = [&](std::size_t i) {
        return static_cast<std::int64_t>(std::sqrt(static_cast<double>(of.uses[i].volume.microlitres)));
    };
    Draw draw(seed);
    std::vector<std::size_t> named;
    while (static_cast<int>(named.size()) < labels && !from.empty()) {
        std::int64_t all = 0;
        for (const std::size_t i : from) all += weight(i);
        std::int64_t at = draw.between(1, all);
        auto chosen = from.begin();
        for (; at > weight(*chosen); ++chosen) at -= weight(*chosen);
        named.push_back(*chosen);
        from.erase(chosen);
    }
    std::sort(named.begin(), named.end());
    return named;
}

std::vector<classify::Verdict> judge(const HomeUses& of, const std::vector<std::size_t>& named) {
    const auto order = [](const detect::UseKey& key) { return std::tuple(key.start, key.overlapped, key.volume); };
    std::map<std::tuple<base::WallTime, bool, base::Volume>, std::size_t> places;
    for (std::size_t i = 0; i < of.uses.size(); ++i) places[order(detect::key_of(of.uses[i]))] = i;
    classify::Classifier classifier;
    std::vector<classify::Verdict> verdicts(of.uses.size());
    bool taught = false;
    for (std::size_t i = 0; i < of.uses.size(); ++i) {
        if (!taught && of.uses[i].start >= of.named_until) {
            taught = true;
            for (const std::size_t each : named) {
                const classify::Shape shape = classify::shape_of(of.uses[each], of.per_peak, of.offset_at(each));
                classifier.teach({detect::key_of(of.uses[each]), shape, *of.truth.main_category(each), ""});
            }
        }
        for (const classify::Judged& judged : classifier.add(of.uses[i], of.per_peak, of.offset_at(i))) {
            verdicts[places.at(order(judged.use))] = judged.verdict;
        }
    }
    return verdicts;
}

CategoryScore score(const HomeUses& of, const std::vector<classify::Verdict>& verdicts, base::WallTime from) {
    CategoryScore result;
    for (std::size_t i = 0; i < of.uses.size(); ++i) {
        const auto truth = of.truth.main_category(i);
        if (of.uses[i].start < from || !truth) continue;
        const Category told = verdicts[i].category;
        CategoryFigures& figures = result.of[index_of(told)];
        for (std::size_t own = 0; own < classify::kCategories; ++own) {
            figures.told_litres += of.truth.of_uses[i][own];
            result.of[own].said_litres[index_of(told)] += of.truth.of_uses[i][own];
        }
        figures.right_litres += of.truth.of_uses[i][index_of(told)];
        ++figures.uses;
        if (told == *truth) ++figures.uses_right;
    }
    for (std::size_t i = 0; i < of.events.size(); ++i) {
        const LabelledEvent& event = of.events[i];
        if (base::from_unix_s(event.start_s) < from) continue;
        CategoryFigures& figures = result.of[index_of(event.category)];
        figures.truth_litres += base::to_litres(event.volume);
        ++figures.events;
        const auto use = of.truth.of_events[i];
        if (use && verdicts[*use].category == event.category) ++figures.events_right;
    }
    return result;
}

std::vector<ConfidenceBand> bands(const HomeUses& of, const std::vector<classify::Verdict>& verdicts) {
    std::vector<ConfidenceBand> result;
    for (const double from : kBands) result.push_back({from, 0, 0});
    for (std::size_t i = 0; i < of.uses.size(); ++i) {
        const auto truth = of.truth.main_category(i);
        if (!truth) continue;
        auto band = std::find_if(result.rbegin(), result.rend(),
                                 [&](const ConfidenceBand& each) { return verdicts[i].confidence >= each.from; });
        ++band->uses;
        if (verdicts[i].category == *truth) ++band->right;
    }
    return result;
}

HomeCategories evaluate_home(const HomeUses& of, bool coarse, const CategoryOptions& options) {
    HomeCategories result;
    result.name = of.home->name;
    result.folder = std::filesystem::path(of.home->file).parent_path().filename().string();
    result.kind = of.home->kind;
    result.coarse = coarse;
    result.uses = static_cast<std::int64_t>(of.uses.size());
    const auto unaided = judge(of, {});
    result.whole = score(of, unaided, {});
    result.confidence = bands(of, unaided);
    for (const int labels : options.labels) {
        CategoryScore sum;
        if (labels == 0) sum = score(of, unaided, of.named_until);
        for (int draw = 0; labels > 0 && draw < options.draws; ++draw) {
            const auto seed = mix(mix(options.seed, of.home->name), static_cast<std::uint64_t>(draw));
            sum += score(of, judge(of, draw_named(of, labels, seed)), of.named_until);
        }
        result.later.emplace_back(labels, sum);
    }
    return result;
}

bool wanted(const Home& home, const CategoryOptions& options) {
    return !home.events_file.empty() && (options.homes.empty() || std::find(options.homes.begin(), options.homes.end(),
                                                                            home.name) != options.homes.end());
}

}  // namespace

double CategoryFigures::volume_f1() const {
    return f1(right_litres, told_litres, truth_litres);
}

double CategoryFigures::count_f1() const {
    return harmonic(share(uses_right, uses), share(events_right, events));
}

CategoryFigures& CategoryFigures::operator+=(const CategoryFigures& other) {
    truth_litres += other.truth_litres;
    told_litres += other.told_litres;
    right_litres += other.right_litres;
    for (std::size_t i = 0; i < said_litres.size(); ++i) said_litres[i] += other.said_litres[i];
    events += other.events;
    events_right += other.events_right;
    uses += other.uses;
    uses_right += other.uses_right;
    return *this;
}

double CategoryScore::volume_f1() const {
    double sum = 0;
    double weights = 0;
    for (const CategoryFigures& each : of) {
        sum += each.volume_f1() * each.truth_litres;
        weights += each.truth_litres;
    }
    return weights <= 0 ? 0 : sum / weights;
}

double CategoryScore::count_f1() const {
    double sum = 0;
    double weights = 0;
    for (const CategoryFigures& each : of) {
        sum += each.count_f1() * static_cast<double>(each.events);
        weights += static_cast<double>(each.events);
    }
    return weights <= 0 ? 0 : sum / weights;
}

CategoryScore& CategoryScore::operator+=(const CategoryScore& other) {
    for (std::size_t i = 0; i < of.size(); ++i) of[i] += other.of[i];
    return *this;
}

base::Result<std::vector<HomeCategories>, base::Error> evaluate_categories(const CategoryOptions& options) {
    std::vector<HomeCategories> results;
    for (const std::string& path : options.paths) {
        const auto homes = read_homes(path);
        if (!homes) return base::failure(homes.error());
        for (const Home& home : *homes) {
            if (!wanted(home, options)) continue;
            const auto events = read_labelled_events(home.events_file);
            if (!events) return base::failure(events.error());
            const std::int64_t fine = home.nanolitres_per_pulse.value_or(kFinePulseNanolitres);
            results.push_back(evaluate_home(run_home(home, *events, fine, false), false, options));
            if (home.nanolitres_per_pulse) continue;
            results.push_back(evaluate_home(run_home(home, *events, kCoarsePulseNanolitres, true), true, options));
        }
    }
    if (results.empty()) {
        return base::failure(
            base::Error{"no home has labelled events: its line of homes.csv names them as events_file"});
    }
    return results;
}

}  // namespace millrace::app
