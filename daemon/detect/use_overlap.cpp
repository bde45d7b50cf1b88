#include "detect/use_overlap.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

namespace millrace::detect {
namespace {

// An even flow shows within 20 s; less of it on either side tells nothing.
constexpr std::size_t kEven = 4;
// From a short tap of 15 s to a bath of 20 minutes.
constexpr std::size_t kShortest = 3;
constexpr std::size_t kLongest = 240;
// A step is a quarter of a gallon a minute or more: 80 ml in 5 s, a tap; of a larger flow, three tenths; and never two
// peaks or less.
constexpr std::int64_t kLeastStep = 80'000;
constexpr std::int64_t kStepTenths = 3;
constexpr std::int64_t kGrains = 2;
// What the flow falls by when the first of two uses ends: a fifth of what goes on, or more, and what the first had
// taken give or take a tenth. With more room, taps throttled in a real home were taken for two.
constexpr std::int64_t kLeastFall = 5;
constexpr std::int64_t kSameFlow = 10;

using Buckets = std::vector<std::int64_t>;

// From the first bucket of the later use to the one in which the earlier flow, or the later one, stops.
struct Overlap {
    std::size_t from = 0;
    std::size_t to = 0;  // the first after it
    std::int64_t beside_ul = 0;
    std::int64_t later_ul = 0;  // of the later one when it goes on; nothing when it has ended
};

std::int64_t median(const Buckets& buckets, std::size_t from) {
    std::array<std::int64_t, kEven> some{};
    std::copy_n(buckets.begin() + static_cast<std::ptrdiff_t>(from), kEven, some.begin());
    std::sort(some.begin(), some.end());
    return (some[kEven / 2 - 1] + some[kEven / 2]) / 2;
}

std::int64_t step_from(std::int64_t level, std::int64_t grain) {
    return std::max({kLeastStep, level * kStepTenths / 10, kGrains * grain});
}

// The level of the buckets before `at`, when they are even.
std::optional<std::int64_t> even_before(const Buckets& buckets, std::size_t at, std::int64_t grain) {
    const std::int64_t level = median(buckets, at - kEven);
    const std::int64_t step = step_from(level, grain);
    for (std::size_t i = at - kEven; i < at; ++i) {
        if (buckets[i] == 0 || std::abs(buckets[i] - level) >= step) return std::nullopt;
    }
    return level;
}

// What begins at `at` beside an even flow and ends while that goes on.
std::optional<Overlap> within_at(const Buckets& buckets, std::size_t at, std::int64_t level, std::int64_t grain) {
    const std::int64_t step = step_from(level, grain);
    std::size_t end = at;
    while (end < buckets.size() && buckets[end] >= level + step) ++end;
    const std::size_t length = end - at;
    // The bucket in which it stops is a part of both.
    const std::size_t after = end + 1;
    if (length < kShortest || length > kLongest || after + kEven > buckets.size()) return std::nullopt;
    const auto again = even_before(buckets, after + kEven, grain);
    if (!again || std::abs(*again - level) >= step) return std::nullopt;
    return Overlap{at, after, (level + *again) / 2, 0};
}

// What begins at `at` beside an even flow and goes on evenly when that has ended.
std::optional<Overlap> outlasting_at(const Buckets& buckets, std::size_t at, std::int64_t level, std::int64_t grain) {
    // Where it begins and where the other ends, a bucket is of both flows.
    if (at + 1 + kEven > buckets.size() || buckets[at] < level + grain) return std::nullopt;
    const auto both = even_before(buckets, at + 1 + kEven, grain);
    if (!both || *both - level < step_from(level, grain)) return std::nullopt;
    std::size_t end = at + 1;
    while (end < buckets.size() && 2 * std::abs(buckets[end] - *both) < level) ++end;
    const std::size_t after = end + 1;
    if (end - at > kLongest || after + kEven > buckets.size()) return std::nullopt;
    const auto later = even_before(buckets, after + kEven, grain);
    const std::int64_t least_fall = std::max(kLeastStep, kGrains * grain);
    if (!later || *both - *later < std::max(least_fall, *later / kLeastFall)) return std::nullopt;
    const std::int64_t off = std::abs(*both - level - *later);
    if (off > std::min(level, *later) / kSameFlow) return std::nullopt;
    return Overlap{at, after, level, *later};
}

std::int64_t of_the_later(const Overlap& overlap, std::int64_t bucket, bool last) {
    if (overlap.later_ul > 0 && last) return std::min(bucket, overlap.later_ul);
    return std::max<std::int64_t>(0, bucket - overlap.beside_ul);
}

// Takes the later use's water out of `buckets`.
Part taken_out(Buckets& buckets, const Overlap& overlap) {
    Part later{overlap.from, {}, overlap.beside_ul};
    for (std::size_t i = overlap.from; i < overlap.to; ++i) {
        later.buckets.push_back(of_the_later(overlap, buckets[i], i + 1 == overlap.to));
        buckets[i] -= later.buckets.back();
    }
    if (overlap.later_ul > 0) {
        const auto rest = buckets.begin() + static_cast<std::ptrdiff_t>(overlap.to);
        later.buckets.insert(later.buckets.end(), rest, buckets.end());
        buckets.erase(rest, buckets.end());
        while (buckets.back() == 0) buckets.pop_back();
    }
    return later;
}

}  // namespace

std::vector<Part> tell_apart(std::vector<std::int64_t> buckets, std::int64_t grain_ul) {
    std::vector<Part> parts(1);
    std::size_t first = 0;  // of `buckets` in the stretch
    std::size_t main = 0;   // the part that `buckets` are of
    for (std::size_t at = kEven; at + kShortest < buckets.size(); ++at) {
        const auto level = even_before(buckets, at, grain_ul);
        if (!level) continue;
        if (const auto within = within_at(buckets, at, *level, grain_ul)) {
            parts.push_back(taken_out(buckets, *within));
            parts.back().from += first;
            at = within->to + kEven - 1;
        } else if (const auto outlasting = outlasting_at(buckets, at, *level, grain_ul)) {
            Part later = taken_out(buckets, *outlasting);
            later.from += first;
            parts[main].buckets = std::exchange(buckets, std::move(later.buckets));
            first = later.from;
            main = parts.size();
            parts.push_back(std::move(later));
            at = kEven - 1;
        }
    }
    parts[main].buckets = std::move(buckets);
    return parts;
}

}  // namespace millrace::detect
