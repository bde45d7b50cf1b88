#include "classify/rhythm.h"

#include <gtest/gtest.h>

#include "classify/context.h"
#include "uses.h"

namespace millrace::classify {
namespace {

Remembered fill_at(std::int64_t unix_s, double litres = 10, std::int64_t seconds = 70) {
    const detect::Use use = use_of(unix_s, litres, seconds);
    return {detect::key_of(use), use.end, shape_of(use, kPeak, kUtc)};
}

// Every second day, at another hour each: what stands so many minutes after the first. Returns the last of the first.
Remembered run_for(Memory& memory, int times, int (*minutes_of)(int time, int fill)) {
    Remembered first;
    for (int time = 0; time < times; ++time) {
        const std::int64_t begins = at(2 * time, 9 + time % 5);
        for (int fill = 0; fill < 4; ++fill) {
            const Remembered each = fill_at(begins + 60 * minutes_of(time, fill));
            if (fill == 0) first = each;
            memory.add(each);
        }
    }
    return first;
}

int of_a_machine(int /*time*/, int fill) {
    return 17 * fill;
}

int of_people(int time, int fill) {
    return 7 * fill * fill + 11 * time * fill % 40;
}

TEST(Rhythm, IsAMachinesAndNotPeoples) {
    Memory machine;
    Memory people;
    const Rhythm beat = context_of(run_for(machine, 6, of_a_machine), machine).rhythm;
    EXPECT_EQ(beat.recurring, 2);
    EXPECT_GT(beat.share, 0.5);
    const Rhythm none = context_of(run_for(people, 6, of_people), people).rhythm;
    EXPECT_EQ(none.recurring, 0);
    EXPECT_LT(none.share, beat.share / 2);
}

TEST(Rhythm, ShowsWithTheSecondRun) {
    Memory memory;
    EXPECT_EQ(context_of(run_for(memory, 1, of_a_machine), memory).rhythm.recurring, 0) << "once may be chance";
    EXPECT_EQ(context_of(run_for(memory, 2, of_a_machine), memory).rhythm.recurring, 2);
}

TEST(Rhythm, IsNoneOfWhatIsUnevenOrASip) {
    Memory memory;
    const Remembered first = run_for(memory, 6, of_a_machine);
    Remembered tap = first;
    tap.shape.unevenness = 1.8;
    EXPECT_EQ(context_of(tap, memory).rhythm.recurring, 0);
    EXPECT_FALSE(may_be_fill(tap.shape));
    EXPECT_FALSE(may_be_fill(fill_at(0, 0.5, 30).shape));
    EXPECT_FALSE(may_be_fill(fill_at(0, 78, 600).shape)) << "a shower that comes every day at seven";
    EXPECT_TRUE(may_be_fill(first.shape));
}

TEST(Rhythm, NeedsFillsBesideIt) {
    Memory memory;
    static_cast<void>(run_for(memory, 6, of_a_machine));
    const Remembered alone = fill_at(at(20, 10));
    EXPECT_EQ(context_of(alone, memory).rhythm.recurring, 0);
    EXPECT_EQ(context_of(alone, memory).rhythm.share, 0);
}

}  // namespace
}  // namespace millrace::classify
