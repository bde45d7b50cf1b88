// The routes of the cloud's mode, of keys, of the archive, of gaps and of estimates.
#include <gmock/gmock.h>

#include "api/archive.h"
#include "api/cloud.h"
#include "api/estimates.h"
#include "api/gaps.h"
#include "api/keys.h"
#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kSensorPath = "/api/v1/sensors/0123456789ABCDEF";
const std::string kKey = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

using CloudRoute = SiteTest;
using KeyRoute = SiteTest;
using ArchiveRoute = SiteTest;
using GapsRoute = SiteTest;
using EstimatesRoute = SiteTest;

TEST_F(CloudRoute, TellsModeAndWhatWaits) {
    live_.state.bridges[0].cloud_path = ports::CloudPath::StandingIn;
    live_.state.bridges[0].waiting_for_cloud = 12;
    EXPECT_EQ(parsed(get("/api/v1/cloud")), json::parse(R"({"mode": "relay", "bridges": [
        {"uuid": "FEDCBA9876543210", "path": "standing_in", "waiting": 12}]})"));
    EXPECT_EQ(parsed(get("/api/v1/status"))["mode"], "relay");
}

TEST_F(CloudRoute, SwitchesTheMode) {
    EXPECT_EQ(ask(Method::Put, "/api/v1/cloud", R"({"mode": "relay-only"})").status, 200u);
    EXPECT_EQ(controls_.modes, std::vector{ports::CloudMode::RelayOnly});
    controls_.failure = "no cloud is configured";
    const Response refused = ask(Method::Put, "/api/v1/cloud", R"({"mode": "relay"})");
    EXPECT_EQ(refused.status, 409u);
    EXPECT_THAT(refused.body, HasSubstr("no cloud is configured"));
}

TEST_F(CloudRoute, NamesTheFieldThatIsWrong) {
    for (const auto& [body, field] : std::vector<std::pair<std::string, std::string>>{
             {"{}", "mode"}, {R"({"mode": "cloud"})", "mode"}, {R"({"mode": "local", "when": 1})", "when"}}) {
        const Response response = ask(Method::Put, "/api/v1/cloud", body);
        EXPECT_EQ(response.status, 400u);
        EXPECT_EQ(field_of(response), field);
    }
    EXPECT_TRUE(controls_.modes.empty());
}

TEST_F(KeyRoute, TakesAKeyAndNeverSaysItBack) {
    const Response response = post("/api/v1/keys", R"({"bridge": "FEDCBA9876543210", "key": ")" + kKey + R"("})");
    EXPECT_EQ(response.status, 201u);
    ASSERT_EQ(controls_.keys.size(), 1u);
    EXPECT_EQ(controls_.keys[0].first, kBridge);
    EXPECT_EQ(controls_.keys[0].second, base::to_bytes(kKey));
    EXPECT_THAT(response.body, Not(HasSubstr(kKey)));
    EXPECT_EQ(post("/api/v1/keys", R"({"bridge": null, "key": ")" + kKey + R"("})").status, 201u);
    EXPECT_FALSE(controls_.keys.at(1).first);
}

TEST_F(KeyRoute, RefusalsNeverHoldWhatWasSent) {
    for (const auto& [body, field] : std::vector<std::pair<std::string, std::string>>{
             {R"({"key": "0011223344"})", "key"},
             {R"({"key": ")" + kKey.substr(1) + R"(x"})", "key"},
             {R"({"key": ")" + kKey + kKey + R"("})", "key"},
             {R"({"bridge": "x", "key": ")" + kKey + R"("})", "bridge"},
             {R"({"bridge": null})", "key"},
             {R"({"key": ")" + kKey + R"(", "more": 1})", "more"},
         }) {
        const Response response = post("/api/v1/keys", body);
        EXPECT_EQ(response.status, 400u) << body;
        EXPECT_EQ(field_of(response), field) << body;
        EXPECT_THAT(response.body, Not(HasSubstr("0011223344")));
    }
    EXPECT_TRUE(controls_.keys.empty());
    controls_.failure = "it opens none of the bridge's messages";
    const Response wrong = post("/api/v1/keys", R"({"key": ")" + kKey + R"("})");
    EXPECT_EQ(wrong.status, 422u);
    EXPECT_THAT(wrong.body, HasSubstr("opens none"));
}

TEST_F(KeyRoute, ListsWhoseMessagesOpen) {
    json bridge = parsed(get("/api/v1/keys"))["bridges"][0];
    EXPECT_EQ(bridge, json::parse(R"({"uuid": "FEDCBA9876543210", "has_key": true, "messages_open": true,
                                      "frames_opened": 42, "frames_unopened": 3})"));
    live_.state.sensors[0].readings_known = false;
    EXPECT_EQ(parsed(get("/api/v1/keys"))["bridges"][0]["messages_open"], false);
    live_.state.bridges[0].frames_opened = live_.state.bridges[0].frames_unopened = 0;
    EXPECT_TRUE(parsed(get("/api/v1/keys"))["bridges"][0]["messages_open"].is_null());
}

TEST_F(ArchiveRoute, TellsWhatIsKept) {
    controls_.status = {1000, 10, 200'000, 400'000, 50'000, base::from_rfc3339("2026-01-01T00:00:00Z"), 5, 6, {}};
    EXPECT_EQ(parsed(get("/api/v1/archive")),
              json::parse(R"({"frames": 1000, "sealed_frames": 10, "frame_bytes": 200000, "file_bytes": 400000,
                              "free_bytes": 50000, "oldest_frame": "2025-12-31T17:00:00-07:00", "dropped_by_age": 5,
                              "dropped_by_size": 6, "rebuild": null})"));
}

TEST_F(ArchiveRoute, RebuildsOnceAtATime) {
    controls_.status.frames = 400;
    const Response started = post("/api/v1/archive/rebuild", "");
    EXPECT_EQ(started.status, 202u);
    EXPECT_EQ(started.headers.at(0), (std::pair<std::string, std::string>("Location", "/api/v1/archive")));
    EXPECT_EQ(parsed(started)["rebuild"]["percent"], 0.0);
    controls_.status.rebuild->frames_done = 100;
    const Response again = post("/api/v1/archive/rebuild", "{}");
    EXPECT_EQ(again.status, 409u);
    EXPECT_EQ(controls_.rebuilds, 1);
    EXPECT_EQ(parsed(get("/api/v1/archive"))["rebuild"]["percent"], 25.0);
    EXPECT_EQ(post("/api/v1/archive/rebuild", R"({"from": 1})").status, 400u);
}

TEST_F(GapsRoute, ExplainsSilencesFromTheEvidence) {
    ports::Evidence evidence;
    const auto time = [](const char* text) { return *base::from_rfc3339(text); };
    evidence.heard = {time("2026-11-23T10:00:00Z"), time("2026-11-23T12:00:00Z"), time("2026-11-23T12:10:00Z"),
                      time("2026-11-23T14:00:00Z"), time("2026-11-23T14:10:00Z")};
    const auto other = base::DeviceId::parse("AAAAAAAAAAAAAAAA");
    evidence.spells = {
        {ports::SpellKind::Run, {}, time("2026-11-01T00:00:00Z"), time("2026-11-23T10:01:00Z"), ""},
        {ports::SpellKind::Run, {}, time("2026-11-23T11:59:00Z"), time("2026-11-23T16:19:00Z"), ""},
        {ports::SpellKind::Connection, kBridge, time("2026-11-01T00:00:00Z"), time("2026-11-23T10:01:00Z"), ""},
        {ports::SpellKind::Connection, kBridge, time("2026-11-23T11:59:00Z"), time("2026-11-23T16:19:00Z"), ""},
        {ports::SpellKind::CloudAway, other, time("2026-11-01T00:00:00Z"), time("2026-11-23T16:19:00Z"), ""},
    };
    ports::EventRecord lost;
    lost.device = kBridge;
    lost.type = 512;
    lost.time = time("2026-11-23T12:46:00Z");
    evidence.bridge_events = {lost};
    meter::Reading late;
    late.time = time("2026-11-23T11:00:00Z");
    late.received = time("2026-11-23T12:00:00Z");
    late.total = {500};
    late.advance = {30};
    evidence.readings = {late};
    evidence.calibration = meter::CalibrationTable({{base::from_unix_s(0), {100'000}}});
    history_.known = evidence;
    const json document = parsed(get(kSensorPath + "/gaps?from=2026-11-23T00:00:00Z&unit=gal"));
    EXPECT_EQ(document["unit"], "gal");
    EXPECT_EQ(document["calibrated"], true);
    EXPECT_EQ(document["longer_than_seconds"], 1500);
    ASSERT_EQ(document["items"].size(), 3u);
    EXPECT_EQ(document["items"][0],
              json::parse(R"({"from": "2026-11-23T03:00:00-07:00", "to": "2026-11-23T05:00:00-07:00", "open": false,
                              "cause": "daemon_down", "recovered_peaks": 30, "recovered_volume": 0.792516})"));
    EXPECT_EQ(document["items"][1]["cause"], "radio_lost");
    // The last minute is not written down yet, which is no reason to call the daemon down.
    EXPECT_EQ(document["items"][2]["cause"], "unknown");
    EXPECT_EQ(document["items"][2]["open"], true);
    EXPECT_TRUE(document["items"][2]["to"].is_null());
}

TEST_F(GapsRoute, AsksForTheLastWeekAndNeverForTheFuture) {
    EXPECT_EQ(get(kSensorPath + "/gaps").status, 200u);
    EXPECT_EQ(history_.evidence_queries.at(0).to, clock_.wall);
    EXPECT_EQ(history_.evidence_queries.at(0).from, clock_.wall - std::chrono::hours{7 * 24});
    EXPECT_EQ(get(kSensorPath + "/gaps?to=2027-11-23T00:00:00Z&from=2026-11-20T00:00:00Z").status, 200u);
    EXPECT_EQ(history_.evidence_queries.at(1).to, clock_.wall);
    EXPECT_EQ(get(kSensorPath + "/gaps?from=2027-11-23T00:00:00Z").status, 400u);
    EXPECT_EQ(get(kSensorPath + "/gaps?from=2026-09-23T00:00:00Z").status, 400u);
    EXPECT_EQ(get("/api/v1/sensors/0000000000000000/gaps").status, 404u);
    history_.known = base::failure(base::Error{"busy"});
    EXPECT_EQ(get(kSensorPath + "/gaps").status, 503u);
}

TEST_F(EstimatesRoute, EverythingInItSaysEstimated) {
    const auto time = *base::from_rfc3339("2026-11-23T16:00:00Z");
    controls_.entered = {{kSensor, {base::from_unix_s(0), {100'000}}, 0, {}, {}, {}, 1}};
    history_.estimated = std::vector<ports::EstimateRecord>{
        {kSensor, time, time + std::chrono::seconds{20}, time + std::chrono::seconds{21}, {4}},
        {kSensor,
         time + std::chrono::seconds{20},
         time + std::chrono::seconds{40},
         time + std::chrono::seconds{41},
         {6}}};
    const json document = parsed(get(kSensorPath + "/estimates"));
    EXPECT_EQ(document["estimated"], true);
    EXPECT_EQ(document["peaks_at_least"], 10);
    EXPECT_EQ(document["volume_at_least"], 1.0);
    EXPECT_EQ(document["truncated"], false);
    EXPECT_EQ(document["items"][0],
              json::parse(R"({"from": "2026-11-23T09:00:00-07:00", "to": "2026-11-23T09:00:20-07:00",
                              "received": "2026-11-23T09:00:21-07:00", "peaks_at_least": 4, "volume_at_least": 0.4,
                              "estimated": true})"));
    EXPECT_EQ(history_.estimate_queries.at(0).from, clock_.wall - std::chrono::hours{24});
    EXPECT_EQ(get(kSensorPath + "/estimates?from=2026-10-01T00:00:00Z").status, 400u);
}

TEST(EstimatesDocument, IsCutAtItsLimitAndSaysSo) {
    std::vector<ports::EstimateRecord> records(kMaxEstimates + 1);
    for (auto& record : records) record.least = {1};
    const json document = json::parse(estimates_document(records, {}));
    EXPECT_EQ(document["items"].size(), kMaxEstimates);
    EXPECT_EQ(document["truncated"], true);
    EXPECT_EQ(document["peaks_at_least"], kMaxEstimates + 1);
}

}  // namespace
}  // namespace millrace::api
