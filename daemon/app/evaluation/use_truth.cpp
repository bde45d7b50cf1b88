#include "app/evaluation/use_truth.h"

#include <algorithm>
#include <numeric>

namespace millrace::app {
namespace {

// The sensor's grid of 5 s.
constexpr double kSlack = 5;
// A use may be a little larger than it was counted.
constexpr double kCountedShort = 1.02;
// A row as long as that, most of which is rest, is a whole cycle: its water is spread over the uses in it.
constexpr double kCycleSeconds = 600;
constexpr double kCycleLikeness = 0.5;

double seconds(base::WallTime time) {
    return static_cast<double>(base::unix_ms(time)) / 1e3;
}

struct Candidate {
    std::size_t use = 0;
    double overlap = 0;   // seconds
    double likeness = 0;  // the time both have, of the time either has
};

class Matcher {
public:
    Matcher(const std::vector<detect::Use>& uses, const std::vector<LabelledEvent>& events)
        : uses_(uses), events_(events) {
        for (const detect::Use& use : uses) {
            left_.push_back(base::to_litres(use.volume) * kCountedShort);
            longest_ = std::max(longest_, seconds(use.end) - seconds(use.start));
        }
        truth_.of_uses.resize(uses.size());
        truth_.of_events.resize(events.size());
    }

    UseTruth match() {
        std::vector<std::size_t> order(events_.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
            return events_[a].end_s - events_[a].start_s < events_[b].end_s - events_[b].start_s;
        });
        for (const std::size_t event : order) give(event);
        return std::move(truth_);
    }

private:
    std::vector<Candidate> candidates(const LabelledEvent& event) const {
        const auto start = static_cast<double>(event.start_s);
        const auto end = static_cast<double>(event.end_s);
        auto at = std::lower_bound(uses_.begin(), uses_.end(), start - longest_ - kSlack,
                                   [](const detect::Use& use, double time) { return seconds(use.start) < time; });
        std::vector<Candidate> found;
        for (; at != uses_.end() && seconds(at->start) <= end + kSlack; ++at) {
            const double from = seconds(at->start);
            const double to = seconds(at->end);
            const double overlap = std::min(end + kSlack, to) - std::max(start - kSlack, from);
            const auto use = static_cast<std::size_t>(at - uses_.begin());
            if (overlap <= 0 || left_[use] <= 0) continue;
            const double likeness =
                (std::min(end, to) - std::max(start, from)) / (std::max(end, to) - std::min(start, from));
            found.push_back({use, overlap, std::max(likeness, 0.01)});
        }
        std::stable_sort(found.begin(), found.end(),
                         [](const Candidate& a, const Candidate& b) { return a.likeness > b.likeness; });
        return found;
    }

    void give(std::size_t event) {
        const LabelledEvent& of = events_[event];
        const std::vector<Candidate> found = candidates(of);
        if (found.empty()) return;
        double most = 0;
        const auto take = [&](std::size_t use, double litres) {
            litres = std::min(litres, left_[use]);
            left_[use] -= litres;
            truth_.of_uses[use][index_of(of.category)] += litres;
            if (litres > most) {
                most = litres;
                truth_.of_events[event] = use;
            }
            return litres;
        };
        double rest = base::to_litres(of.volume);
        if (static_cast<double>(of.end_s - of.start_s) < kCycleSeconds || found.front().likeness >= kCycleLikeness) {
            for (const Candidate& each : found) rest -= take(each.use, rest);
            return;
        }
        const auto share = [this](const Candidate& each) {
            const detect::Use& use = uses_[each.use];
            return left_[each.use] * each.overlap / (seconds(use.end) - seconds(use.start) + 2 * kSlack);
        };
        double all = 0;
        for (const Candidate& each : found) all += share(each);
        for (const Candidate& each : found) take(each.use, rest * share(each) / all);
    }

    const std::vector<detect::Use>& uses_;
    const std::vector<LabelledEvent>& events_;
    std::vector<double> left_;  // litres of each use that no event explains yet
    double longest_ = 0;
    UseTruth truth_;
};

}  // namespace

std::optional<classify::Category> UseTruth::main_category(std::size_t use) const {
    const VolumeByCategory& volumes = of_uses[use];
    const auto most = std::max_element(volumes.begin(), volumes.end());
    if (*most <= 0) return std::nullopt;
    return static_cast<classify::Category>(most - volumes.begin());
}

UseTruth find_truth(const std::vector<detect::Use>& uses, const std::vector<LabelledEvent>& events) {
    return Matcher(uses, events).match();
}

}  // namespace millrace::app
