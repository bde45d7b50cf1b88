// Alarms, answers and switches through a real Mosquitto.
#include <gtest/gtest.h>

#include <algorithm>

#include <nlohmann/json.hpp>

#include "broker.h"
#include "sample_state.h"
#include "support/alarm_fakes.h"

namespace millrace::publish {
namespace {

using namespace testing;
using detect::Change;
using nlohmann::json;
using support::sample_incident;

class AlarmedHouse : public ::testing::Test {
protected:
    AlarmedHouse() {
        channels_.list.resize(2);
        channels_.list[0].name = "phone";
        channels_.list[1].name = "mail";
        alarms_.state.sensors.emplace_back();
        alarms_.state.sensors[0].sensor = kSensor;
        house_ = std::make_unique<House>(settings_for(broker_.port()), quick(), &alarms_, &channels_);
        ports::LiveState live = sample_state();
        live.sensors[0].last_seen = house_->clock.wall_now();
        house_->publisher->on_live(live);
    }
    void start() {
        house_->publisher->start();
        ASSERT_TRUE(until([&] { return watcher_.has(of_sensor("leak")); }));
    }
    bool until(const std::function<bool()>& done) { return house_->run_until(done, &watcher_); }
    // All that was asked for before this has been heard.
    void settle() {
        const std::string word = std::to_string(++words_);
        watcher_.say("test/word", word);
        ASSERT_TRUE(until([&] { return watcher_.has("test/word", word); }));
        house_->run_until([] { return false; }, &watcher_, Deadline{100});
    }
    void raise(Change change = Change::Raised) {
        alarms_.state.incidents = {sample_incident(kSensor, house_->clock.wall_now())};
        house_->publisher->on_alarm({change, house_->clock.wall_now(), "", alarms_.state.incidents[0]});
    }
    [[nodiscard]] std::vector<std::string> alerts() const {
        std::vector<std::string> types;
        for (const auto& heard : watcher_.heard) {
            if (heard.topic == of_sensor("alert")) types.push_back(json::parse(heard.payload)["event_type"]);
        }
        return types;
    }

    Broker broker_;
    Watcher watcher_{broker_.port()};
    support::FakeAlarms alarms_;
    support::FakeChannels channels_;
    std::unique_ptr<House> house_;
    int words_ = 0;
};

TEST_F(AlarmedHouse, AnAlarmIsAtTheBrokerWithinASecond) {
    start();
    const auto told = house_->clock.steady_now();
    raise();
    ASSERT_TRUE(until([&] { return !alerts().empty(); }));
    EXPECT_LT(house_->clock.steady_now() - told, Deadline{1'000});
    EXPECT_TRUE(watcher_.has(of_sensor("leak"), "ON"));
    EXPECT_TRUE(watcher_.has(of_sensor("leak_continuous"), "ON"));
    Watcher later(broker_.port());
    ASSERT_TRUE(house_->run_until([&] { return later.has(of_sensor("leak"), "ON"); }, &later));
    later.say("test/end", "");
    ASSERT_TRUE(house_->run_until([&] { return later.has("test/end"); }, &later));
    EXPECT_FALSE(later.has(of_sensor("alert"))) << "an event is not retained";
}

TEST_F(AlarmedHouse, EveryAlertIsSentThoughManyComeAtOnce) {
    start();
    for (const Change change : {Change::Raised, Change::Escalated, Change::Noted, Change::Cleared}) raise(change);
    ASSERT_TRUE(until([&] { return alerts().size() >= 3; }));
    EXPECT_EQ(alerts(), (std::vector<std::string>{"raised", "escalated", "cleared"}));
}

TEST_F(AlarmedHouse, AnAlertWaitsForTheBroker) {
    raise();
    start();
    ASSERT_TRUE(until([&] { return !alerts().empty(); }));
    EXPECT_TRUE(watcher_.has(of_sensor("leak"), "ON"));
}

TEST_F(AlarmedHouse, ButtonsAnswerTheAlarmsOfTheirDevice) {
    raise();
    alarms_.state.incidents.push_back(sample_incident(kBridge, house_->clock.wall_now(), 8));
    start();
    watcher_.say(of_sensor("snooze_1h/set"), "PRESS");
    ASSERT_TRUE(until([&] { return alarms_.answered_by.size() == 1; }));
    EXPECT_EQ(alarms_.state.incidents[0].state, detect::IncidentState::Snoozed);
    const auto left = *alarms_.state.incidents[0].snoozed_until - house_->clock.wall_now();
    EXPECT_GT(left, std::chrono::minutes{58});
    EXPECT_LE(left, std::chrono::minutes{60});
    watcher_.say(of_sensor("acknowledge/set"), "PRESS");
    ASSERT_TRUE(until([&] { return alarms_.answered_by.size() == 2; }));
    EXPECT_EQ(alarms_.state.incidents[0].state, detect::IncidentState::Acknowledged);
    EXPECT_EQ(alarms_.state.incidents[1].state, detect::IncidentState::Raised) << "the bridge has its own";
    EXPECT_EQ(alarms_.answered_by[0], "Home Assistant");
    // Pressed again, there is nothing left to answer.
    watcher_.say(of_sensor("acknowledge/set"), "PRESS");
    settle();
    EXPECT_EQ(alarms_.answered_by.size(), 2u);
}

TEST_F(AlarmedHouse, SwitchesAndTheModeAreObeyedAndWhatHoldsIsSaid) {
    start();
    const std::size_t before = watcher_.heard.size();
    watcher_.say("millrace/mode/set", "vacation");
    watcher_.say("millrace/irrigation_active/set", "ON");
    watcher_.say("millrace/notifications/set", "OFF");
    ASSERT_TRUE(until([&] {
        return watcher_.has("millrace/mode", "vacation", before) &&
               watcher_.has("millrace/irrigation_active", "ON", before) &&
               watcher_.has("millrace/notifications", "OFF", before);
    }));
    EXPECT_EQ(alarms_.state.mode, detect::Mode::Vacation);
    EXPECT_TRUE(alarms_.state.irrigation_active);
    EXPECT_FALSE(channels_.on);
    const std::size_t after = watcher_.heard.size();
    watcher_.say("millrace/mode/set", "asleep");
    ASSERT_TRUE(until([&] { return watcher_.has("millrace/mode", "vacation", after); })) << "what holds is said again";
    watcher_.say("millrace/mode/set", "schedule");
    ASSERT_TRUE(until([&] { return alarms_.state.mode_by_schedule; }));
}

TEST_F(AlarmedHouse, ARetainedCommandIsNotObeyed) {
    watcher_.say("millrace/mode/set", "away", true);
    watcher_.say(of_sensor("acknowledge/set"), "PRESS", true);
    raise();
    start();
    settle();
    EXPECT_EQ(alarms_.state.mode, detect::Mode::Home);
    EXPECT_TRUE(alarms_.answered_by.empty());
}

TEST_F(AlarmedHouse, ATestReachesEveryChannelAndNobodyTwiceAMinute) {
    start();
    watcher_.say("millrace/0000000000000000/test_alert/set", "PRESS");
    watcher_.say(of_sensor("test_alert/set"), "PRESS");
    watcher_.say(of_sensor("test_alert/set"), "PRESS");
    ASSERT_TRUE(until([&] { return !alerts().empty(); }));
    settle();
    EXPECT_EQ(alerts(), std::vector<std::string>{"test"});
    EXPECT_EQ(channels_.tested, (std::vector<std::string>{"phone", "mail"}));
}

TEST_F(AlarmedHouse, AChangeThatCannotBeKeptIsNotShown) {
    start();
    alarms_.failure = "the disk is full";
    raise();
    ASSERT_TRUE(until([&] { return watcher_.has(of_sensor("leak"), "ON"); }));
    watcher_.say(of_sensor("acknowledge/set"), "PRESS");
    settle();
    EXPECT_EQ(alarms_.state.incidents[0].state, detect::IncidentState::Raised);
    EXPECT_TRUE(house_->health().ok);
}

}  // namespace
}  // namespace millrace::publish
