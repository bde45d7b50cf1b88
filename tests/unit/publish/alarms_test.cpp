#include "publish/alarms.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "publish/commands.h"
#include "sample_state.h"
#include "support/alarm_fakes.h"

namespace millrace::publish {
namespace {

using base::Milliseconds;
using base::Seconds;
using base::SteadyTime;
using detect::Change;
using nlohmann::json;
using support::sample_incident;
using ::testing::HasSubstr;
using testing::kBridge;
using testing::kMorning;
using testing::kSensor;
using testing::sample_state;

const SteadyTime kAlarmStart{std::chrono::hours{1}};

class AlarmPlannerTest : public ::testing::Test {
protected:
    AlarmPlannerTest() {
        state_.sensors.emplace_back();
        state_.sensors[0].sensor = kSensor;
    }
    // What goes out now, by the part of the topic after the site's.
    std::map<std::string, Message> plan(SteadyTime now = kAlarmStart) {
        std::map<std::string, Message> sent;
        for (Message& message : planner_.plan(state_, sample_state(), enabled_, now)) {
            const std::string topic = message.topic.substr(std::string("millrace/").size());
            sent[topic] = std::move(message);
        }
        return sent;
    }
    static std::string of_sensor(const std::string& leaf) { return kSensor.str() + "/" + leaf; }

    ports::AlarmState state_;
    std::optional<bool> enabled_ = true;
    AlarmPlanner planner_{Settings{}};
};

TEST_F(AlarmPlannerTest, SaysThatAllIsWellOnceAndThenNothing) {
    auto sent = plan();
    EXPECT_EQ(sent.size(), 13u + 2u + 20u);
    EXPECT_EQ(sent["mode"].payload, "home");
    EXPECT_EQ(sent["irrigation_active"].payload, "OFF");
    EXPECT_EQ(sent["notifications"].payload, "ON");
    EXPECT_EQ(sent[of_sensor("leak")].payload, "OFF");
    EXPECT_EQ(sent[of_sensor("leak_burst")].payload, "OFF");
    EXPECT_EQ(sent[of_sensor("sensor_reporting")].payload, "ON");
    EXPECT_EQ(sent[of_sensor("radio_link")].payload, "ON");
    EXPECT_EQ(sent[of_sensor("low_battery")].payload, "OFF");
    EXPECT_EQ(sent[of_sensor("base_flow")].payload, "0.000");
    EXPECT_EQ(sent[of_sensor("alarms")].payload, "{}");
    EXPECT_EQ(sent[kBridge.str() + "/offline"].payload, "OFF");
    for (const auto& [topic, message] : sent) {
        EXPECT_TRUE(message.retain) << topic;
        EXPECT_EQ(message.qos, 1) << topic;
    }
    EXPECT_TRUE(plan().empty());
}

TEST_F(AlarmPlannerTest, AWaterAlarmTurnsOnItsRuleAndTheRollUpWithItsNumbers) {
    (void)plan();
    state_.incidents = {sample_incident(kSensor, kMorning)};
    auto sent = plan(kAlarmStart + Milliseconds{1});
    EXPECT_EQ(sent.size(), 3u);
    EXPECT_EQ(sent[of_sensor("leak")].payload, "ON");
    EXPECT_EQ(sent[of_sensor("leak_continuous")].payload, "ON");
    const json numbers = json::parse(sent[of_sensor("alarms")].payload);
    EXPECT_EQ(numbers.size(), 2u);
    EXPECT_EQ(numbers["leak"], numbers["leak_continuous"]);
    EXPECT_EQ(numbers["leak"]["alarm"], 7);
    EXPECT_EQ(numbers["leak"]["volume"], 24.0);
    EXPECT_EQ(numbers["leak"]["limit"], 2280);
    EXPECT_EQ(numbers["leak"]["limit_unit"], "s");
    EXPECT_EQ(numbers["leak"]["since"], base::to_rfc3339(kMorning - std::chrono::minutes{65}));
    EXPECT_THAT(numbers["leak"]["sentence"].get<std::string>(), HasSubstr("24 L"));

    state_.incidents.clear();
    sent = plan(kAlarmStart + Milliseconds{2});
    EXPECT_EQ(sent[of_sensor("leak")].payload, "OFF");
    EXPECT_EQ(sent[of_sensor("leak_continuous")].payload, "OFF");
    EXPECT_EQ(sent[of_sensor("alarms")].payload, "{}");
}

TEST_F(AlarmPlannerTest, TheNumbersComeBeforeTheStateThatSetsThingsOff) {
    state_.incidents = {sample_incident(kSensor, kMorning)};
    const auto messages = planner_.plan(state_, sample_state(), {}, kAlarmStart);
    const auto place = [&](const std::string& leaf) {
        return std::find_if(messages.begin(), messages.end(),
                            [&](const Message& m) { return m.topic == device_topic({}, kSensor, leaf); });
    };
    EXPECT_LT(place("alarms"), place("leak"));
}

TEST_F(AlarmPlannerTest, AnAnswerDoesNotTurnTheStateOff) {
    state_.incidents = {sample_incident(kSensor, kMorning)};
    (void)plan();
    state_.incidents[0].state = detect::IncidentState::Acknowledged;
    state_.incidents[0].answered_by = "Ann";
    auto sent = plan(kAlarmStart + Milliseconds{1});
    EXPECT_EQ(sent.size(), 1u) << "the states are as they were";
    EXPECT_EQ(json::parse(sent[of_sensor("alarms")].payload)["leak"]["answered_by"], "Ann");
}

TEST_F(AlarmPlannerTest, NumbersThatGrowFollowOnceAMinute) {
    state_.incidents = {sample_incident(kSensor, kMorning)};
    (void)plan();
    state_.incidents[0].finding.volume.microlitres += 1'000'000;
    EXPECT_TRUE(plan(kAlarmStart + Seconds{1}).empty());
    EXPECT_EQ(planner_.due(), kAlarmStart + kSlowInterval);
    auto sent = plan(kAlarmStart + kSlowInterval);
    EXPECT_EQ(json::parse(sent[of_sensor("alarms")].payload)["leak"]["volume"], 25.0);
}

TEST_F(AlarmPlannerTest, InformationIsNoLeak) {
    state_.incidents = {sample_incident(kSensor, kMorning)};
    state_.incidents[0].finding.rule = detect::Rule::LongUse;
    state_.incidents[0].finding.severity = detect::Severity::Info;
    auto sent = plan();
    EXPECT_EQ(sent[of_sensor("long_use")].payload, "ON");
    EXPECT_EQ(sent[of_sensor("leak")].payload, "OFF");
}

TEST_F(AlarmPlannerTest, ABudgetThatIsUsedUpIsNoLeak) {
    (void)plan();
    state_.incidents = {sample_incident(kSensor, kMorning)};
    detect::Finding& finding = state_.incidents[0].finding;
    finding.rule = detect::Rule::BudgetDay;
    finding.measure = detect::Measure::Amount;
    finding.volume = {512'000'000};
    finding.observed = 512'000'000;
    finding.limit = 500'000'000;
    auto sent = plan(kAlarmStart + Milliseconds{1});
    EXPECT_EQ(sent.size(), 2u) << "the leak is as it was";
    EXPECT_EQ(sent[of_sensor("budget_day")].payload, "ON");
    const json numbers = json::parse(sent[of_sensor("alarms")].payload);
    EXPECT_EQ(numbers.size(), 1u);
    EXPECT_EQ(numbers["budget_day"]["severity"], "warning");
    EXPECT_EQ(numbers["budget_day"]["volume"], 512.0);
    EXPECT_EQ(numbers["budget_day"]["limit"], 500.0);
    EXPECT_EQ(numbers["budget_day"]["limit_unit"], "L");
    state_.incidents.clear();
    sent = plan(kAlarmStart + Milliseconds{2});
    EXPECT_EQ(sent[of_sensor("budget_day")].payload, "OFF");
}

TEST_F(AlarmPlannerTest, TheBudgetsOfTheHouseAreNumbers) {
    auto sent = plan();
    EXPECT_EQ(sent["budget_day"].payload, "None");
    state_.rules.budget_day = base::Volume{500'500'000};
    sent = plan(kAlarmStart + Milliseconds{1});
    ASSERT_EQ(sent.size(), 1u);
    EXPECT_EQ(sent["budget_day"].payload, "500.5");
}

TEST_F(AlarmPlannerTest, LesserRulesOfTheSameWaterAreOnWhileTheyHold) {
    state_.incidents = {sample_incident(kSensor, kMorning)};
    state_.incidents[0].finding.rule = detect::Rule::Burst;
    state_.sensors[0].pending = {support::sample_finding(kMorning), support::sample_finding(kMorning)};
    state_.sensors[0].pending[1].rule = detect::Rule::SlowLeak;
    state_.sensors[0].pending[1].observed = 1;
    auto sent = plan();
    EXPECT_EQ(sent[of_sensor("leak_burst")].payload, "ON");
    EXPECT_EQ(sent[of_sensor("leak_continuous")].payload, "ON");
    EXPECT_EQ(sent[of_sensor("leak_slow")].payload, "OFF") << "it is only on its way";
    state_.incidents.clear();
    EXPECT_EQ(plan(kAlarmStart + Seconds{1})[of_sensor("leak_continuous")].payload, "OFF") << "nothing was raised";
}

TEST_F(AlarmPlannerTest, TheSystemsAlarmsAreNoLeak) {
    state_.incidents = {sample_incident(kSensor, kMorning, 1), sample_incident(kSensor, kMorning, 2),
                        sample_incident(kBridge, kMorning, 3), sample_incident(kBridge, kMorning, 4)};
    state_.incidents[0].finding.rule = detect::Rule::SensorSilent;
    state_.incidents[1].finding.rule = detect::Rule::BatteryDead;
    state_.incidents[2].finding.rule = detect::Rule::BridgeOffline;
    state_.incidents[3].finding.rule = detect::Rule::RadioLost;
    auto sent = plan();
    EXPECT_EQ(sent[of_sensor("sensor_reporting")].payload, "OFF");
    EXPECT_EQ(sent[of_sensor("low_battery")].payload, "ON");
    EXPECT_EQ(sent[of_sensor("radio_link")].payload, "OFF") << "its bridge tells of it";
    EXPECT_EQ(sent[of_sensor("leak")].payload, "OFF");
    EXPECT_EQ(sent[kBridge.str() + "/offline"].payload, "ON");
}

TEST_F(AlarmPlannerTest, TheUseUnderWayIsShownAndStaysAsTheLastOne) {
    detect::Use use;
    use.volume = {3'500'000};
    state_.sensors[0].use = use;
    state_.sensors[0].base_flow = {1'000};
    auto sent = plan();
    EXPECT_EQ(sent[of_sensor("session_volume")].payload, "3.500");
    EXPECT_EQ(sent[of_sensor("base_flow")].payload, "0.060");
    state_.sensors[0].use.reset();
    EXPECT_TRUE(plan(kAlarmStart + Seconds{1}).empty());
}

TEST_F(AlarmPlannerTest, WhatTheUseMayBeIsToldWhileItRunsAndWhatItWasAtItsEnd) {
    state_.sensors[0].use = detect::Use{};
    state_.sensors[0].use_may_be = classify::Verdict{classify::Category::Faucet, 0.5, 0, false, "", {}};
    state_.sensors[0].last_use = classify::Category::Toilet;
    EXPECT_EQ(plan()[of_sensor("last_event")].payload, "faucet");
    state_.sensors[0].use.reset();
    state_.sensors[0].use_may_be.reset();
    state_.sensors[0].last_use = classify::Category::Shower;
    auto sent = plan(kAlarmStart + Seconds{1});
    EXPECT_EQ(sent[of_sensor("last_event")].payload, "shower");
    EXPECT_EQ(sent.size(), 1u);
}

TEST_F(AlarmPlannerTest, SaysTheHouseAgainWhenAsked) {
    (void)plan();
    planner_.repeat_house();
    EXPECT_EQ(plan().size(), 13u);
    planner_.forget();
    EXPECT_EQ(plan().size(), 13u + 2u + 20u);
    enabled_.reset();
    planner_.repeat_house();
    EXPECT_EQ(plan().size(), 12u) << "nobody to tell, no switch";
}

TEST(Alert, IsAnEventThatIsNotRetained) {
    const auto message = alert_message({}, {Change::Acknowledged, kMorning, "Ann", sample_incident(kSensor, kMorning)});
    ASSERT_TRUE(message);
    EXPECT_EQ(message->topic, "millrace/" + kSensor.str() + "/alert");
    EXPECT_FALSE(message->retain);
    EXPECT_TRUE(message->each_counts);
    EXPECT_EQ(message->qos, 1);
    const json payload = json::parse(message->payload);
    EXPECT_EQ(payload["event_type"], "acknowledged");
    EXPECT_EQ(payload["by"], "Ann");
    EXPECT_EQ(payload["rule"], "continuous_flow");
    EXPECT_FALSE(alert_message({}, {Change::Noted, kMorning, "Ann", sample_incident(kSensor, kMorning)}));
}

TEST(Commands, AreReadFromTheirTopics) {
    const Settings settings;
    const std::string device = "millrace/" + kSensor.str();
    const auto read = [&](const std::string& topic, const std::string& payload) {
        return parse_command(settings, topic, payload);
    };
    EXPECT_EQ(std::get<SetMode>(*read("millrace/mode/set", "away")).mode, detect::Mode::Away);
    EXPECT_FALSE(std::get<SetMode>(*read("millrace/mode/set", "schedule")).mode);
    EXPECT_TRUE(std::get<SetIrrigation>(*read("millrace/irrigation_active/set", "ON")).active);
    EXPECT_FALSE(std::get<SetNotifications>(*read("millrace/notifications/set", "OFF")).enabled);
    EXPECT_EQ(std::get<SetCloudMode>(*read("millrace/cloud_mode/set", "local")).mode, ports::CloudMode::Local);
    EXPECT_TRUE(std::holds_alternative<RestartDaemon>(*read("millrace/restart/set", "PRESS")));
    EXPECT_EQ(std::get<AcknowledgeAlarms>(*read(device + "/acknowledge/set", "PRESS")).device, kSensor);
    EXPECT_EQ(std::get<SnoozeAlarms>(*read(device + "/snooze_1h/set", "PRESS")).device, kSensor);
    EXPECT_EQ(std::get<TestAlert>(*read(device + "/test_alert/set", "PRESS")).device, kSensor);
}

TEST(Commands, WhatIsNotOneIsNothing) {
    const Settings settings;
    const std::string device = "millrace/" + kSensor.str();
    for (const auto& [topic, payload] :
         std::vector<std::pair<std::string, std::string>>{{"millrace/mode/set", "asleep"},
                                                          {"millrace/mode/set", ""},
                                                          {"millrace/irrigation_active/set", "on"},
                                                          {"millrace/notifications/set", "1"},
                                                          {"millrace/mode", "away"},
                                                          {"mill/mode/set", "away"},
                                                          {device + "/acknowledge/set", ""},
                                                          {device + "/acknowledge", "PRESS"},
                                                          {device + "/acknowledge/set/set", "PRESS"},
                                                          {device + "/total/set", "PRESS"},
                                                          {"millrace/" + kSensor.str() + "0/acknowledge/set", "PRESS"},
                                                          {"millrace//acknowledge/set", "PRESS"},
                                                          {"millrace/restart/set", "ON"},
                                                          {"millrace/restart", "PRESS"},
                                                          {"millrace/set", "PRESS"}}) {
        EXPECT_FALSE(parse_command(settings, topic, payload)) << topic << " " << payload;
    }
}

}  // namespace
}  // namespace millrace::publish
