#include "classify/classifier.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "classify/context.h"
#include "classify/knowledge.h"

namespace millrace::classify {
namespace {

// How far the owner's word reaches: a use as much as this away from a labelled one is e^-½ as much like it.
constexpr double kLabelVolume = 0.20;
constexpr double kLabelFlow = 0.12;
constexpr double kLabelUnevenness = 0.3;
// What a word on a use just like this one counts, when general knowledge counts 1.
constexpr double kWordCounts = 0.4;
// A name is carried over to what is about as like as that.
constexpr double kNameLikeness = 0.5;

// A machine fills several times: so long a rest, and so long in all.
constexpr base::Seconds kRestInCycle{65 * 60};
constexpr base::Seconds kLongestCycle{150 * 60};

double likeness(const Shape& a, const Shape& b) {
    const double volume = (a.ln_litres - b.ln_litres) / kLabelVolume;
    const double flow = (a.ln_flow - b.ln_flow) / kLabelFlow;
    const double unevenness = (a.unevenness - b.unevenness) / kLabelUnevenness;
    return std::exp(-(volume * volume + flow * flow + unevenness * unevenness) / 2);
}

std::size_t index_of_most(const Shares& shares) {
    return static_cast<std::size_t>(std::max_element(shares.begin(), shares.end()) - shares.begin());
}

std::string best_name(const Shape& shape, Category category, const std::vector<Example>& examples) {
    std::map<std::string, double> likeness_by_name;
    for (const Example& each : examples) {
        if (each.category == category && !each.name.empty()) {
            likeness_by_name[each.name] += likeness(shape, each.shape);
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
    Shares shares = general_shares(use.shape, context);
    const std::size_t in_general = index_of_most(shares);
    double sum = 1;
    for (const Example& each : memory_.examples()) {
        const double counts = kWordCounts * likeness(use.shape, each.shape);
        shares[index_of(each.category)] += counts;
        sum += counts;
    }
    const std::size_t best = index_of_most(shares);
    Verdict verdict;
    verdict.confidence = shares[best] / sum;
    verdict.category = verdict.confidence < kLeastConfidence ? Category::Other : static_cast<Category>(best);
    verdict.as_labelled = best != in_general;
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
