#include "detect/use_overlap.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

namespace millrace::detect {
namespace {

using Buckets = std::vector<std::int64_t>;

// A peak of a fine meter, and millilitres in 5 s of some fixtures.
constexpr std::int64_t kGrain = 33'000;
constexpr std::int64_t kShowerBucket = 700'000;
constexpr std::int64_t kFlushBucket = 500'000;
constexpr std::int64_t kTapBucket = 300'000;
constexpr std::int64_t kHoseBucket = 1'300'000;

struct Ran {
    std::size_t from;
    std::size_t to;
    std::int64_t flow;
};

Buckets together(std::initializer_list<Ran> all) {
    Buckets buckets;
    for (const Ran& one : all) {
        buckets.resize(std::max(buckets.size(), one.to));
        for (std::size_t i = one.from; i < one.to; ++i) buckets[i] += one.flow;
    }
    return buckets;
}

std::int64_t sum(const Buckets& buckets) {
    return std::accumulate(buckets.begin(), buckets.end(), std::int64_t{0});
}

// Each part as what ran, by its mean flow.
std::vector<std::vector<std::int64_t>> rows(const std::vector<Part>& parts) {
    std::vector<std::vector<std::int64_t>> all;
    for (const Part& part : parts) {
        const auto length = static_cast<std::int64_t>(part.buckets.size());
        all.push_back({static_cast<std::int64_t>(part.from), static_cast<std::int64_t>(part.from) + length,
                       sum(part.buckets) / length});
    }
    return all;
}

using Rows = std::vector<std::vector<std::int64_t>>;

TEST(UseOverlap, OneEvenUseIsOne) {
    EXPECT_EQ(rows(tell_apart(together({{0, 60, kShowerBucket}}), kGrain)), (Rows{{0, 60, kShowerBucket}}));
    EXPECT_EQ(tell_apart({}, kGrain), std::vector<Part>(1));
}

TEST(UseOverlap, WhatBeginsAndEndsWithinAnotherIsToldApart) {
    const auto parts = tell_apart(together({{0, 60, kShowerBucket}, {20, 32, kFlushBucket}}), kGrain);
    ASSERT_EQ(parts.size(), 2U);
    EXPECT_EQ(parts[0].buckets, Buckets(60, kShowerBucket));
    EXPECT_EQ(parts[1].from, 20U);
    EXPECT_EQ(sum(parts[1].buckets), 12 * kFlushBucket);
    EXPECT_EQ(parts[1].beside_ul, kShowerBucket);
}

TEST(UseOverlap, WhatOutlastsTheFirstIsToldApart) {
    const auto parts = tell_apart(together({{0, 40, kShowerBucket}, {30, 55, kTapBucket}}), kGrain);
    EXPECT_EQ(rows(parts), (Rows{{0, 40, kShowerBucket}, {30, 55, kTapBucket}}));
    EXPECT_EQ(parts[1].beside_ul, kShowerBucket);
}

TEST(UseOverlap, WhatIsLargerAndOutlastsTheFirstIsToldApart) {
    EXPECT_EQ(rows(tell_apart(together({{0, 20, kTapBucket}, {12, 90, kHoseBucket}}), kGrain)),
              (Rows{{0, 20, kTapBucket}, {12, 90, kHoseBucket}}));
}

TEST(UseOverlap, AChainOfThreeIsToldApart) {
    EXPECT_EQ(
        rows(tell_apart(
            together({{0, 40, kShowerBucket}, {30, 60, kTapBucket}, {50, 80, kFlushBucket + kShowerBucket}}), kGrain)),
        (Rows{{0, 40, kShowerBucket}, {30, 60, kTapBucket}, {50, 80, kFlushBucket + kShowerBucket}}));
}

TEST(UseOverlap, WhatIsWithinTheOneThatOutlastsIsToldApart) {
    EXPECT_EQ(rows(tell_apart(together({{0, 30, kTapBucket}, {20, 90, kShowerBucket}, {50, 60, kHoseBucket}}), kGrain))
                  .size(),
              3U);
}

TEST(UseOverlap, ATapOpenedFurtherStaysOneUse) {
    Buckets opened = together({{0, 30, kTapBucket}, {30, 60, kHoseBucket}});
    EXPECT_EQ(tell_apart(opened, kGrain).size(), 1U);
    // Throttled to what is not the difference of the two.
    opened.resize(90, kShowerBucket);
    EXPECT_EQ(tell_apart(opened, kGrain).size(), 1U);
}

TEST(UseOverlap, NoWaterIsLostOrMade) {
    std::mt19937 random(7);  // NOLINT: the same every time
    const auto below = [&random](std::uint32_t most) { return static_cast<std::int64_t>(random() % most); };
    int apart = 0;
    for (int round = 0; round < 2'000; ++round) {
        Buckets buckets;
        for (int uses = 0; uses < 4; ++uses) {
            const auto from = static_cast<std::size_t>(below(60));
            const auto to = from + 5 + static_cast<std::size_t>(below(60));
            const std::int64_t flow = 100'000 + below(900'000);
            buckets.resize(std::max(buckets.size(), to));
            for (std::size_t i = from; i < to; ++i) buckets[i] += flow + below(2 * kGrain) - kGrain;
        }
        const auto parts = tell_apart(buckets, kGrain);
        Buckets back(buckets.size());
        for (const Part& part : parts) {
            ASSERT_LE(part.from + part.buckets.size(), back.size());
            for (std::size_t i = 0; i < part.buckets.size(); ++i) {
                ASSERT_GE(part.buckets[i], 0);
                back[part.from + i] += part.buckets[i];
            }
        }
        ASSERT_EQ(back, buckets) << "round " << round;
        apart += parts.size() > 1 ? 1 : 0;
    }
    EXPECT_GT(apart, 300);
}

}  // namespace
}  // namespace millrace::detect
