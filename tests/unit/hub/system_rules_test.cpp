#include "hub/system_rules.h"

#include "unit/hub/watch_fixture.h"

namespace millrace::hub {
namespace {

using base::Milliseconds;
using base::Seconds;
using detect::Change;
using detect::Rule;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

namespace sensor_event = message::sensor_event;
namespace bridge_event = message::bridge_event;

class SystemRulesTest : public WatchTest {
protected:
    // The clock stands at whole hundreds; a healthy sensor was heard just now.
    void settle() {
        pass(Seconds{1'200});
        EXPECT_THAT(changes(), IsEmpty());
    }
    void restart_in_the_middle() {
        restart();
        pass(Seconds{600});
        EXPECT_THAT(changes(), IsEmpty()) << "neither cleared nor raised again";
    }
};

TEST_F(SystemRulesTest, AHealthyDayRaisesNothing) {
    pass(Seconds{86'400});
    EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(SystemRulesTest, ASilentSensorIsToldAfterAnHourAndClearsWhenItIsHeard) {
    settle();
    hear();
    const base::WallTime heard = clock_.wall_now();
    pass(Seconds{3'599}, false);
    EXPECT_THAT(changes(), IsEmpty());
    pass(Seconds{1}, false);
    ASSERT_THAT(told_, SizeIs(1));
    EXPECT_EQ(told_[0].incident.finding.rule, Rule::SensorSilent);
    EXPECT_EQ(told_[0].incident.device, kSensor);
    EXPECT_EQ(told_[0].incident.finding.since, heard);
    EXPECT_EQ(told_[0].incident.finding.observed, Milliseconds{Seconds{3'600}}.count());
    pass(Seconds{7'200}, false);
    EXPECT_THAT(changes(), ElementsAre(Change::Raised));
    restart();
    pass(Seconds{600}, false);
    EXPECT_THAT(changes(), IsEmpty());
    hear();
    pass(Seconds{121});
    EXPECT_THAT(changes(), ElementsAre(Change::Cleared));
}

TEST_F(SystemRulesTest, ASensorIsNotSilentWhileItsBridgeIsAwayNorJustAfter) {
    settle();
    rules_.bridge_offline_after = Seconds{1'000'000};
    restart();
    bridge().connected = false;
    pass(Seconds{7'200});
    bridge().connected = true;
    pass(kHeardWithin - Seconds{1}, false);
    EXPECT_THAT(changes(), IsEmpty());
    pass(Seconds{2}, false);
    EXPECT_THAT(open_rules(), ElementsAre("sensor_silent"));
}

TEST_F(SystemRulesTest, ASensorPutAwayLongAgoIsNotMissed) {
    sensor().last_seen = clock_.wall_now() - kGoneAfter;
    pass(Seconds{7'200}, false);
    EXPECT_THAT(changes(), IsEmpty());
    hear();
    pass(Seconds{3'600}, false);
    EXPECT_THAT(open_rules(), ElementsAre("sensor_silent")) << "it is back";
}

TEST_F(SystemRulesTest, ABridgeThatStaysAwayIsToldAndClearsWhenItConnects) {
    settle();
    bridge().connected = false;
    pass(Seconds{300});
    EXPECT_THAT(changes(), IsEmpty());
    pass(Seconds{1});
    ASSERT_THAT(told_, SizeIs(1));
    EXPECT_EQ(told_[0].incident.finding.rule, Rule::BridgeOffline);
    EXPECT_EQ(told_[0].incident.device, kBridge);
    EXPECT_THAT(changes(), ElementsAre(Change::Raised));
    restart_in_the_middle();
    bridge().connected = true;
    pass(Seconds{121});
    EXPECT_THAT(changes(), ElementsAre(Change::Cleared));
    bridge().connected = false;
    pass(Seconds{302});
    EXPECT_THAT(changes(), ElementsAre(Change::Reopened));
}

TEST_F(SystemRulesTest, ABridgeMayTakeItsTimeAfterTheDaemonHasStarted) {
    bridge().connected = false;
    bridge().last_seen = clock_.wall_now() - Seconds{86'400};
    pass(Seconds{300});
    EXPECT_THAT(changes(), IsEmpty());
    pass(Seconds{2});
    EXPECT_THAT(open_rules(), ElementsAre("bridge_offline"));
}

TEST_F(SystemRulesTest, ABridgeThatLeftTheHouseIsNotMissed) {
    bridge().connected = false;
    bridge().last_seen = clock_.wall_now() - kGoneAfter;
    pass(Seconds{7'200});
    EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(SystemRulesTest, AJumpOfTheClockIsNoTimeAway) {
    settle();
    bridge().connected = false;
    pass(Seconds{10});
    clock_.advance(Seconds{86'400});
    pass(Seconds{280});
    EXPECT_THAT(changes(), IsEmpty());
    pass(Seconds{20});
    EXPECT_THAT(changes(), ElementsAre(Change::Raised));
}

TEST_F(SystemRulesTest, LostRadioIsToldUntilItIsBack) {
    settle();
    event(bridge_event::kRadioLinkLost, kBridge);
    pass(Seconds{3'600}, false);
    ASSERT_THAT(told_, Not(IsEmpty()));
    EXPECT_EQ(told_[0].incident.finding.rule, Rule::RadioLost);
    EXPECT_EQ(told_[0].incident.device, kBridge);
    changes();
    restart();
    pass(Seconds{600}, false);
    EXPECT_THAT(open_rules(), ElementsAre("radio_lost", "sensor_silent"));
    hear();
    event(bridge_event::kRadioLinkUp, kBridge);
    pass(Seconds{121});
    EXPECT_THAT(open_rules(), IsEmpty());
}

TEST_F(SystemRulesTest, AReadingMadeAfterTheRadioWasLostSaysThatItIsBack) {
    settle();
    event(bridge_event::kRadioLinkLost, kBridge);
    pass(Seconds{10});
    watch_->on_readings(kSensor, {reading(1, clock_.wall_now() - Seconds{60})}, {}, ahead_, clock_.wall_now());
    pass(Seconds{300});
    EXPECT_THAT(open_rules(), ElementsAre("radio_lost")) << "that one waited in the bridge";
    watch_->on_readings(kSensor, {reading(1, clock_.wall_now())}, {}, ahead_, clock_.wall_now());
    pass(Seconds{121});
    EXPECT_THAT(open_rules(), IsEmpty());
}

TEST_F(SystemRulesTest, EventsWithoutAnEndHoldForADay) {
    for (const auto& [type, rule] : {std::pair{sensor_event::kDeviceMoved, Rule::DeviceMoved},
                                     std::pair{sensor_event::kStoredDataErased, Rule::DataErased}}) {
        settle();
        event(type, kSensor, "x\n1");
        pass(Seconds{1});
        ASSERT_THAT(told_, SizeIs(1)) << name(rule);
        EXPECT_EQ(told_[0].incident.finding.rule, rule);
        EXPECT_EQ(told_[0].incident.finding.detail, "x?1");
        changes();
        restart_in_the_middle();
        pass(kEventHolds - Seconds{602});
        EXPECT_THAT(changes(), IsEmpty());
        pass(Seconds{130});
        EXPECT_THAT(changes(), ElementsAre(Change::Cleared)) << name(rule);
        pass(Seconds{3'600});
    }
}

TEST_F(SystemRulesTest, AnEventSentAgainDoesNotLastLongerAndAnOldOneIsNoNews) {
    const base::WallTime then = clock_.wall_now();
    event(sensor_event::kDeviceMoved);
    pass(Seconds{36'000});
    watch_->on_event({kSensor, then, clock_.wall_now(), sensor_event::kDeviceMoved, ""}, ports::DeviceKind::Sensor);
    pass(kEventHolds - Seconds{36'000} + Seconds{130});
    EXPECT_THAT(changes(), ElementsAre(Change::Raised, Change::Cleared));
    watch_->on_event({kSensor, then, clock_.wall_now(), sensor_event::kBatteryDead, ""}, ports::DeviceKind::Sensor);
    pass(Seconds{60});
    EXPECT_THAT(changes(), IsEmpty());
}

TEST_F(SystemRulesTest, ALowBatteryIsToldWithHysteresis) {
    settle();
    sensor().battery_mv = 2'501;
    pass(Seconds{60});
    EXPECT_THAT(changes(), IsEmpty());
    sensor().battery_mv = 2'500;
    pass(Seconds{1});
    ASSERT_THAT(told_, SizeIs(1));
    EXPECT_EQ(told_[0].incident.finding.rule, Rule::BatteryLow);
    EXPECT_EQ(told_[0].incident.finding.observed, 2'500);
    changes();
    sensor().battery_mv = 2'550;
    restart_in_the_middle();
    sensor().battery_mv = 2'551;
    pass(Seconds{122});
    EXPECT_THAT(changes(), ElementsAre(Change::Cleared));
    sensor().battery_mv = 0;
    pass(Seconds{3'600});
    EXPECT_THAT(changes(), IsEmpty()) << "no voltage at all is none measured";
}

TEST_F(SystemRulesTest, ADeadBatteryIsToldUntilNewCellsShow) {
    settle();
    sensor().battery_mv = 2'600;
    event(sensor_event::kBatteryDead);
    pass(Seconds{1});
    ASSERT_THAT(told_, SizeIs(1));
    EXPECT_EQ(told_[0].incident.finding.rule, Rule::BatteryDead);
    EXPECT_EQ(told_[0].incident.finding.severity, detect::Severity::Critical);
    changes();
    restart_in_the_middle();
    sensor().battery_mv = 3'100;
    hear();
    pass(Seconds{122});
    EXPECT_THAT(changes(), ElementsAre(Change::Cleared));
}

TEST_F(SystemRulesTest, MessagesWithoutATimeAreToldWhenTheyGoOn) {
    settle();
    const auto clockless = [this] {
        meter::Reading made = reading(1, clock_.wall_now());
        made.time_is_receipt = true;
        hear();
        watch_->on_readings(kSensor, {made}, {}, ahead_, clock_.wall_now());
    };
    for (int i = 0; i < kClocklessMessages; ++i) {
        clockless();
        pass(Seconds{60});
    }
    EXPECT_THAT(open_rules(), IsEmpty());
    clockless();
    EXPECT_THAT(open_rules(), ElementsAre("clock_missing"));
    EXPECT_EQ(told_[0].incident.finding.observed, kClocklessMessages + 1);
    changes();
    restart();
    pass(Seconds{600});
    EXPECT_THAT(open_rules(), ElementsAre("clock_missing"));
    pass(kClocklessWithin + Seconds{121});
    EXPECT_THAT(open_rules(), IsEmpty());
}

TEST_F(SystemRulesTest, ARuleThatIsOffRaisesNothingAndClears) {
    settle();
    sensor().battery_mv = 2'000;
    pass(Seconds{1});
    EXPECT_THAT(open_rules(), ElementsAre("battery_low"));
    detect::Settings off = rules_;
    off.off = {Rule::BatteryLow, Rule::DeviceMoved};
    watch_->set_rules(off, [](const auto&) {});
    event(sensor_event::kDeviceMoved);
    pass(Seconds{122});
    EXPECT_THAT(open_rules(), IsEmpty());
}

TEST(SystemRules, LimitsAreTheOwnersWhenSet) {
    BridgeSight bridge;
    bridge.last_seen = bridge.offline_since = base::from_unix_s(1'000'000);
    detect::Settings settings;
    const auto at = [&](std::int64_t seconds) {
        return bridge_findings(bridge, settings, base::from_unix_s(1'000'000 + seconds));
    };
    ASSERT_THAT(at(300), SizeIs(1));
    EXPECT_EQ(at(300)[0].source, detect::LimitSource::Fallback);
    EXPECT_TRUE(at(300)[0].holds());
    settings.bridge_offline_after = Seconds{600};
    EXPECT_THAT(at(599), IsEmpty());
    EXPECT_EQ(at(600)[0].source, detect::LimitSource::Owner);
}

}  // namespace
}  // namespace millrace::hub
