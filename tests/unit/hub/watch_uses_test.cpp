// Uses of water as the watch tells them, and what the owner says of them.
#include "unit/hub/watch_fixture.h"

namespace millrace::hub {
namespace {

using ::testing::ElementsAre;

TEST_F(WatchTest, LabelOfAUseIsStoredWithItsTime) {
    const ports::UseKey use{clock_.wall_now() - base::Seconds{60}, true, {9'000'000}};
    detect::Use kept;
    kept.start = use.start;
    kept.end = use.start + base::Seconds{50};
    kept.overlapped = use.overlapped;
    kept.volume = use.volume;
    watch_->label_use({kSensor, use, {"toilet", "guest bath", "Ada", {}}}, ports::KeptUse{kept}, noted());
    EXPECT_THAT(store_.all<ports::UseLabelRecord>(),
                ElementsAre(ports::UseLabelRecord{kSensor, use, {"toilet", "guest bath", "Ada", clock_.wall_now()}}));
    store_.finish();
    EXPECT_THAT(answers_, ElementsAre("ok"));
}

TEST_F(WatchTest, AUseIsTakenForSomethingWhileItRunsAndWhenItHasEnded) {
    run_water(15, base::Seconds{60});  // 15 peaks in 5 s
    const ports::SensorWatch running = watch_->alarms().sensors.at(0);
    ASSERT_TRUE(running.use);
    ASSERT_TRUE(running.use_may_be);
    EXPECT_GT(running.use_may_be->confidence, 0);
    EXPECT_FALSE(running.last_use);
    EXPECT_TRUE(store_.all<ports::UseVerdictRecord>().empty());
    pass(base::Seconds{90});
    const auto uses = store_.all<ports::UseRecord>();
    const auto told = store_.all<ports::UseVerdictRecord>();
    ASSERT_EQ(uses.size(), 1u);
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].use, ports::key_of(uses[0].use));
    const ports::SensorWatch after = watch_->alarms().sensors.at(0);
    EXPECT_FALSE(after.use_may_be);
    EXPECT_EQ(after.last_use, told[0].verdict.category);
    store_.finish();
    ASSERT_TRUE(watch_->category_totals(kSensor));
    EXPECT_EQ(watch_->category_totals(kSensor)->told[index_of(*after.last_use)], uses[0].use.volume);
}

// After an outage the bridge sends what it kept, a message at a time, while our clock looks every second.
TEST_F(WatchTest, WhatComesLateIsCutByTheSensorsTimeNotByOurs) {
    const base::WallTime past = clock_.wall_now() - std::chrono::hours{2};
    const auto late = [this](std::int64_t peaks, base::WallTime time) {
        pass(base::Seconds{2});
        hear();
        watch_->on_readings(kSensor, {reading(peaks, time)}, {}, ahead_, clock_.wall_now());
    };
    for (int i = 1; i <= 24; ++i) late(15, past + base::Seconds{5 * i});
    EXPECT_TRUE(store_.all<ports::UseRecord>().empty()) << "its two minutes are not over";
    late(15, past + base::Seconds{1'800});
    late(15, past + base::Seconds{1'805});
    pass(base::Seconds{90});
    const auto uses = store_.all<ports::UseRecord>();
    ASSERT_EQ(uses.size(), 2u);
    EXPECT_EQ(uses[0].use.end, past + base::Seconds{120});
    EXPECT_EQ(uses[1].use.end, past + base::Seconds{1'805});
}

TEST_F(WatchTest, AClockThatRunsFarAheadTeachesNothing) {
    run_water(15, base::Seconds{60});
    pass(base::Seconds{90});
    ASSERT_EQ(store_.all<ports::UseVerdictRecord>().size(), 1u);
    const base::WallTime far = clock_.wall_now() + std::chrono::hours{24 * 365};
    for (int i = 0; i < 4; ++i) {
        watch_->on_readings(kSensor, {reading(15, far + base::Seconds{5 * i})}, {}, ahead_, clock_.wall_now());
    }
    watch_->on_readings(kSensor, {reading(15, far + base::Seconds{600})}, {}, ahead_, clock_.wall_now());
    pass(base::Seconds{90});
    EXPECT_GE(store_.all<ports::UseRecord>().size(), 2u) << "it is kept";
    EXPECT_EQ(store_.all<ports::UseVerdictRecord>().size(), 1u);
}

TEST_F(WatchTest, WhatTheOwnerSaysOfAUseTeaches) {
    run_water(15, base::Seconds{60});
    pass(base::Seconds{90});
    ports::KeptUse before{store_.all<ports::UseRecord>().at(0).use};
    before.verdict = store_.all<ports::UseVerdictRecord>().at(0).verdict;
    watch_->label_use({kSensor, ports::key_of(before.use), {"bath", "", "Ada", {}}}, before, noted());
    store_.finish();
    EXPECT_EQ(answers_, std::vector<std::string>{"ok"});
    EXPECT_EQ(watch_->category_totals(kSensor)->told[index_of(classify::Category::Bath)], before.use.volume);
    watch_->judge_uses_again(kSensor, noted());
    EXPECT_EQ(answers_.size(), 1u) << "not before it is on disk";
    store_.finish();
    EXPECT_EQ(answers_.back(), "ok");
}

}  // namespace
}  // namespace millrace::hub
