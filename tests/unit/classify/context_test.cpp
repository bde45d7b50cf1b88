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
    EXPECT_EQ(context.regularity, 0);
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

TEST(Context, SeesTheBeatOfAMachine) {
    Memory machine;
    Memory people;
    for (int load = 0; load < 4; ++load) {
        for (int fill = 0; fill < 4; ++fill) {
            machine.add(remembered(use_of(at(2 * load, 10, 20 * fill), 10, 70)));
            people.add(remembered(use_of(at(2 * load, 10, 7 * fill * fill + 11 * load * fill), 10, 70)));
        }
    }
    const Remembered next = remembered(use_of(at(8, 10), 10, 70));
    EXPECT_GT(context_of(next, machine).regularity, 0.8);
    EXPECT_LT(context_of(next, people).regularity, 0.5);
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
    EXPECT_EQ(context.mates_of_other_size, 2);
}

}  // namespace
}  // namespace millrace::classify
