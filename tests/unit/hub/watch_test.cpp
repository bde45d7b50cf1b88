#include "hub/watch.h"

#include "hub/hub.h"
#include "unit/hub/watch_fixture.h"

namespace millrace::hub {
namespace {

using base::Milliseconds;
using base::Seconds;
using detect::Change;
using detect::Mode;
using detect::Rule;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::int64_t kMuch = 80;  // peaks in five seconds: over eight gallons a minute

class WaterTest : public WatchTest {
protected:
    WaterTest() {
        rules_.burst_rate = base::FlowRate{250'000};  // four gallons a minute
        rules_.burst_after = Seconds{60};
        start({});
        watch_->on_readings(kSensor, {reading(0, clock_.wall_now())}, {}, ahead_, clock_.wall_now());
        pass(Seconds{600});
    }
    void burst() {
        run_water(kMuch, Seconds{180});
        ASSERT_THAT(open_rules(), ElementsAre("burst"));
    }
};

TEST_F(WaterTest, ABurstIsToldAtTheReadingAndClearsWhenTheWaterRests) {
    burst();
    EXPECT_THAT(changes(), ElementsAre(Change::Raised));
    EXPECT_THAT(store_.all<ports::AlarmRecord>(), SizeIs(1));
    hear();
    watch_->on_readings(kSensor, {reading(0, clock_.wall_now())}, {}, ahead_, clock_.wall_now());
    pass(Seconds{1'800});
    EXPECT_THAT(changes(), ElementsAre(Change::Cleared));
}

TEST_F(WaterTest, AFailingStoreHoldsNothingBackAndGetsItLater) {
    store_.full = true;
    burst();
    EXPECT_THAT(changes(), ElementsAre(Change::Raised));
    EXPECT_THAT(store_.all<ports::AlarmRecord>(), IsEmpty());
    watch_->acknowledge(1, "api", noted());
    ASSERT_THAT(answers_, SizeIs(1));
    EXPECT_THAT(answers_[0], HasSubstr("could not be written to disk"));
    store_.full = false;
    pass(Seconds{20});
    const auto records = store_.all<ports::AlarmRecord>();
    ASSERT_THAT(records, SizeIs(2));
    EXPECT_EQ(records[0].event.change, Change::Raised);
    EXPECT_EQ(records[0].event.incident.state, detect::IncidentState::Acknowledged) << "as it stands now";
    store_.finish(false);
    pass(Seconds{20});
    EXPECT_THAT(store_.all<ports::AlarmRecord>(), SizeIs(4)) << "offered again";
}

TEST_F(WaterTest, ABridgeThatGoesAwayHoldsTheAlarmAsItIs) {
    burst();
    changes();
    bridge().connected = false;
    pass(Seconds{290});
    EXPECT_THAT(changes(), IsEmpty());
    pass(Seconds{3'600});
    EXPECT_THAT(changes(), ElementsAre(Change::Raised)) << "the bridge's own";
    EXPECT_THAT(open_rules(), ElementsAre("burst", "bridge_offline"));
}

TEST_F(WaterTest, NothingNewIsRaisedWhileTheBridgeIsAway) {
    sensor().battery_mv = 2'000;
    bridge().connected = false;
    look();
    pass(Seconds{200});
    EXPECT_THAT(changes(), IsEmpty());
    bridge().connected = true;
    pass(Seconds{2});
    EXPECT_THAT(open_rules(), ElementsAre("battery_low"));
}

TEST_F(WaterTest, ReadingsOverAConnectionThatIsNotKnownOfAreJudged) {
    bridge().connected = false;
    burst();
}

TEST_F(WaterTest, ASilentSensorDoesNotClearItsLeak) {
    burst();
    changes();
    // Its last words are that water runs; then the radio is gone.
    event(message::bridge_event::kRadioLinkLost, kBridge);
    pass(Seconds{3 * 3'600}, false);
    EXPECT_THAT(open_rules(), ElementsAre("burst", "radio_lost", "sensor_silent"));
}

TEST_F(WaterTest, AnOpenAlarmOutlivesARestartWithoutANewOne) {
    burst();
    watch_->acknowledge(1, "api", noted());
    store_.finish();
    EXPECT_THAT(answers_, ElementsAre("ok"));
    ports::StoredState state = stored();
    std::vector<meter::Reading> past;
    for (int i = 36; i > 0; --i) past.push_back(reading(kMuch, clock_.wall_now() - Seconds{5 * i}));
    state.learning_readings.emplace_back(kSensor, past);
    changes();
    start(state);
    EXPECT_THAT(changes(), IsEmpty()) << "a replay tells nobody anything";
    run_water(kMuch, Seconds{60});
    EXPECT_THAT(changes(), IsEmpty());
    ASSERT_THAT(watch_->alarms().incidents, SizeIs(1));
    EXPECT_EQ(watch_->alarms().incidents[0].id, 1);
    EXPECT_EQ(watch_->alarms().incidents[0].state, detect::IncidentState::Acknowledged);
}

TEST_F(WaterTest, AReplayOfABurstRaisesNothing) {
    ports::StoredState state;
    std::vector<meter::Reading> past;
    for (int i = 720; i > 600; --i) past.push_back(reading(kMuch, clock_.wall_now() - Seconds{5 * i}));
    for (int i = 50; i > 0; --i) past.push_back(reading(0, clock_.wall_now() - Seconds{60 * i}));
    state.learning_readings.emplace_back(kSensor, past);
    start(state);
    pass(Seconds{600});
    EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(WaterTest, LateSamplesAreNotTakenForThePresent) {
    // Three hours of a tap, told within seconds after an outage; the last word is that it rests.
    const base::WallTime now = clock_.wall_now();
    for (int i = 0; i < 100; ++i) {
        hear();
        std::vector<meter::Reading> some;
        some.push_back(reading(i < 60 ? kMuch : 0, now - Seconds{10'800} + Seconds{5 * i}));
        watch_->on_readings(kSensor, some, {}, ahead_, clock_.wall_now());
        if (i % 20 == 0) pass(Seconds{1});
    }
    watch_->on_readings(kSensor, {reading(0, clock_.wall_now())}, {}, ahead_, clock_.wall_now());
    pass(Seconds{600});
    EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(WaterTest, ASensorWhoseClockIsWrongIsJudgedByItsOwnClock) {
    start({});
    ahead_ = -Seconds{5 * 86'400};
    watch_->on_readings(kSensor, {reading(0, clock_.wall_now() + ahead_)}, {}, ahead_, clock_.wall_now());
    burst();
}

TEST_F(WaterTest, AClockFarAheadIsNotBelieved) {
    const Milliseconds lead = Seconds{400 * 86'400};
    for (int i = 0; i < 40; ++i) {
        pass(Seconds{5});
        hear();
        // The meter places such readings at their receipt.
        watch_->on_readings(kSensor, {reading(kMuch, clock_.wall_now())}, {}, lead, clock_.wall_now());
    }
    EXPECT_THAT(open_rules(), ElementsAre("burst"));
}

TEST_F(WaterTest, EndedUsesAreStored) {
    run_water(kMuch / 4, Seconds{120});
    pass(Seconds{5});
    watch_->on_readings(kSensor, {reading(0, clock_.wall_now())}, {}, ahead_, clock_.wall_now());
    pass(Seconds{1'800});
    const auto uses = store_.all<ports::UseRecord>();
    ASSERT_THAT(uses, Not(IsEmpty()));
    EXPECT_EQ(uses[0].sensor, kSensor);
    EXPECT_GT(uses[0].use.volume.microlitres, 0);
}

TEST_F(WaterTest, NotALeakIsKeptForTheNextStart) {
    burst();
    changes();
    watch_->not_a_leak(1, "Home Assistant", noted());
    store_.finish();
    EXPECT_THAT(answers_, ElementsAre("ok"));
    EXPECT_THAT(changes(), ElementsAre(Change::NotALeak));
    run_water(kMuch, Seconds{60});
    EXPECT_THAT(open_rules(), IsEmpty());
    const ports::StoredState state = stored();
    ASSERT_THAT(state.choices, SizeIs(1));
    EXPECT_EQ(state.choices[0].name, "not_a_leak/" + kSensor.str());
    const auto said = findings_from(state.choices[0].value);
    ASSERT_TRUE(said && said->size() == 1);
    EXPECT_EQ(said->front().rule, Rule::Burst);
    notices_.said.clear();
    restart();
    EXPECT_THAT(notices_.said, IsEmpty());
}

TEST_F(WaterTest, LesserRulesThatHoldAreShownBesideTheGravest) {
    rules_.continuous_after = Seconds{600};
    start({});
    watch_->set_mode(Mode::Away, noted());
    run_water(kMuch / 4, Seconds{900});
    ASSERT_THAT(open_rules(), ElementsAre("away_use"));
    const auto water = watch_->alarms().sensors[0].pending;
    const auto continuous = std::find_if(water.begin(), water.end(), [](const detect::Finding& finding) {
        return finding.rule == Rule::ContinuousFlow;
    });
    ASSERT_NE(continuous, water.end());
    EXPECT_TRUE(continuous->holds());
}

TEST_F(WatchTest, ModesFollowTheScheduleUntilSomebodyChooses) {
    rules_.modes = {{Mode::Away, {0x7f, 9 * 60, 17 * 60}}};
    start({});
    // 7:00 in Denver.
    clock_ = support::FakeClock{*base::from_rfc3339("2026-11-23T14:00:00Z")};
    look();
    EXPECT_EQ(watch_->alarms().mode, Mode::Home);
    EXPECT_TRUE(watch_->alarms().mode_by_schedule);
    static_cast<void>(watch_->take_changed());
    clock_.advance(Seconds{2 * 3'600 - 1});
    look();
    EXPECT_EQ(watch_->alarms().mode, Mode::Home);
    EXPECT_FALSE(watch_->take_changed());
    clock_.advance(Seconds{1});
    look();
    EXPECT_EQ(watch_->alarms().mode, Mode::Away);
    EXPECT_TRUE(watch_->take_changed());
    watch_->set_mode(Mode::Vacation, noted());
    EXPECT_EQ(watch_->alarms().mode, Mode::Vacation);
    EXPECT_FALSE(watch_->alarms().mode_by_schedule);
    store_.finish();
    restart();
    EXPECT_EQ(watch_->alarms().mode, Mode::Vacation);
    watch_->set_mode(std::nullopt, noted());
    EXPECT_EQ(watch_->alarms().mode, Mode::Away);
    restart();
    EXPECT_EQ(watch_->alarms().mode, Mode::Away);
    EXPECT_TRUE(watch_->alarms().mode_by_schedule);
}

TEST_F(WatchTest, TheScheduleKeepsLocalTimeInANightOfDaylightSaving) {
    rules_.modes = {{Mode::Away, {0x7f, 22 * 60, 6 * 60}}};
    start({});
    const auto mode_at = [this](const char* time) {
        clock_ = support::FakeClock{*base::from_rfc3339(time)};
        look();
        return watch_->alarms().mode;
    };
    // Clocks go back on 1 November 2026: the night has an hour more.
    EXPECT_EQ(mode_at("2026-10-31T21:59:59-06:00"), Mode::Home);
    EXPECT_EQ(mode_at("2026-10-31T22:00:00-06:00"), Mode::Away);
    EXPECT_EQ(mode_at("2026-11-01T01:30:00-06:00"), Mode::Away);
    EXPECT_EQ(mode_at("2026-11-01T01:30:00-07:00"), Mode::Away);
    EXPECT_EQ(mode_at("2026-11-01T05:59:59-07:00"), Mode::Away);
    EXPECT_EQ(mode_at("2026-11-01T06:00:00-07:00"), Mode::Home);
    // And forward on 14 March 2027.
    EXPECT_EQ(mode_at("2027-03-14T01:59:59-07:00"), Mode::Away);
    EXPECT_EQ(mode_at("2027-03-14T05:59:59-06:00"), Mode::Away);
    EXPECT_EQ(mode_at("2027-03-14T06:00:00-06:00"), Mode::Home);
}

TEST_F(WatchTest, ChosenRulesStandUntilTheConfigFileChangesItsMind) {
    detect::Settings chosen = rules_;
    chosen.battery_low_mv = 2'300;
    watch_->set_rules(chosen, noted());
    store_.finish();
    EXPECT_THAT(answers_, ElementsAre("ok"));
    restart();
    EXPECT_EQ(watch_->alarms().rules, chosen);
    rules_.sensor_silent_after = Seconds{7'200};
    restart();
    EXPECT_EQ(watch_->alarms().rules, rules_);
}

TEST_F(WatchTest, IrrigationIsBelievedForHalfADay) {
    watch_->set_irrigation_active(true, noted());
    EXPECT_TRUE(watch_->alarms().irrigation_active);
    pass(Seconds{3'600});
    restart();
    EXPECT_TRUE(watch_->alarms().irrigation_active);
    pass(Watch::kIrrigationLongest - Seconds{3'602});
    EXPECT_TRUE(watch_->alarms().irrigation_active);
    pass(Seconds{3});
    EXPECT_FALSE(watch_->alarms().irrigation_active);
    restart();
    EXPECT_FALSE(watch_->alarms().irrigation_active);
}

TEST_F(WatchTest, ChoicesThatCannotBeReadAreSaidAndIgnored) {
    ports::StoredState state;
    state.choices = {{"mode", "mars", ""},
                     {"irrigation_active", "yes", ""},
                     {"rules", "{}", to_text(rules_)},
                     {"habits/" + kSensor.str(), "[]", ""},
                     {"not_a_leak/" + kSensor.str(), "{", ""},
                     {"habits/nobody", "[]", ""},
                     {"cloud_mode", "relay", "local"}};
    start(state);
    EXPECT_THAT(notices_.said, SizeIs(5));
    EXPECT_EQ(watch_->alarms().mode, Mode::Home);
    EXPECT_EQ(watch_->alarms().rules, rules_);
}

TEST_F(WatchTest, TheOwnersHabitsOutliveARestart) {
    look();
    detect::Habit habit;
    habit.source = detect::HabitSource::Owner;
    habit.label = "lawn";
    habit.start_minute = 300;
    habit.length = Seconds{1'800};
    watch_->set_habit(kSensor, habit, noted());
    habit.number = 99;
    watch_->set_habit(kSensor, habit, noted());
    watch_->set_habit(kBridge, {}, noted());
    watch_->forget_habit(kSensor, 98, noted());
    store_.finish();
    EXPECT_THAT(answers_,
                ElementsAre("there is no habit 99", HasSubstr("there is no sensor"), "there is no habit 98", "ok"));
    ASSERT_THAT(watch_->alarms().sensors, SizeIs(1));
    const auto before = watch_->alarms().sensors[0].habits;
    ASSERT_THAT(before, SizeIs(1));
    EXPECT_EQ(before[0].label, "lawn");
    ports::StoredState state = stored();
    state.learning_readings.emplace_back(kSensor, std::vector{reading(1, clock_.wall_now())});
    start(state);
    ASSERT_THAT(watch_->alarms().sensors, SizeIs(1));
    EXPECT_EQ(watch_->alarms().sensors[0].habits, before);
    watch_->forget_habit(kSensor, before[0].number, noted());
    restart();
    EXPECT_THAT(watch_->alarms().sensors[0].habits, IsEmpty());
}

TEST_F(WatchTest, ForgettingKeepsWhatTheOwnerEntered) {
    look();
    detect::Habit habit;
    habit.source = detect::HabitSource::Owner;
    habit.start_minute = 300;
    habit.length = Seconds{1'800};
    watch_->set_habit(kSensor, habit, noted());
    watch_->forget_learned(kSensor, noted());
    store_.finish();
    EXPECT_THAT(answers_, ElementsAre("ok", "ok"));
    restart();
    EXPECT_THAT(watch_->alarms().sensors[0].habits, SizeIs(1));
}

TEST_F(WatchTest, LearnsAnewFromStoredReadingsWhenTheirWorthChanges) {
    look();
    watch_->on_rewritten(kSensor, {});
    ASSERT_THAT(history_.asked, SizeIs(1));
    EXPECT_EQ(history_.asked[0].first.sensor, kSensor);
    EXPECT_EQ(history_.asked[0].first.from, clock_.wall_now() - detect::SensorDetector::kMemory);
    // Asked again in the middle: once more, afterwards.
    watch_->on_rewritten(kSensor, {});
    watch_->on_rewritten(kSensor, {});
    ports::ReadingPage page;
    for (int day = 10; day > 0; --day) {
        for (int i = 0; i < 20; ++i) {
            page.readings.push_back(reading(i < 10 ? 40 : 0, clock_.wall_now() - Seconds{day * 86'400 - i * 60}));
        }
    }
    page.next_cursor = "more";
    const auto first = history_.asked[0].second;
    first(page);
    ASSERT_THAT(history_.asked, SizeIs(2));
    EXPECT_EQ(history_.asked[1].first.cursor, "more");
    watch_->on_readings(kSensor, {reading(1, clock_.wall_now())}, {}, ahead_, clock_.wall_now());
    const auto second = history_.asked[1].second;
    second(ports::ReadingPage{});
    EXPECT_GE(watch_->alarms().sensors[0].days_learned, 5);
    ASSERT_THAT(history_.asked, SizeIs(3)) << "the later change";
    EXPECT_FALSE(history_.asked[2].first.cursor);
    const auto third = history_.asked[2].second;
    third(base::failure(base::Error{"no disk"}));
    EXPECT_THAT(notices_.said, SizeIs(1));
    EXPECT_GE(watch_->alarms().sensors[0].days_learned, 5) << "what was learned stands";
    EXPECT_THAT(history_.asked, SizeIs(3));
    EXPECT_THAT(store_.all<ports::UseRecord>(), IsEmpty()) << "old uses are not stored twice";
}

TEST_F(WatchTest, StrangersDoNotMakeItWatchMore) {
    for (std::size_t i = 0; i < kMaxWatched + 10; ++i) {
        std::string text = "6100000000000000";
        std::size_t number = i + 1;
        for (std::size_t digit = text.size(); number > 0; number /= 10) {
            text[--digit] = static_cast<char>('0' + number % 10);
        }
        watch_->on_event({*base::DeviceId::parse(text), clock_.wall_now(), clock_.wall_now(),
                          message::sensor_event::kDeviceMoved, ""},
                         ports::DeviceKind::Sensor);
    }
    EXPECT_THAT(notices_.said, SizeIs(1));
    EXPECT_THAT(watch_->alarms().sensors, SizeIs(kMaxWatched));
}

TEST_F(WatchTest, AlarmsAreListedTheGravestFirst) {
    look();
    sensor().battery_mv = 2'000;
    pass(Seconds{2});
    event(message::sensor_event::kDeviceMoved);
    pass(Seconds{2});
    EXPECT_THAT(open_rules(), ElementsAre("device_moved", "battery_low"));
}

TEST_F(WatchTest, AnswersReachSubscribersAndRefusalsDoNot) {
    event(message::sensor_event::kDeviceMoved);
    pass(Seconds{1});
    changes();
    watch_->note(1, "the plumber was here", "api", noted());
    watch_->snooze(1, clock_.wall_now() + Seconds{60}, "ntfy button", noted());
    watch_->acknowledge(77, "api", noted());
    EXPECT_THAT(changes(), ElementsAre(Change::Noted, Change::Snoozed));
    EXPECT_THAT(answers_, ElementsAre("there is no alarm 77"));
    pass(Seconds{61});
    EXPECT_THAT(changes(), ElementsAre(Change::Resumed));
}

TEST_F(WatchTest, AcknowledgingTwiceIsOneAnswer) {
    event(message::sensor_event::kDeviceMoved);
    pass(Seconds{1});
    changes();
    watch_->acknowledge(1, "Ann", noted());
    store_.finish();
    watch_->acknowledge(1, "Ben", noted());
    store_.finish();
    EXPECT_THAT(changes(), ElementsAre(Change::Acknowledged));
    EXPECT_THAT(answers_, ElementsAre("ok", "ok"));
    EXPECT_EQ(watch_->alarms().incidents[0].answered_by, "Ann");
}

// Through the hub: frames in, alarms out, before anything is on disk.
TEST_F(WatchTest, TheHubTellsOfFramesBeforeTheyAreOnDisk) {
    Hub hub(Settings{}, {}, {store_, store_, clock_, random_, notices_, watch_.get()});
    hub.on_opened({1, ports::Door::StandIn, kBridge, "127.0.0.1:5", clock_.wall_now()}, nullptr);
    hub.on_frame(1, upstream(7, kBridge, kBridgeBoot), 0);
    hub.on_frame(1, upstream(7, kSensor, kSensorBoot), 0);
    hub.tick();
    EXPECT_THAT(changes(), IsEmpty());
    store_.full = true;
    hub.on_frame(1, upstream(4, kSensor, R"([{"timestamp":1733208800,"type":1048576}])"), 0);
    clock_.advance(Seconds{1});
    hub.tick();
    EXPECT_THAT(open_rules(), ElementsAre("device_moved"));
    hub.on_frame(1, upstream(1, kSensor, R"([{"timestamp":1733208800,"value":5}])"), 0);
    ASSERT_THAT(watch_->alarms().sensors, SizeIs(1));
    hub.set_calibrations(kSensor, {});
    EXPECT_THAT(history_.asked, SizeIs(1));
}

TEST_F(WatchTest, LimitsAreThoseTheRulesInForceGive) {
    const auto shower = [this](const base::DeviceId& id) {
        return watch_->limits(id).at.at(9).at(static_cast<std::size_t>(detect::PartOfDay::Day));
    };
    EXPECT_EQ(shower(kBridge).limit.length, base::Seconds{90 * 60}) << "nothing is known of it";
    ahead_ = base::Seconds{30};
    run_water(15, base::Seconds{20 * 60});
    ASSERT_TRUE(shower(kSensor).running);
    EXPECT_GE(shower(kSensor).running->length, base::Seconds{19 * 60});
    EXPECT_EQ(shower(kSensor).limit.source, detect::LimitSource::Fallback);
    detect::Settings rules;
    rules.continuous_after = base::Seconds{1'800};
    watch_->set_rules(rules, noted());
    EXPECT_EQ(shower(kSensor).limit.length, base::Seconds{1'800});
    EXPECT_EQ(shower(kSensor).running->limit.source, detect::LimitSource::Owner);
    ahead_ = base::Seconds{0};
}

}  // namespace
}  // namespace millrace::hub
