#include "emulate/emulated_clock.h"

#include <gtest/gtest.h>

namespace millrace::emulate {
namespace {

using base::Milliseconds;
using base::Seconds;

const base::WallTime kWall = base::from_unix_s(1'700'000'000);
const base::SteadyTime kSteady{Seconds{500}};

TEST(EmulatedClock, AtSpeedOneItIsRealTimeMoved) {
    const EmulatedClock clock(kWall - Seconds{1000}, 1, kWall, kSteady);
    EXPECT_EQ(clock.at(kSteady + Seconds{5}), kWall - Seconds{995});
    EXPECT_EQ(clock.when(kWall), kSteady + Seconds{1000});
}

TEST(EmulatedClock, RunsFastUntilItMeetsRealTimeAndThenWithIt) {
    const EmulatedClock clock(kWall - Seconds{5900}, 60, kWall, kSteady);  // meets after 100 s
    EXPECT_EQ(clock.at(kSteady), kWall - Seconds{5900});
    EXPECT_EQ(clock.at(kSteady + Seconds{10}), kWall - Seconds{5300});
    EXPECT_EQ(clock.at(kSteady + Seconds{100}), kWall + Seconds{100});
    EXPECT_EQ(clock.at(kSteady + Seconds{130}), kWall + Seconds{130});
    EXPECT_EQ(clock.when(kWall - Seconds{5300}), kSteady + Seconds{10});
    EXPECT_EQ(clock.when(kWall + Seconds{130}), kSteady + Seconds{130});
}

TEST(EmulatedClock, NeverTellsOfTheFuture) {
    const EmulatedClock clock(kWall - Seconds{3600}, 1234.5, kWall, kSteady);
    for (int ms = 0; ms < 10'000; ms += 7) {
        EXPECT_LE(clock.at(kSteady + Milliseconds{ms}), kWall + Milliseconds{ms});
    }
}

TEST(EmulatedClock, AClockOfTheFutureKeepsItsSpeed) {
    const EmulatedClock clock(kWall + Seconds{10}, 60, kWall, kSteady);
    EXPECT_EQ(clock.at(kSteady + Seconds{10}), kWall + Seconds{610});
}

TEST(EmulatedClock, AMomentAskedForHasComeWhenItIsDue) {
    const EmulatedClock clock(kWall - Seconds{86'400}, 61.7, kWall, kSteady);
    for (int s = 0; s < 90'000; s += 611) {
        const base::WallTime moment = kWall - Seconds{86'400 - s};
        EXPECT_GE(clock.at(clock.when(moment)) + Milliseconds{1}, moment);
    }
    EXPECT_EQ(clock.when(base::WallTime::max()), base::SteadyTime::max());
}

}  // namespace
}  // namespace millrace::emulate
