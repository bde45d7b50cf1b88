#include "classify/classifier.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "classify/context.h"
#include "classify/knowledge.h"

namespace millrace::classify {
namespace {

// How far a likeness reaches: a use as much as this away from another is e^-½ as much like it.
struct Reach {
    double volume;  // of the logarithm
    double flow;
    double unevenness;
};
// What a use is, an owner's word tells of uses as far as another fixture's begin; what it is called, of those just like
// it.
constexpr Reach kWordReach{0.60, 0.20, 0.7};
constexpr Reach kNameReach{0.20, 0.12, 0.3};
// What a word on a use just like this one adds to the logarithms, for each 1 of its surprise.
constexpr double kWordCounts = 1.5;
// However sure general knowledge was, a few words can turn it.
constexpr double kLeastShare = 0.005;
// A name is carried over to what is about as like as that.
constexpr double kNameLikeness = 0.5;

// A machine fills several times: so long a rest, and so long in all.
constexpr base::Seconds kRestInCycle{65 * 60};
constexpr base::Seconds kLongestCycle{150 * 60};

double likeness(const Shape& a, const Shape& b, const Reach& reach) {
    const double volume = (a.ln_litres - b.ln_litres) / reach.volume;
    const double flow = (a.ln_flow - b.ln_flow) / reach.flow;
    const double unevenness = (a.unevenness - b.unevenness) / reach.unevenness;
    return std::exp(-(volume * volume + flow * flow + unevenness * unevenness) / 2);
}

Shares with_words(const Shares& shares, const Shape& shape, const std::vector<Example>& examples) {
    if (examples.empty()) return shares;
    Shares logs;
    for (std::size_t i = 0; i < kCategories; ++i) logs[i] = std::log(std::max(shares[i], kLeastShare));
    for (const Example& each : examples) {
        const double counts = kWordCounts * likeness(shape, each.shape, kWordReach);
        for (std::size_t i = 0; i < kCategories; ++i) logs[i] += counts * each.surprise[i];
    }
    const double most = *std::max_element(logs.begin(), logs.end());
    double sum = 0;
    for (double& each : logs) sum += each = std::exp(each - most);
    for (double& each : logs) each /= sum;
    return logs;
}

std::size_t index_of_most(const Shares& shares) {
    return static_cast<std::size_t>(std::max_element(shares.begin(), shares.end()) - shares.begin());
}

std::string best_name(const Shape& shape, Category category, const std::vector<Example>& examples) {
    std::map<std::string, double> likeness_by_name;
    for (const Example& each : examples) {
        if (each.category == category && !each.name.empty()) {
            likeness_by_name[each.name] += likeness(shape, each.shape, kNameReach);
        }
    }
    const auto best = std::max_element(likeness_by_name.begin(), likeness_by_name.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return best != likeness_by_name.end() && best->second >= kNameLikeness ? best->first : std::string();
}

}  // namespace

std::vector<Judged> Classifier::add(const detect::Use& use, base::VolumePerPeak per_peak, base::Seconds utc_offset) {
    const Remembered added{detect::key_of(use), use.end, shape_of(use, per_peak, utc_offset)};
    std::vector<Judged> changed;
    if (memory_.find(added.key) != nullptr) return changed;
    memory_.add(added);
    // What fills of one machine have in common shows only with the second and third, and each joins the one before it.
    auto& uses = memory_.uses();
    auto at = std::lower_bound(uses.begin(), uses.end(), added.key.start - kMatesWithin,
                               [](const Remembered& each, base::WallTime time) { return each.key.start < time; });
    for (; at != uses.end(); ++at) {
        if (std::abs(at->shape.ln_flow - added.shape.ln_flow) < kMateFlow) settle(*at, changed);
    }
    // One of long ago is not remembered.
    if (memory_.find(added.key) == nullptr) changed.push_back({added.key, judge(added)});
    std::stable_partition(changed.begin(), changed.end(), [&](const Judged& each) { return each.use == added.key; });
    return changed;
}

void Classifier::restore(const detect::Use& use, base::VolumePerPeak per_peak, base::Seconds utc_offset,
                         const std::optional<Verdict>& verdict) {
    memory_.add({detect::key_of(use), use.end, shape_of(use, per_peak, utc_offset), verdict});
}

Verdict Classifier::guess(const detect::Use& use, base::VolumePerPeak per_peak, base::Seconds utc_offset) const {
    return judge({detect::key_of(use), use.end, shape_of(use, per_peak, utc_offset)});
}

void Classifier::teach(Example example) {
    memory_.forget_example(example.key);
    const Remembered use{example.key, example.key.start, example.shape};
    const Shares said = with_words(general_shares(use.shape, context_of(use, memory_)), use.shape, memory_.examples());
    for (std::size_t i = 0; i < kCategories; ++i) example.surprise[i] = -said[i];
    example.surprise[index_of(example.category)] += 1;
    memory_.add(std::move(example));
}

void Classifier::forget(const detect::UseKey& use) {
    memory_.forget_example(use);
}

std::vector<Remembered> Classifier::other_fills(const detect::UseKey& first) const {
    std::vector<Remembered> fills;
    const Remembered* machine = memory_.find(first);
    if (machine == nullptr || !machine->verdict || !has_cycles(machine->verdict->category)) return fills;
    for (const Remembered& each : memory_.uses()) {
        const bool same = each.verdict && each.verdict->category == machine->verdict->category &&
                          each.verdict->machine_cycle == first.start;
        if (same && !(each.key == first)) fills.push_back(each);
    }
    return fills;
}

bool Classifier::is_labelled(const detect::UseKey& use) const {
    const auto& examples = memory_.examples();
    return std::any_of(examples.begin(), examples.end(), [&](const Example& each) { return each.key == use; });
}

std::vector<Judged> Classifier::judge_again() {
    std::vector<Judged> changed;
    for (Remembered& each : memory_.uses()) settle(each, changed);
    return changed;
}

Verdict Classifier::judge(const Remembered& use) const {
    const Context context = context_of(use, memory_);
    const Shares general = general_shares(use.shape, context);
    const Shares shares = with_words(general, use.shape, memory_.examples());
    const std::size_t best = index_of_most(shares);
    Verdict verdict;
    verdict.confidence = shares[best];
    verdict.category = verdict.confidence < kLeastConfidence ? Category::Other : static_cast<Category>(best);
    verdict.as_labelled = best != index_of_most(general);
    verdict.alike_this_week = context.alike_this_week;
    verdict.name = best_name(use.shape, verdict.category, memory_.examples());
    verdict.machine_cycle = cycle_of(use, verdict.category);
    return verdict;
}

base::WallTime Classifier::cycle_of(const Remembered& use, Category category) const {
    if (!has_cycles(category)) return use.key.start;
    const auto& uses = memory_.uses();
    for (auto at = uses.rbegin(); at != uses.rend(); ++at) {
        if (at->key.start >= use.key.start) continue;
        if (use.key.start - at->key.start > kLongestCycle) break;
        // One machine has one valve.
        const bool mate = std::abs(at->shape.ln_flow - use.shape.ln_flow) < kMateFlow;
        if (!mate || !at->verdict || at->verdict->category != category) continue;
        const base::WallTime cycle = at->verdict->machine_cycle;
        const bool joined = use.key.start - at->end <= kRestInCycle && use.key.start - cycle <= kLongestCycle;
        return joined ? cycle : use.key.start;
    }
    return use.key.start;
}

void Classifier::settle(Remembered& use, std::vector<Judged>& changed) const {
    Verdict verdict = judge(use);
    std::optional<Category> before;
    if (use.verdict) {
        before = use.verdict->category;
        const bool same = use.verdict->category == verdict.category && use.verdict->name == verdict.name &&
                          use.verdict->machine_cycle == verdict.machine_cycle;
        if (same) return;
    }
    changed.push_back({use.key, verdict, before});
    use.verdict = std::move(verdict);
}

}  // namespace millrace::classify
