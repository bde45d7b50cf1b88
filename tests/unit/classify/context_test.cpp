#include "classify/context.h"

#include <gtest/gtest.h>

#include "uses.h"

namespace millrace::classify {
namespace {

Remembered remembered(const detect::Use& use) {
    return {detect::key_of(use), use.end, shape_of(use, kPeak, kUtc)};
}

TEST(Context, OfTheFirstUseIsNothing) {
    Memory memory;
    const Remembered use = remembered(use_of(at(0, 1), 9, 60));
    memory.add(use);
    const Context context = context_of(use, memory);
    EXPECT_EQ(context.known, 0);
    EXPECT_EQ(context.alike_this_week, 0);
    EXPECT_EQ(context.valve_mates, 0);
    EXPECT_EQ(context.rhythm.recurring, 0);
    EXPECT_EQ(context.flushes_elsewhere_a_day, 0);
}

TEST(Context, CountsThoseAlikeBeforeAndNotOthers) {
    Memory memory;
    for (int day = 0; day < 8; ++day) {
        memory.add(remembered(use_of(at(day, 8), 9.0 + 0.02 * day, 60)));
        memory.add(remembered(use_of(at(day, 9), 4.5, 60)));  // half a flush
    }
    const Remembered use = remembered(use_of(at(8, 8), 9, 60));
    memory.add(use);
    const Context context = context_of(use, memory);
    EXPECT_DOUBLE_EQ(context.known, 1);
    EXPECT_DOUBLE_EQ(context.alike_a_day, 1);
    EXPECT_DOUBLE_EQ(context.days_with_alike, 1);
    EXPECT_EQ(context.alike_this_week, 6) << "those of the seven days before, the one of a week ago left out";
    EXPECT_GT(context.recurrence, 2);
}

TEST(Context, SizesThatAreSpreadEvenlyDoNotRecur) {
    Memory memory;
    for (int i = 0; i < 200; ++i) {
        memory.add(remembered(use_of(at(i / 20, 8 + i % 14, i % 60), 2.0 + 0.02 * ((i * 37) % 200), 25 + i % 30)));
    }
    const Remembered use = remembered(use_of(at(10, 8), 4, 40));
    memory.add(use);
    EXPECT_LT(context_of(use, memory).recurrence, 1);
}

TEST(Context, ShowersCrowdAtTheirHeadsFlowAndAHoseStandsBesideThem) {
    Memory memory;
    for (int day = 0; day < 10; ++day) {
        const std::int64_t seconds = 300 + 20 * day;
        memory.add(remembered(use_of(at(day, 7), 8.0 / 60 * static_cast<double>(seconds), seconds)));
        memory.add(remembered(use_of(at(day, 18), 7.0 + 0.01 * day, 180)));  // a slow cistern, which is no shower head
    }
    const Context shower = context_of(remembered(use_of(at(10, 7), 8.0 * 9, 540)), memory);
    const Context hose = context_of(remembered(use_of(at(10, 7), 10.5 * 9, 540)), memory);
    EXPECT_DOUBLE_EQ(shower.long_alike_share, 1);
    EXPECT_GT(shower.long_crowding, 1.5);
    EXPECT_EQ(hose.long_alike_share, 0);
    EXPECT_LT(hose.long_crowding, 0);
}

TEST(Context, CountsTheFlushesOfOtherValves) {
    Memory memory;
    for (int day = 0; day < 4; ++day) {
        for (int hour = 8; hour < 11; ++hour) {
            Remembered flush = remembered(use_of(at(day, hour), 6, 150));  // 2.4 l/min
            flush.verdict = Verdict{};
            flush.verdict->category = hour == 10 ? Category::Faucet : Category::Toilet;
            memory.add(flush);
        }
    }
    EXPECT_NEAR(context_of(remembered(use_of(at(4, 8), 10, 60)), memory).flushes_elsewhere_a_day, 2, 1e-9);
    EXPECT_EQ(context_of(remembered(use_of(at(4, 8), 3, 75)), memory).flushes_elsewhere_a_day, 0) << "the same valve";
}

TEST(Context, SprinklersComeByTheClock) {
    Memory clock;
    Memory people;
    for (int day = 0; day < 6; ++day) {
        clock.add(remembered(use_of(at(day, 6), 350, 1'500)));
        people.add(remembered(use_of(at(day, 6 + 2 * (day % 3), 17 * day % 60), 350, 1'500)));
    }
    const Remembered next = remembered(use_of(at(6, 6), 350, 1'500));
    EXPECT_DOUBLE_EQ(context_of(next, clock).by_the_clock, 1);
    EXPECT_LT(context_of(next, people).by_the_clock, 0.5);
    EXPECT_EQ(context_of(remembered(use_of(at(6, 6), 9, 60)), clock).by_the_clock, 0);
}

TEST(Context, MatesComeBeforeAndAfter) {
    Memory memory;
    const Remembered first = remembered(use_of(at(0, 10), 20, 140));
    memory.add(first);
    memory.add(remembered(use_of(at(0, 10, 40), 10, 70)));
    memory.add(remembered(use_of(at(0, 11, 20), 9.9, 70)));
    memory.add(remembered(use_of(at(0, 11, 40), 10, 70)));   // too late
    memory.add(remembered(use_of(at(0, 10, 50), 10, 200)));  // another flow
    const Context context = context_of(first, memory);
    EXPECT_EQ(context.valve_mates, 2);
}

}  // namespace
}  // namespace millrace::classify
