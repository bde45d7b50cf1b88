#include "detect/use_cutter.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/flow_rate.h"
#include "detect/use_overlap.h"

namespace millrace::detect {
namespace {

using base::FlowRate;
using base::Milliseconds;
using base::WallTime;

constexpr Milliseconds kBucket{5'000};
// 0.1 gallons a minute: less than that is a trickle and no use. Nor is what is not thrice the standing flow.
constexpr std::int64_t kLeastFlow = 6'300;
constexpr std::int64_t kAboveBase = 3;
constexpr Milliseconds kShortestRest{12'000};
constexpr Milliseconds kLongestRest{40'000};
// Half a gallon a minute: a flow that grew to that during a use is the use's own, such as a sprinkler zone's, and no
// leak beside it, for so long.
constexpr std::int64_t kOpened = 31'500;
constexpr Milliseconds kLongestUse = std::chrono::hours{4};
// Waiting for the batch that may tell of more.
constexpr Milliseconds kReportedWithin{40'000};

WallTime after(WallTime start, std::size_t buckets) {
    return start + static_cast<std::int64_t>(buckets) * kBucket;
}

}  // namespace

std::vector<Use> UseCutter::add(const WaterStep& step, base::VolumePerPeak per_peak, FlowRate base) {
    per_peak_ = per_peak;
    if (open_ && base.microlitres_per_second >= kOpened && step.to - open_->start < kLongestUse) base = open_->base;
    const std::int64_t least = std::max(kLeastFlow, kAboveBase * base.microlitres_per_second);
    rest_ = std::clamp(Milliseconds{per_peak.microlitres * 1'500 / kLeastFlow}, kShortestRest, kLongestRest);
    const Milliseconds since_last = last_water_ ? step.to - *last_water_ : kLongestRest;
    const Milliseconds over = step.peaks > 1 ? step.length() : since_last;
    last_water_ = step.to;
    const bool in_use = base::mean_flow(step.volume, over).microlitres_per_second >= least;

    std::vector<Use> ended;
    if (open_ && step.from - open_->end > rest_) ended = close();
    if (step.spread || (!in_use && !(open_ && step.peaks == 1))) return ended;
    if (!open_) {
        open_ = Open{step.peaks > 1 ? step.from : step.to, step.to, 0, 0, base, {}};
    }
    // A lone peak keeps a use going only when it is part of its flow; the last one may come late.
    open_->volume_ul += step.volume.microlitres;
    open_->peaks += step.peaks;
    if (in_use) open_->end = std::max(open_->end, step.to);
    const auto bucket = static_cast<std::size_t>(std::max<std::int64_t>(0, (step.to - open_->start) / kBucket));
    if (bucket < kMostBuckets) {
        if (open_->buckets.size() <= bucket) open_->buckets.resize(bucket + 1);
        open_->buckets[bucket] += step.volume.microlitres;
    }
    return ended;
}

std::vector<Use> UseCutter::end_by(WallTime now) {
    if (!open_ || now - open_->end <= rest_ + kReportedWithin) return {};
    return close();
}

std::optional<Use> UseCutter::open() const {
    return open_ && open_->peaks > 1 ? std::optional(use_of(*open_)) : std::nullopt;
}

std::vector<Use> UseCutter::close() {
    Open ended = std::move(*open_);
    open_.reset();
    if (ended.peaks <= 1) return {};  // one alone is a trickle's
    const std::int64_t beyond =
        ended.volume_ul - std::accumulate(ended.buckets.begin(), ended.buckets.end(), std::int64_t{0});
    const std::size_t all = ended.buckets.size();
    std::vector<Part> parts = tell_apart(std::move(ended.buckets), per_peak_.microlitres);
    std::vector<Use> uses;
    for (const Part& part : parts) {
        Open one{after(ended.start, part.from), ended.end, 0, 0, {}, part.buckets};
        // What goes on to the end has what the buckets had no room for.
        const std::size_t until = part.from + part.buckets.size();
        if (until < all) one.end = std::min(ended.end, after(ended.start, until));
        one.volume_ul = std::accumulate(part.buckets.begin(), part.buckets.end(), until < all ? 0 : beyond);
        if (uses.empty()) one.base = ended.base;
        uses.push_back(use_of(one));
        if (uses.size() == 1) continue;
        uses.back().base = base::mean_flow({part.beside_ul}, kBucket);
        uses.back().overlapped = true;
    }
    return uses;
}

Use UseCutter::use_of(const Open& open) const {
    Use use;
    use.start = open.start;
    use.end = std::max(open.end, open.start + base::Seconds{1});
    const base::Volume beside = base::volume_of(open.base, use.end - use.start);
    use.volume = std::max(base::Volume{}, base::Volume{open.volume_ul} - beside);
    use.base = open.base;
    use.mean = base::mean_flow(use.volume, use.end - use.start);
    std::int64_t most = open.buckets.empty() ? 0 : open.buckets.front() / 2;
    for (std::size_t i = 1; i < open.buckets.size(); ++i) {
        most = std::max(most, (open.buckets[i - 1] + open.buckets[i]) / 2);
    }
    use.peak = std::max(use.mean, base::mean_flow({most}, kBucket));
    const std::size_t parts = std::min(Use::kShapeParts, open.buckets.size());
    for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t from = part * open.buckets.size() / parts;
        const std::size_t to = (part + 1) * open.buckets.size() / parts;
        std::int64_t sum = 0;
        for (std::size_t i = from; i < to; ++i) sum += open.buckets[i];
        use.shape.push_back(base::mean_flow({sum}, static_cast<std::int64_t>(to - from) * kBucket));
    }
    return use;
}

}  // namespace millrace::detect
