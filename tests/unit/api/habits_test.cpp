#include "api/habits.h"

#include <gmock/gmock.h>

#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using nlohmann::json;

const std::string kHabits = "/api/v1/sensors/0123456789ABCDEF/habits";

class HabitRoute : public SiteTest {
protected:
    HabitRoute() {
        detect::Habit learned;
        learned.number = 5;
        learned.days = 0x2a;
        learned.start_minute = 270;
        learned.length = base::Seconds{1200};
        learned.flow = {200'000};
        learned.volume = {240'000'000};
        learned.seen = 6;
        learned.last_seen = clock_.wall;
        ports::SensorWatch watch;
        watch.sensor = kSensor;
        watch.days_learned = 14;
        watch.habits = {learned};
        alarms_.state.sensors = {watch};
        alarms_.last_habit = 5;
    }
    const std::vector<detect::Habit>& habits() { return alarms_.state.sensors.at(0).habits; }
};

TEST_F(HabitRoute, ListsThem) {
    const json document = parsed(get(kHabits));
    EXPECT_EQ(document["days_learned"], 14);
    EXPECT_EQ(document["items"][0], json::parse(R"({"number": 5, "source": "learned", "on": true, "label": "",
        "days": ["tue", "thu", "sat"], "start": "04:30", "start_slack_minutes": 15, "length_minutes": 20.0,
        "flow_litres_per_minute": 12.0, "volume_litres": 240.0, "seen_days": 6,
        "last_seen": "2026-11-23T09:20:00-07:00"})"));
    alarms_.state.sensors.clear();
    EXPECT_EQ(parsed(get(kHabits))["items"].size(), 0u);
    EXPECT_EQ(get("/api/v1/sensors/0000000000000000/habits").status, 404u);
}

TEST_F(HabitRoute, EntersOneThatIsTheOwners) {
    const Response response =
        post(kHabits, R"({"start": "05:15", "length_minutes": 45, "days": ["mon"], "label": "lawn"})");
    ASSERT_EQ(response.status, 201u) << response.body;
    EXPECT_EQ(parsed(response)["number"], 6);
    EXPECT_EQ(parsed(response)["source"], "owner");
    EXPECT_TRUE(parsed(response)["flow_litres_per_minute"].is_null());
    EXPECT_EQ(response.headers.at(0).second, kHabits + "/6");
    EXPECT_EQ(habits().at(1).start_minute, 315);
    EXPECT_EQ(habits().at(1).length, base::Seconds{2700});
    EXPECT_EQ(habits().at(1).days, 1);
}

TEST_F(HabitRoute, ChangesOneAndLeavesTheRest) {
    ASSERT_EQ(put(kHabits + "/5", R"({"label": "lawn", "on": false})").status, 200u);
    EXPECT_EQ(habits().at(0).label, "lawn");
    EXPECT_FALSE(habits().at(0).on);
    EXPECT_EQ(habits().at(0).source, detect::HabitSource::Learned) << "its schedule is what was learned";
    EXPECT_EQ(habits().at(0).length, base::Seconds{1200});
    ASSERT_EQ(put(kHabits + "/5", R"({"start": "04:45"})").status, 200u);
    EXPECT_EQ(habits().at(0).source, detect::HabitSource::Owner);
    EXPECT_EQ(habits().at(0).start_minute, 285);
    EXPECT_EQ(put(kHabits + "/8", "{}").status, 404u);
}

TEST_F(HabitRoute, TakesOneAwayAndLearnsAnew) {
    ASSERT_EQ(post(kHabits, R"({"start": "05:15", "length_minutes": 45})").status, 201u);
    EXPECT_EQ(ask(Method::Delete, kHabits + "/8").status, 404u);
    EXPECT_EQ(post(kHabits + "/reset", "{}").status, 200u);
    ASSERT_EQ(habits().size(), 1u);
    EXPECT_EQ(habits()[0].number, 6) << "what the owner entered stays";
    EXPECT_EQ(parsed(ask(Method::Delete, kHabits + "/6"))["items"].size(), 0u);
    EXPECT_EQ(get(kHabits + "/reset").status, 405u);
}

TEST_F(HabitRoute, NamesTheFieldThatIsWrong) {
    for (const auto& [body, field] : std::vector<std::pair<std::string, std::string>>{
             {R"({"length_minutes": 45})", "start"},
             {R"({"start": "05:15"})", "length_minutes"},
             {R"({"start": "5:15", "length_minutes": 45})", "start"},
             {R"({"start": "05:15", "length_minutes": 2000})", "length_minutes"},
             {R"({"start": "05:15", "length_minutes": 45, "days": ["someday"]})", "days"},
             {R"({"start": "05:15", "length_minutes": 45, "number": 3})", "number"}}) {
        const Response response = post(kHabits, body);
        ASSERT_EQ(response.status, 400u) << body;
        EXPECT_EQ(field_of(response), field) << body;
    }
    EXPECT_EQ(habits().size(), 1u);
}

TEST_F(HabitRoute, WhatIsRefusedIsNotCalledUnwritten) {
    alarms_.refusal = "no more than 48 habits can be entered";
    const Response response = post(kHabits, R"({"start": "05:15", "length_minutes": 45})");
    EXPECT_EQ(response.status, 409u);
    EXPECT_THAT(response.body, ::testing::HasSubstr("no more than 48 habits"));
}

TEST_F(HabitRoute, ThereIsALimit) {
    alarms_.state.sensors[0].habits.resize(kMaxHabits);
    EXPECT_EQ(post(kHabits, R"({"start": "05:15", "length_minutes": 45})").status, 409u);
    alarms_.state.sensors[0].habits.clear();
    alarms_.failure = "the disk is full";
    EXPECT_EQ(post(kHabits, R"({"start": "05:15", "length_minutes": 45})").status, 503u);
}

}  // namespace
}  // namespace millrace::api
