// What comes by the clock: learned, excused, told when it takes too much.
#include <gtest/gtest.h>

#include "detect/sensor_detector.h"
#include "house.h"

namespace millrace::detect {
namespace {

// A zone every day at five, for 45 minutes.
void sprinkle(House& house, int days_of_it, double gpm) {
    for (int day = 0; day < days_of_it; ++day) {
        const std::int64_t midnight = house.since_start() / days(1) * days(1);
        house.rest_until(midnight + hours(5));
        house.run(gpm, minutes(45));
        house.usual_day();
    }
}

TEST(SensorDetectorHabits, SprinklersAreLearnedAndExcusedAlsoWhileAway) {
    House house;
    sprinkle(house, 15, 14);
    ASSERT_EQ(house.detector.habits().size(), 1u);
    const Habit habit = house.detector.habits().front();
    EXPECT_NEAR(habit.start_minute, 5 * 60, 1);
    EXPECT_NEAR(static_cast<double>(habit.length.count()), minutes(45), 60);
    EXPECT_NEAR(base::to_gallons_per_minute(habit.flow), 14, 0.3);
    house.mode = Mode::Away;
    house.rest(hours(5));
    for (int minute = 0; minute < 45; ++minute) {
        house.run(14, 60);
        ASSERT_FALSE(house.anything_holds()) << "minute " << minute;
    }
    house.rest(hours(5));
    EXPECT_TRUE(house.runs_until(Rule::AwayUse, 14, minutes(2))) << "the same water at another time";
}

// A drip zone's are less than what a house uses at once, sprays' more.
class LearnedSprinklers : public testing::TestWithParam<double> {};

TEST_P(LearnedSprinklers, LostMessagesOfThemAreExcusedWhileAway) {
    const double flow = GetParam();
    House house;
    sprinkle(house, 15, flow);
    house.mode = Mode::Away;
    house.rest(hours(5));
    for (const std::int64_t lost : {20, 45, 600}) {
        house.run(flow, minutes(5));
        house.lose(flow, lost);
        house.run(flow, 60);
        EXPECT_FALSE(house.holding(Rule::AwayUse)) << lost;
    }
    house.rest(hours(5));
    house.run(flow, 10);
    house.lose(flow, 60);
    house.run(flow, 10);
    EXPECT_TRUE(house.holding(Rule::AwayUse)) << "at another time";
}

INSTANTIATE_TEST_SUITE_P(SensorDetectorHabits, LearnedSprinklers, testing::Values(1.2, 14.0));

TEST(SensorDetectorHabits, SprinklersAtFirstSightAreNoBurstAtDawnButAreByDay) {
    House house;
    house.usual_days(15);
    house.rest(hours(5));
    house.run(18, minutes(60));
    EXPECT_FALSE(house.anything_holds());
    house.rest(hours(8));
    EXPECT_TRUE(house.runs_until(Rule::Burst, 18, minutes(10)));
}

TEST(SensorDetectorHabits, BurstAtDawnThatGoesOnIsFound) {
    House house;
    house.usual_days(15);
    house.rest(hours(5));
    EXPECT_TRUE(house.runs_until(Rule::Burst, 18, hours(5)));
}

TEST(SensorDetectorHabits, ZoneThatTakesMuchMoreIsTold) {
    House house;
    sprinkle(house, 8, 10);
    house.rest(hours(5));
    const auto after = house.runs_until(Rule::SprinklerZone, 14, minutes(45));
    ASSERT_TRUE(after);
    EXPECT_LE(*after, minutes(20));
    EXPECT_NEAR(base::to_gallons_per_minute(house.holding(Rule::SprinklerZone)->at_least), 10, 0.5);
    EXPECT_FALSE(house.holding(Rule::Burst)) << "one name for one thing";
}

TEST(SensorDetectorHabits, SomebodySaysThatTheSprinklersRun) {
    House house;
    house.usual_days(15);
    house.rest(hours(14));
    house.irrigation_active = true;
    house.run(8, hours(2));
    EXPECT_FALSE(house.anything_holds());
    house.irrigation_active = false;
    EXPECT_TRUE(house.runs_until(Rule::Burst, 8, minutes(12)));
}

TEST(SensorDetectorHabits, WindowsByHandExcuseWater) {
    House house;
    house.settings.irrigation = {{0x7f, 14 * 60, 16 * 60}};
    house.usual_days(15);
    house.rest(hours(14));
    house.run(8, hours(2));
    EXPECT_FALSE(house.anything_holds());
    EXPECT_TRUE(house.runs_until(Rule::Burst, 8, minutes(12)));
}

TEST(SensorDetectorHabits, HabitThatIsTakenAwayExcusesNothing) {
    House house;
    sprinkle(house, 8, 6);
    Habit habit = house.detector.habits().front();
    habit.on = false;
    habit.label = "Lawn";
    house.detector.set_habit(habit);
    EXPECT_EQ(house.detector.habits().front().label, "Lawn");
    house.rest(hours(5));
    EXPECT_TRUE(house.runs_until(Rule::Burst, 6, minutes(40)));
    house.detector.forget_habit(habit.number);
    EXPECT_TRUE(house.detector.habits().empty());
}

TEST(SensorDetectorHabits, ReplayedReadingsGiveTheSameState) {
    House house;
    sprinkle(house, 8, 10);
    house.rest(hours(13));
    house.run(0.2, hours(3));
    SensorDetector again;
    for (const meter::Reading& reading : house.readings) again.apply(reading, kFineMeter, house.context());
    EXPECT_EQ(again.judge(house.now(), house.context()), house.findings());
    EXPECT_EQ(again.habits(), house.detector.habits());
    EXPECT_EQ(again.days_learned(), house.detector.days_learned());
    EXPECT_TRUE(house.holding(Rule::ContinuousFlow));
}

TEST(SensorDetectorHabits, CounterThatRestartsLosesNoHabitAndRaisesNothing) {
    House house;
    sprinkle(house, 8, 10);
    meter::Reading first;
    first.time = first.received = house.now();
    first.series = 2;
    first.kind = meter::ReadingKind::First;
    first.total = {7};
    house.detector.apply(first, kFineMeter, house.context());
    EXPECT_FALSE(house.anything_holds());
    EXPECT_EQ(house.detector.habits().size(), 1u);
}

TEST(SensorDetectorHabits, NightOfTheClockChangeIsANightAsAnyOther) {
    House house;
    house.utc_offset = base::Seconds{3'600};
    sprinkle(house, 14, 14);
    house.utc_offset = base::Seconds{7'200};  // the controller's clock goes with it
    const std::int64_t midnight = house.since_start() / days(1) * days(1);
    house.rest_until(midnight + hours(4));
    house.run(14, minutes(45));
    EXPECT_FALSE(house.anything_holds());
}

TEST(SensorDetectorHabits, ForgettingBeginsAnew) {
    House house;
    sprinkle(house, 15, 14);
    house.detector.forget();
    EXPECT_TRUE(house.detector.habits().empty());
    EXPECT_EQ(house.detector.days_learned(), 0);
}

}  // namespace
}  // namespace millrace::detect
