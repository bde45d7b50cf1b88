#include "api/rules.h"

#include <gmock/gmock.h>

#include "api/week.h"
#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using nlohmann::json;

const std::string kRulesPath = "/api/v1/rules";

using RuleRoute = SiteTest;

TEST(Week, TimesOfTheDayAreReadAndWritten) {
    EXPECT_EQ(minute_from("00:00"), 0);
    EXPECT_EQ(minute_from("04:30"), 270);
    EXPECT_EQ(minute_from("23:59"), 1439);
    EXPECT_EQ(minute_from("24:00"), 0);
    EXPECT_EQ(minute_text(270), "04:30");
    for (const char* text : {"", "4:30", "24:01", "25:00", "04:60", "04-30", "0a:30", "04:3 ", "04:300"}) {
        EXPECT_FALSE(minute_from(text)) << text;
    }
}

TEST(Week, DaysAreReadAndWritten) {
    EXPECT_EQ(days_from(Json::array({"mon", "sun", "mon"})), 0x41);
    EXPECT_EQ(days_json(0x41), Json::array({"mon", "sun"}));
    for (const Json& list : {Json::array(), Json::array({"monday"}), Json::array({1}), Json("mon")}) {
        EXPECT_FALSE(days_from(list)) << list;
    }
}

TEST_F(RuleRoute, ShowsLimitsSwitchesAndWhatIsPending) {
    alarms_.state.rules.continuous_after = base::Seconds{5400};
    alarms_.state.rules.off = {detect::Rule::LongUse};
    alarms_.state.rules.budget_day = base::Volume{492'103'532};
    ports::SensorWatch watch;
    watch.sensor = kSensor;
    watch.days_learned = 12;
    watch.base_flow = {1'000};
    watch.pending = {support::sample_finding(clock_.wall), support::sample_finding(clock_.wall)};
    watch.pending[0].observed = watch.pending[0].limit;  // an alarm, no longer on its way
    watch.pending[1].observed = watch.pending[1].limit - 1;
    alarms_.state.sensors = {watch};
    const json document = parsed(get(kRulesPath));
    EXPECT_EQ(document["settings"], json::parse(R"({"burst_litres_per_minute": null, "burst_after_minutes": null,
        "continuous_after_minutes": 90.0, "away_after_minutes": 1.0, "sensor_silent_after_minutes": 60.0,
        "bridge_offline_after_minutes": 5.0, "battery_low_mv": 2500, "budget_day_litres": 492.103532,
        "budget_week_litres": null, "budget_month_litres": null, "off": ["long_use"], "irrigation": [],
        "modes": []})"));
    ASSERT_EQ(document["rules"].size(), std::size(detect::kRules));
    EXPECT_EQ(document["rules"][1], json::parse(R"({"rule": "continuous_flow", "water": true, "severity": "warning",
                                                    "on": true, "limit_source": "owner"})"));
    EXPECT_EQ(document["rules"][4]["on"], false);
    EXPECT_EQ(document["rules"][16], json::parse(R"({"rule": "puck_wet", "water": false, "severity": "critical",
                                                     "on": true, "limit_source": "fixed"})"));
    EXPECT_EQ(document["rules"][19], json::parse(R"({"rule": "budget_day", "water": false, "severity": "warning",
                                                     "on": true, "limit_source": "owner"})"));
    EXPECT_EQ(document["rules"][20]["limit_source"], "none");
    EXPECT_EQ(document["sensors"][0]["days_learned"], 12);
    EXPECT_EQ(document["sensors"][0]["base_flow_litres_per_minute"], 0.06);
    ASSERT_EQ(document["sensors"][0]["pending"].size(), 1u);
    EXPECT_EQ(document["sensors"][0]["pending"][0]["explanation"]["limit"], 2280.0);
}

TEST_F(RuleRoute, TakesBackWhatItGave) {
    alarms_.state.rules.burst_rate = base::FlowRate{500'000};
    alarms_.state.rules.irrigation = {{0x15, 240, 390}};
    alarms_.state.rules.modes = {{detect::Mode::Away, {0x1f, 510, 1020}}};
    alarms_.state.rules.off = {detect::Rule::BatteryLow, detect::Rule::BudgetWeek};
    alarms_.state.rules.budget_month = base::Volume{12'345'678'901};
    const detect::Settings before = alarms_.state.rules;
    const json given = parsed(get(kRulesPath))["settings"];
    alarms_.state.rules = {};
    const Response response = put(kRulesPath, given.dump());
    EXPECT_EQ(response.status, 200u) << response.body;
    EXPECT_EQ(alarms_.state.rules, before);
}

TEST_F(RuleRoute, TakesBackWhateverTheConfigFileMaySay) {
    detect::Settings least;
    least.burst_after = least.away_after = base::Seconds{10};
    least.continuous_after = base::Seconds{600};
    least.sensor_silent_after = base::Seconds{900};
    least.bridge_offline_after = base::Seconds{60};
    least.battery_low_mv = 1'800;
    least.budget_day = least.budget_week = least.budget_month = base::Volume{1'000'000};
    detect::Settings most;
    most.burst_after = most.away_after = base::Seconds{3'600};
    most.continuous_after = base::Seconds{2 * 86'400};
    most.sensor_silent_after = most.bridge_offline_after = base::Seconds{7 * 86'400};
    most.battery_low_mv = 3'200;
    most.budget_day = most.budget_week = most.budget_month = base::Volume{1'000'000'000'000};
    most.irrigation = {{0x7f, 0, 0}, {0x01, 1'320, 0}};  // the whole day; up to midnight
    for (const detect::Settings& settings : {least, most}) {
        alarms_.state.rules = settings;
        const json given = parsed(get(kRulesPath))["settings"];
        const Response response = put(kRulesPath, given.dump());
        EXPECT_EQ(response.status, 200u) << response.body;
        EXPECT_EQ(alarms_.state.rules, settings) << given;
    }
}

TEST_F(RuleRoute, AWindowWithoutLengthIsNotTheWholeDay) {
    const std::string whole = R"({"irrigation": [{"from": "00:00", "to": "24:00"}]})";
    EXPECT_EQ(put(kRulesPath, whole).status, 200u);
    EXPECT_EQ(parsed(get(kRulesPath))["settings"]["irrigation"][0]["to"], "24:00");
    for (const char* time : {"06:00", "00:00"}) {
        const std::string body = json{{"irrigation", {{{"from", time}, {"to", time}}}}}.dump();
        const Response response = put(kRulesPath, body);
        EXPECT_EQ(response.status, 400u) << body;
        EXPECT_EQ(field_of(response), "irrigation[0].to") << body;
    }
}

TEST_F(RuleRoute, WhatIsLeftOutStaysAndNullGivesBack) {
    alarms_.state.rules.burst_rate = base::FlowRate{500'000};
    alarms_.state.rules.away_after = base::Seconds{600};
    alarms_.state.rules.off = {detect::Rule::LongUse};
    EXPECT_EQ(put(kRulesPath, R"({"continuous_after_minutes": 45, "away_after_minutes": null, "off": null})").status,
              200u);
    EXPECT_EQ(alarms_.state.rules.burst_rate, base::FlowRate{500'000});
    EXPECT_EQ(alarms_.state.rules.continuous_after, base::Seconds{2700});
    EXPECT_EQ(alarms_.state.rules.away_after, base::Seconds{60});
    EXPECT_TRUE(alarms_.state.rules.off.empty());
    alarms_.state.rules.budget_week = base::Volume{3'000'000'000};
    EXPECT_EQ(put(kRulesPath, R"({"budget_day_litres": 500, "budget_month_litres": null})").status, 200u);
    EXPECT_EQ(alarms_.state.rules.budget_day, base::Volume{500'000'000});
    EXPECT_EQ(alarms_.state.rules.budget_week, base::Volume{3'000'000'000});
    EXPECT_EQ(put(kRulesPath, R"({"budget_day_litres": null})").status, 200u);
    EXPECT_FALSE(alarms_.state.rules.budget_day);
    EXPECT_EQ(put(kRulesPath, R"({"burst_litres_per_minute": null})").status, 200u);
    EXPECT_FALSE(alarms_.state.rules.burst_rate);
}

TEST_F(RuleRoute, NamesTheFieldThatIsWrongAndChangesNothing) {
    for (const auto& [body, field] : std::vector<std::pair<std::string, std::string>>{
             {R"({"burst_litres_per_minute": 0})", "burst_litres_per_minute"},
             {R"({"burst_litres_per_minute": "30"})", "burst_litres_per_minute"},
             {R"({"continuous_after_minutes": 1})", "continuous_after_minutes"},
             {R"({"sensor_silent_after_minutes": 5})", "sensor_silent_after_minutes"},
             {R"({"battery_low_mv": 9000})", "battery_low_mv"},
             {R"({"budget_day_litres": 0.5})", "budget_day_litres"},
             {R"({"budget_week_litres": 1000001})", "budget_week_litres"},
             {R"({"budget_month_litres": "12 m3"})", "budget_month_litres"},
             {R"({"budget_day": 500})", "budget_day"},
             {R"({"off": ["burst", "everything"]})", "off[1]"},
             {R"({"off": "burst"})", "off"},
             {R"({"irrigation": [{"from": "04:00", "to": "6:00"}]})", "irrigation[0].to"},
             {R"({"irrigation": [{"from": "04:00"}]})", "irrigation[0].to"},
             {R"({"irrigation": [5]})", "irrigation[0]"},
             {R"({"irrigation": [{"from": "04:00", "to": "05:00", "mode": "away"}]})", "irrigation[0]"},
             {R"({"irrigation": [{"from": "04:00", "to": "05:00", "zone": 1}]})", "irrigation[0]"},
             {R"({"modes": [{"from": "04:00", "to": "05:00", "mode": "out"}]})", "modes[0].mode"},
             {R"({"modes": [{"from": "04:00", "to": "05:00", "mode": "away", "days": []}]})", "modes[0].days"},
             {R"({"burst": 1})", "burst"}}) {
        const Response response = put(kRulesPath, body);
        ASSERT_EQ(response.status, 400u) << body;
        EXPECT_EQ(field_of(response), field) << body;
    }
    std::string many = "[";
    for (std::size_t i = 0; i <= kMaxWindows; ++i) {
        many += std::string(i == 0 ? "" : ",") + R"({"from": "04:00", "to": "05:00"})";
    }
    EXPECT_EQ(put(kRulesPath, R"({"irrigation": )" + many + "]}").status, 400u);
    EXPECT_EQ(alarms_.state.rules, detect::Settings{});
}

}  // namespace
}  // namespace millrace::api
