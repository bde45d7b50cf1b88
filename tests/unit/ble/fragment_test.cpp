#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "ble/fragment.h"
#include "ble/fragment_joiner.h"
#include "ble/fragment_splitter.h"

namespace millrace::ble {
namespace {

using base::Bytes;

const base::SteadyTime kStart{};

Bytes counting(std::size_t size) {
    Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
    return bytes;
}

// The frames that come out when all fragments arrive at the start.
std::vector<Bytes> joined(FragmentJoiner& joiner, const std::vector<Bytes>& fragments) {
    std::vector<Bytes> frames;
    for (const Bytes& fragment : fragments) {
        if (auto frame = joiner.take(fragment, kStart)) frames.push_back(std::move(*frame));
    }
    return frames;
}

TEST(FragmentJoiner, ReadsTheExampleOfTheFormat) {
    FragmentJoiner joiner;
    const auto frames =
        joined(joiner, {*base::from_hex("070101080000000000000000"), *base::from_hex("08020003322f617b7d")});
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(base::to_hex(frames[0]), "010800000000000000000003322f617b7d");
    EXPECT_EQ(joiner.broken(), 0U);
}

TEST(FragmentJoiner, GivesBackWhatWasSplitAtAnySizeOfFrameAndFragment) {
    std::mt19937 random(1);
    for (const std::size_t longest : {0U, 3U, 20U, 182U, 244U, 512U, 2000U}) {
        FragmentSplitter splitter(longest);
        FragmentJoiner joiner;
        for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{18}, std::size_t{510},
                                       std::size_t{511}, std::size_t{random() % 5000}, kLongestFrame}) {
            const Bytes frame = counting(size);
            const auto fragments = splitter.split(frame);
            for (const Bytes& fragment : fragments) {
                EXPECT_LE(fragment.size(), std::clamp<std::size_t>(longest, 3, kLongestFragment));
            }
            EXPECT_EQ(joined(joiner, fragments), std::vector<Bytes>{frame}) << size << " in " << longest;
        }
        EXPECT_EQ(joiner.broken(), 0U);
    }
}

TEST(FragmentJoiner, LosesOnlyTheFrameThatAFragmentIsMissingFrom) {
    FragmentSplitter splitter(20);
    const Bytes first = counting(100);
    const Bytes second = counting(50);
    auto fragments = splitter.split(first);
    const std::size_t of_first = fragments.size();
    for (const Bytes& fragment : splitter.split(second)) fragments.push_back(fragment);
    for (std::size_t lost = 0; lost < fragments.size(); ++lost) {
        auto heard = fragments;
        heard.erase(heard.begin() + static_cast<std::ptrdiff_t>(lost));
        FragmentJoiner joiner;
        const bool in_first = lost < of_first;
        EXPECT_EQ(joined(joiner, heard), std::vector<Bytes>{in_first ? second : first}) << lost;
        // The last one's loss shows only with what comes after it.
        if (lost + 1 < fragments.size()) {
            EXPECT_GT(joiner.broken(), 0U) << lost;
        }
    }
}

TEST(FragmentJoiner, CountsEachFragmentOfADroppedFrameAndTheGap) {
    FragmentSplitter splitter(12);
    const auto fragments = splitter.split(counting(50));  // five
    ASSERT_EQ(fragments.size(), 5U);
    FragmentJoiner joiner;
    EXPECT_TRUE(joined(joiner, {fragments[0], fragments[1], fragments[3], fragments[4]}).empty());
    EXPECT_EQ(joiner.broken(), 5U);  // four that came, one gap
}

TEST(FragmentJoiner, TakesAFrameJustBeforeTenSecondsAndNotAtTen) {
    const Bytes first{0, kFirstFragment, 'a'};
    const Bytes last{1, kLastFragment, 'b'};
    FragmentJoiner in_time;
    EXPECT_FALSE(in_time.take(first, kStart));
    EXPECT_TRUE(in_time.take(last, kStart + kFramePatience - base::Milliseconds{1}));
    FragmentJoiner late;
    EXPECT_FALSE(late.take(first, kStart));
    EXPECT_FALSE(late.take(last, kStart + kFramePatience));
    EXPECT_EQ(late.broken(), 2U);
}

TEST(FragmentJoiner, DropsAFrameOfMoreThanItsLimit) {
    FragmentSplitter splitter(512);
    FragmentJoiner joiner;
    EXPECT_TRUE(joined(joiner, splitter.split(counting(kLongestFrame + 1))).empty());
    EXPECT_EQ(joined(joiner, splitter.split(counting(3))).size(), 1U);
}

TEST(FragmentJoiner, BeginsAnewAtAFirstFragmentBeforeALastOne) {
    FragmentJoiner joiner;
    EXPECT_EQ(joined(joiner, {{0, kFirstFragment, 'a'}, {1, kFirstFragment | kLastFragment, 'b'}}),
              (std::vector<Bytes>{{'b'}}));
    EXPECT_EQ(joiner.broken(), 1U);
}

TEST(FragmentJoiner, RefusesWhatIsNoFragment) {
    FragmentJoiner joiner;
    Bytes too_long(kLongestFragment + 1, 0);
    too_long[1] = kFirstFragment | kLastFragment;
    for (const Bytes& wrong : {Bytes{}, Bytes{0}, Bytes{0, 4}, Bytes{0, 0x83}, too_long}) {
        EXPECT_FALSE(joiner.take(wrong, kStart));
    }
    EXPECT_EQ(joiner.broken(), 5U);
}

TEST(FragmentJoiner, ForgetsNumbersAndWhatWasBegunAtTheEndOfAConnection) {
    FragmentJoiner joiner;
    EXPECT_FALSE(joiner.take(Bytes{9, kFirstFragment, 'a'}, kStart));
    joiner.reset();
    EXPECT_EQ(joiner.broken(), 1U);
    EXPECT_EQ(joiner.take(Bytes{200, kFirstFragment | kLastFragment, 'b'}, kStart), Bytes{'b'});
    EXPECT_EQ(joiner.broken(), 1U);
}

}  // namespace
}  // namespace millrace::ble
