// The routes of alarms, of the mode and of irrigation, and what status and metrics say of them.
#include <gmock/gmock.h>

#include "api/alarms.h"
#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using nlohmann::json;
using support::sample_incident;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kAlarms = "/api/v1/alarms";

class AlarmRoute : public SiteTest {
protected:
    AlarmRoute() {
        alarms_.state.incidents = {sample_incident(kSensor, clock_.wall, 7), sample_incident(kBridge, clock_.wall, 9)};
        alarms_.state.incidents[1].finding.rule = detect::Rule::BridgeOffline;
        alarms_.state.incidents[1].raised = clock_.wall - std::chrono::minutes{2};
        history_.past_incidents = std::vector<detect::Incident>{};
        history_.incident_events = std::vector<detect::AlarmEvent>{};
    }
    std::vector<std::int64_t> ids(const std::string& query) {
        std::vector<std::int64_t> found;
        const json document = parsed(get(kAlarms + query));
        for (const auto& item : document.at("items")) found.push_back(item.at("id"));
        return found;
    }
};
using ModeRoute = SiteTest;

TEST_F(AlarmRoute, ListsTheOpenOnesInNumbersAndInASentence) {
    const json document = parsed(get(kAlarms));
    EXPECT_EQ(document["unit"], "L");
    EXPECT_TRUE(document["next_cursor"].is_null());
    ASSERT_EQ(document["items"].size(), 2u);
    const json& alarm = document["items"][1];
    EXPECT_EQ(alarm["id"], 7);
    EXPECT_EQ(alarm["device"], kSensor.str());
    EXPECT_EQ(alarm["rule"], "continuous_flow");
    EXPECT_EQ(alarm["severity"], "warning");
    EXPECT_EQ(alarm["state"], "raised");
    EXPECT_EQ(alarm["since"], "2026-11-23T08:15:00-07:00");
    EXPECT_EQ(alarm["volume"], 24.0);
    EXPECT_EQ(alarm["rate"], 0.372);
    EXPECT_FALSE(alarm["title"].get<std::string>().empty());
    EXPECT_THAT(alarm["sentence"].get<std::string>(), HasSubstr("24 L"));
    EXPECT_EQ(alarm["explanation"],
              json::parse(R"({"measure": "duration", "unit": "s", "observed": 3900.0, "limit": 2280.0,
                              "limit_source": "learned", "usual": 1800.0, "learned_days": 28,
                              "flow_at_least": 0.36, "detail": ""})"));
}

TEST_F(AlarmRoute, ExplainsEveryMeasureInItsUnit) {
    detect::Finding finding = support::sample_finding(clock_.wall);
    const AlarmView gallons{base::VolumeUnit::Gallon, {}};
    const auto explained = [&](detect::Measure measure, std::int64_t observed) {
        finding.measure = measure;
        finding.observed = observed;
        const Json made = finding_json(finding, gallons).at("explanation");
        return std::pair(json::parse(to_text(made["observed"])), json::parse(to_text(made["unit"])));
    };
    EXPECT_EQ(explained(detect::Measure::Flow, 63'090), std::pair(json(0.999997), json("gal/min")));
    EXPECT_EQ(explained(detect::Measure::Amount, 37'854'118), std::pair(json(10.0), json("gal")));
    EXPECT_EQ(explained(detect::Measure::Millivolts, 2'400), std::pair(json(2400), json("mV")));
    EXPECT_EQ(explained(detect::Measure::Count, 12), std::pair(json(12), json(nullptr)));
    EXPECT_EQ(explained(detect::Measure::None, 0), std::pair(json(nullptr), json(nullptr)));
}

TEST_F(AlarmRoute, FiltersAndPages) {
    EXPECT_EQ(ids(""), (std::vector<std::int64_t>{9, 7}));
    EXPECT_EQ(ids("?device=" + kSensor.str()), std::vector<std::int64_t>{7});
    EXPECT_EQ(ids("?from=2026-11-23T16:10:00Z"), std::vector<std::int64_t>{9});
    EXPECT_EQ(ids("?to=2026-11-23T16:10:00Z"), std::vector<std::int64_t>{7});
    EXPECT_EQ(parsed(get(kAlarms + "?limit=1"))["next_cursor"], "9");
    EXPECT_EQ(ids("?limit=1&cursor=9"), std::vector<std::int64_t>{7});
    EXPECT_TRUE(parsed(get(kAlarms + "?limit=1&cursor=9"))["next_cursor"].is_null());
}

TEST_F(AlarmRoute, AllComesFromTheHistoryWithTheNewestNumbersOfWhatIsOpen) {
    detect::Incident old = sample_incident(kSensor, clock_.wall, 7);
    old.finding.volume = {1'000'000};
    detect::Incident past = sample_incident(kSensor, clock_.wall - std::chrono::hours{48}, 3);
    past.state = detect::IncidentState::Cleared;
    past.cleared = clock_.wall - std::chrono::hours{47};
    history_.past_incidents = std::vector{old, past};
    const json document = parsed(get(kAlarms + "?state=all&limit=1&device=" + kSensor.str()));
    ASSERT_EQ(document["items"].size(), 1u);
    EXPECT_EQ(document["items"][0]["volume"], 24.0);
    EXPECT_EQ(document["next_cursor"], "7");
    EXPECT_EQ(history_.incident_queries.at(0).limit, 2u);
    EXPECT_EQ(history_.incident_queries.at(0).device, kSensor);
    EXPECT_EQ(parsed(get(kAlarms + "?state=all"))["items"][1]["cleared"], "2026-11-21T10:20:00-07:00");
    history_.past_incidents = base::failure(base::Error{"no disk"});
    EXPECT_EQ(get(kAlarms + "?state=all").status, 503u);
}

TEST_F(AlarmRoute, NamesTheParameterThatIsWrong) {
    for (const auto& [query, name] : std::vector<std::pair<std::string, std::string>>{
             {"?state=closed", "state"},
             {"?device=12", "device"},
             {"?limit=0", "limit"},
             {"?cursor=-1", "cursor"},
             {"?from=2026-11-24T00:00:00Z&to=2026-11-23T00:00:00Z", "from"},
             {"?sate=all", "sate"}}) {
        const Response response = get(kAlarms + query);
        EXPECT_EQ(response.status, 400u) << query;
        EXPECT_EQ(parsed(response)["errors"][0]["parameter"], name);
    }
}

TEST_F(AlarmRoute, OneAlarmComesWithItsHistory) {
    const detect::Incident incident = sample_incident(kSensor, clock_.wall, 7);
    detect::Incident noted = incident;
    noted.note = "the tap in the yard";
    history_.incident_events = std::vector<detect::AlarmEvent>{
        {detect::Change::Raised, incident.raised, "", incident},
        {detect::Change::Noted, clock_.wall, "Ann", noted},
    };
    const json document = parsed(get(kAlarms + "/7"));
    EXPECT_EQ(document["id"], 7);
    ASSERT_EQ(document["history"].size(), 2u);
    EXPECT_EQ(document["history"][0]["change"], "raised");
    EXPECT_EQ(document["history"][0]["by"], "");
    EXPECT_TRUE(document["history"][0]["note"].is_null());
    EXPECT_EQ(document["history"][1]["by"], "Ann");
    EXPECT_EQ(document["history"][1]["note"], "the tap in the yard");
    // One that is raised but not on disk yet is there all the same; a past one comes from the history.
    EXPECT_EQ(parsed(get(kAlarms + "/9"))["history"].size(), 0u);
    alarms_.state.incidents.clear();
    EXPECT_EQ(parsed(get(kAlarms + "/7"))["note"], "the tap in the yard");
    EXPECT_EQ(get(kAlarms + "/9").status, 404u);
    EXPECT_EQ(get(kAlarms + "/all").status, 404u);
}

TEST_F(AlarmRoute, TakesEveryAnswer) {
    EXPECT_EQ(parsed(post(kAlarms + "/7/acknowledge", ""))["state"], "acknowledged");
    EXPECT_EQ(parsed(post(kAlarms + "/7/snooze", R"({"minutes": 90, "by": "Ann"})"))["snoozed_until"],
              "2026-11-23T10:50:00-07:00");
    EXPECT_EQ(parsed(post(kAlarms + "/7/snooze", R"({"until": "2026-11-24T16:20:00Z"})"))["snoozed_until"],
              "2026-11-24T09:20:00-07:00");
    EXPECT_EQ(parsed(post(kAlarms + "/7/note", R"({"text": "the yard"})"))["note"], "the yard");
    EXPECT_EQ(parsed(post(kAlarms + "/7/not-a-leak", "{}"))["not_a_leak"], true);
    EXPECT_EQ(alarms_.answered_by, (std::vector<std::string>{"api", "Ann", "api", "api", "api"}));
}

TEST_F(AlarmRoute, RefusesAnswersThatCannotBeMeant) {
    for (const auto& [verb, body, field] : std::vector<std::tuple<std::string, std::string, std::string>>{
             {"snooze", "{}", "minutes"},
             {"snooze", R"({"minutes": 0.5})", "minutes"},
             {"snooze", R"({"minutes": 43201})", "minutes"},
             {"snooze", R"({"minutes": 5, "until": "2026-11-24T16:20:00Z"})", "minutes"},
             {"snooze", R"({"until": "2026-11-23T16:20:30Z"})", "until"},
             {"snooze", R"({"until": "2027-01-23T16:20:30Z"})", "until"},
             {"acknowledge", R"({"by": ""})", "by"},
             {"acknowledge", R"({"forever": true})", "forever"},
             {"note", "{}", "text"},
             {"note", R"({"text": "a\nb"})", "text"},
             {"note", R"({"text": ")" + std::string(kMaxNoteBytes + 1, 'x') + R"("})", "text"}}) {
        const Response response = post(kAlarms + "/7/" + verb, body);
        EXPECT_EQ(response.status, 400u) << verb << body;
        EXPECT_EQ(field_of(response), field) << verb << body;
    }
    EXPECT_TRUE(alarms_.answered_by.empty());
}

TEST_F(AlarmRoute, TellsTheUnknownTheClosedAndTheUnkeptApart) {
    EXPECT_EQ(post(kAlarms + "/4/acknowledge", "").status, 404u);
    history_.incident_events =
        std::vector<detect::AlarmEvent>{{detect::Change::Cleared, clock_.wall, "", sample_incident(kSensor, {}, 4)}};
    const Response closed = post(kAlarms + "/4/acknowledge", "");
    EXPECT_EQ(closed.status, 409u);
    EXPECT_THAT(closed.body, HasSubstr("it is not open"));
    alarms_.failure = "the disk is full";
    const Response unkept = post(kAlarms + "/7/acknowledge", "");
    EXPECT_EQ(unkept.status, 503u);
    EXPECT_THAT(unkept.body, HasSubstr("the disk is full"));
}

TEST_F(AlarmRoute, IsNotThereWhileNobodyWatches) {
    site_->dependencies.alarms = nullptr;
    const Response response = get(kAlarms);
    EXPECT_EQ(response.status, 404u);
    EXPECT_THAT(response.body, HasSubstr("not watched"));
    EXPECT_TRUE(parsed(get("/api/v1/status"))["alarms"].is_null());
    EXPECT_THAT(get("/metrics").body, Not(HasSubstr("millrace_alarm")));
}

TEST_F(AlarmRoute, StatusCountsThem) {
    alarms_.state.incidents[0].finding.severity = detect::Severity::Critical;
    EXPECT_EQ(parsed(get("/api/v1/status"))["alarms"],
              json::parse(R"({"open": 2, "gravest": "critical", "mode": "home", "mode_by_schedule": false,
                              "irrigation_active": false})"));
    alarms_.state.incidents.clear();
    EXPECT_TRUE(parsed(get("/api/v1/status"))["alarms"]["gravest"].is_null());
}

TEST_F(AlarmRoute, MetricsHaveASeriesForEveryRuleAndOneOnWhileAnAlarmIsOpen) {
    site_->raised_in_run[detect::Rule::Burst] = 3;
    const std::string page = get("/metrics").body;
    EXPECT_THAT(page, HasSubstr("millrace_alarm_active{sensor=\"0123456789ABCDEF\",rule=\"continuous_flow\","
                                "severity=\"warning\"} 1\n"));
    EXPECT_THAT(page, HasSubstr("millrace_alarm_active{sensor=\"0123456789ABCDEF\",rule=\"burst\","
                                "severity=\"critical\"} 0\n"));
    EXPECT_THAT(page, HasSubstr("millrace_alarm_active{bridge=\"FEDCBA9876543210\",rule=\"bridge_offline\","
                                "severity=\"warning\"} 1\n"));
    EXPECT_THAT(page, HasSubstr("millrace_alarms_raised_total{rule=\"burst\"} 3\n"));
    EXPECT_THAT(page, HasSubstr("millrace_alarms_raised_total{rule=\"slow_leak\"} 0\n"));
}

TEST_F(ModeRoute, ShowsAndSetsTheModeAndGivesItBackToTheSchedule) {
    EXPECT_EQ(parsed(get("/api/v1/mode")), json::parse(R"({"mode": "home", "by_schedule": false})"));
    EXPECT_EQ(parsed(put("/api/v1/mode", R"({"mode": "vacation"})"))["mode"], "vacation");
    EXPECT_EQ(alarms_.state.mode, detect::Mode::Vacation);
    EXPECT_EQ(parsed(put("/api/v1/mode", R"({"mode": null})"))["by_schedule"], true);
    for (const std::string body : {"{}", R"({"mode": "asleep"})", R"({"mode": 1})"}) {
        const Response response = put("/api/v1/mode", body);
        EXPECT_EQ(response.status, 400u) << body;
        EXPECT_EQ(field_of(response), "mode");
    }
    alarms_.failure = "the disk is full";
    EXPECT_EQ(put("/api/v1/mode", R"({"mode": "away"})").status, 503u);
}

TEST_F(ModeRoute, SwitchesIrrigation) {
    EXPECT_EQ(parsed(get("/api/v1/irrigation")), json::parse(R"({"active": false})"));
    EXPECT_EQ(parsed(put("/api/v1/irrigation", R"({"active": true})")), json::parse(R"({"active": true})"));
    EXPECT_EQ(put("/api/v1/irrigation", "{}").status, 400u);
    EXPECT_EQ(put("/api/v1/irrigation", R"({"active": "yes"})").status, 400u);
    EXPECT_TRUE(alarms_.state.irrigation_active);
}

}  // namespace
}  // namespace millrace::api
