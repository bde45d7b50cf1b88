#include "emulate/sample_queue.h"

#include <gtest/gtest.h>

#include "unit/emulate/steps.h"

namespace millrace::emulate {
namespace {

using message::Sample;

std::vector<Sample> waiting(const SampleQueue& queue) {
    return queue.next_message().samples;
}

SampleQueue based(std::uint32_t peaks) {
    SampleQueue queue;
    queue.set_base(peaks);
    return queue;
}

// One peak in each of `windows` windows from 10 s on.
void drip(SampleQueue& queue, int windows, int first_s = 10) {
    for (int i = 0; i < windows; ++i) queue.count({step_at((first_s + 5 * i) * 1000)});
}

TEST(SampleQueue, WindowsEndOnTheGrid) {
    EXPECT_EQ(SampleQueue::window_end(base::from_unix_ms(5'001)), base::from_unix_s(10));
    EXPECT_EQ(SampleQueue::window_end(base::from_unix_ms(10'000)), base::from_unix_s(10));
    EXPECT_EQ(SampleQueue::window_end(base::from_unix_ms(10'001)), base::from_unix_s(15));
}

TEST(SampleQueue, OnePeakInAWindowHasItsOwnTime) {
    SampleQueue queue = based(100);
    queue.count({step_at(6'300)});
    EXPECT_EQ(waiting(queue), (std::vector<Sample>{{7, 101}}));
}

TEST(SampleQueue, MorePeaksInAWindowAreOneEntryAtItsEnd) {
    SampleQueue queue = based(100);
    queue.count({step_at(6'300), step_at(7'000)});
    queue.count({step_at(12'000, 17)});
    EXPECT_EQ(waiting(queue), (std::vector<Sample>{{10, 102}, {15, 119}}));
}

TEST(SampleQueue, WithoutABaseThereAreNoEntriesButPeaksCount) {
    SampleQueue queue;
    queue.count({step_at(6'000)});
    queue.count({step_at(11'000, 4)});
    EXPECT_EQ(queue.waiting(), 0U);
    queue.set_base(1000);
    queue.count({step_at(16'000)});
    EXPECT_EQ(waiting(queue), (std::vector<Sample>{{16, 1006}}));
}

TEST(SampleQueue, TheTotalWrapsAt32Bits) {
    SampleQueue queue = based(0xFFFFFFFE);
    queue.count({step_at(6'000, 5)});
    EXPECT_EQ(waiting(queue), (std::vector<Sample>{{10, 3}}));
}

TEST(SampleQueue, EntriesAreDueAFewWindowsAfterTheFirstOne) {
    SampleQueue queue = based(0);
    EXPECT_EQ(queue.due(), base::WallTime::max());
    drip(queue, 3);
    EXPECT_EQ(queue.due(), base::from_unix_s(25));
}

TEST(SampleQueue, AFullMessageIsDueAtOnceAndHoldsTheOldest) {
    SampleQueue queue = based(0);
    drip(queue, 31);
    EXPECT_EQ(queue.due(), base::from_unix_s(10));
    const std::vector<Sample> samples = waiting(queue);
    ASSERT_EQ(samples.size(), 30U);
    EXPECT_EQ(samples.front(), (Sample{10, 1}));
    EXPECT_EQ(samples.back(), (Sample{155, 30}));
}

TEST(SampleQueue, OutstandingMessagesComeBackInOrderWhenTheConnectionIsLost) {
    SampleQueue queue = based(0);
    drip(queue, 70);
    queue.sent(1);
    queue.sent(2);
    EXPECT_EQ(queue.acknowledge(7).size(), 0U);
    EXPECT_EQ(queue.acknowledge(2).size(), 30U);
    queue.requeue();
    EXPECT_EQ(queue.outstanding_messages(), 0U);
    ASSERT_EQ(queue.waiting(), 40U);
    const std::vector<Sample> samples = waiting(queue);
    for (std::size_t i = 1; i < samples.size(); ++i) EXPECT_GT(samples[i].value, samples[i - 1].value);
    EXPECT_EQ(samples.front().value, 1U);
    EXPECT_TRUE(queue.acknowledge(1).empty());
}

TEST(SampleQueue, ABaseThatKnowsTheSeriesGoesOnWithIt) {
    for (const std::uint32_t known : {130U, 135U, 140U}) {  // acknowledged, stored in part, stored in whole
        SampleQueue queue = based(100);
        drip(queue, 40);
        queue.sent(1);
        (void)queue.acknowledge(1);
        queue.forget_base();
        queue.set_base(known);
        EXPECT_EQ(waiting(queue).front().value, 131U) << known;
    }
}

TEST(SampleQueue, AnotherBaseBeginsANewSeriesWithWhatWasNotAcknowledged) {
    for (const std::uint32_t strange : {0U, 129U, 141U, 5000U}) {
        SampleQueue queue = based(100);
        drip(queue, 40);
        queue.sent(1);
        (void)queue.acknowledge(1);
        queue.forget_base();
        queue.set_base(strange);
        EXPECT_EQ(waiting(queue).front().value, strange + 1) << strange;
        EXPECT_EQ(waiting(queue).back().value, strange + 10) << strange;
    }
}

TEST(SampleQueue, SendingForGoodAcknowledges) {
    SampleQueue queue = based(100);
    drip(queue, 3);
    EXPECT_EQ(queue.sent_for_good().size(), 3U);
    EXPECT_EQ(queue.waiting(), 0U);
    queue.forget_base();
    queue.set_base(0);
    drip(queue, 1, 100);
    EXPECT_EQ(waiting(queue), (std::vector<Sample>{{100, 1}}));
}

TEST(SampleQueue, GivesUpTheOldestWhenFull) {
    SampleQueue queue = based(0);
    drip(queue, static_cast<int>(SampleQueue::kMaxKept) + 3);
    EXPECT_EQ(queue.waiting(), SampleQueue::kMaxKept);
    EXPECT_EQ(queue.given_up(), 3U);
    EXPECT_EQ(waiting(queue).front().value, 4U);
}

}  // namespace
}  // namespace millrace::emulate
