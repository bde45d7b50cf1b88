#include "detect/use_overlap.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

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

std::int64_t median(const std::vector<std::int64_t>& buckets, std::size_t from) {
    std::array<std::int64_t, kEven> some{};
    std::copy_n(buckets.begin() + static_cast<std::ptrdiff_t>(from), kEven, some.begin());
    std::sort(some.begin(), some.end());
    return (some[kEven / 2 - 1] + some[kEven / 2]) / 2;
}

std::int64_t step_from(std::int64_t level, std::int64_t grain) {
    return std::max({kLeastStep, level * kStepTenths / 10, kGrains * grain});
}

// The level of the buckets before `at`, when they are even.
std::optional<std::int64_t> even_before(const std::vector<std::int64_t>& buckets, std::size_t at, std::int64_t grain) {
    const std::int64_t level = median(buckets, at - kEven);
    const std::int64_t step = step_from(level, grain);
    for (std::size_t i = at - kEven; i < at; ++i) {
        if (buckets[i] == 0 || std::abs(buckets[i] - level) >= step) return std::nullopt;
    }
    return level;
}

std::optional<Overlap> overlap_at(const std::vector<std::int64_t>& buckets, std::size_t at, std::int64_t grain) {
    const auto level = even_before(buckets, at, grain);
    if (!level) return std::nullopt;
    const std::int64_t step = step_from(*level, grain);
    std::size_t end = at;
    while (end < buckets.size() && buckets[end] >= *level + step) ++end;
    const std::size_t length = end - at;
    // The bucket in which it stops is a part of both.
    const std::size_t after = end + 1;
    if (length < kShortest || length > kLongest || after + kEven > buckets.size()) return std::nullopt;
    const auto again = even_before(buckets, after + kEven, grain);
    if (!again || std::abs(*again - *level) >= step) return std::nullopt;
    Overlap found{at, after, (*level + *again) / 2, 0};
    for (std::size_t i = at; i < after; ++i) {
        found.volume_ul += std::max<std::int64_t>(0, buckets[i] - found.beside_ul);
    }
    return found;
}

}  // namespace

std::vector<Overlap> find_overlaps(const std::vector<std::int64_t>& buckets, std::int64_t grain_ul) {
    std::vector<Overlap> found;
    for (std::size_t at = kEven; at + kShortest < buckets.size(); ++at) {
        if (const auto overlap = overlap_at(buckets, at, grain_ul)) {
            found.push_back(*overlap);
            at = overlap->to + kEven - 1;
        }
    }
    return found;
}

}  // namespace millrace::detect
