#include "api/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "api/readings.h"
#include "unit/api/fakes.h"
#include "unit/api/http_client.h"

namespace millrace::api {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const std::string kSensorUrl = "/api/v1/sensors/0123456789ABCDEF";

class ServerTest : public ::testing::Test {
protected:
    ServerTest() {
        live_.state = {ports::CloudMode::Local, {sample_bridge()}, {sample_sensor()}};
        loop_.run([this] {
            Settings settings;
            settings.listen = "127.0.0.1:0";
            settings.zone = *base::TimeZone::load("America/Denver");
            server_ = std::make_unique<Server>(
                loop_.loop, settings,
                Dependencies{live_, history_, controls_, clock_, {&report_}, {"9.9.9", clock_.wall}});
            ASSERT_TRUE(server_->start());
            port_ = server_->port();
        });
    }
    ~ServerTest() override {
        loop_.run([this] { server_.reset(); });
    }

    HttpClient::Answer get(const std::string& path, const std::string& headers = {}) {
        HttpClient client(port_);
        client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + headers + "\r\n");
        return client.answer().value_or(HttpClient::Answer{});
    }

    FakeClock clock_;
    FakeLive live_;
    FakeHistory history_;
    FakeControls controls_;
    FakeReport report_;
    LoopThread loop_;
    std::unique_ptr<Server> server_;
    std::uint16_t port_ = 0;
};

TEST_F(ServerTest, HealthzIsOkWhileTheLoopTurns) {
    const auto answer = get("/healthz");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "ok\n");
}

TEST_F(ServerTest, ReadyzTurns503WhenAPartIsIll) {
    EXPECT_EQ(get("/readyz").status, 200);
    loop_.run([this] { report_.health_items = {{"store", false, "The disk is full: free some space."}}; });
    const auto answer = get("/readyz");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(json::parse(answer.body)["items"][0]["detail"], "The disk is full: free some space.");
}

TEST_F(ServerTest, MetricsHoldEveryPartAndTheServerItself) {
    loop_.run([this] {
        report_.own_metrics = {{"millrace_frames_total", "Frames.", ports::MetricType::Counter, {}, 7}};
    });
    const auto answer = get("/metrics");
    EXPECT_THAT(answer.head, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    EXPECT_THAT(answer.body, HasSubstr("millrace_frames_total 7\n"));
    EXPECT_THAT(answer.body,
                HasSubstr("millrace_build_info{version=\"9.9.9\",revision=\"unknown\",mode=\"local\"} 1\n"));
    EXPECT_THAT(answer.body, HasSubstr("millrace_water_liters_total{sensor=\"0123456789ABCDEF\"} 12345.678\n"));
    EXPECT_THAT(answer.body, HasSubstr("millrace_http_connections 1\n"));
}

TEST_F(ServerTest, StatusAndDevicesAreJson) {
    EXPECT_EQ(json::parse(get("/api/v1/status").body)["version"], "9.9.9");
    const auto devices = get("/api/v1/devices?unit=gal");
    EXPECT_THAT(devices.head, HasSubstr("Content-Type: application/json\r\n"));
    EXPECT_EQ(json::parse(devices.body)["unit"], "gal");
    EXPECT_EQ(get("/api/v1/devices?unit=pint").status, 400);
    EXPECT_EQ(get("/api/v1/status?x=1").status, 400);
}

TEST_F(ServerTest, ReadingsAskTheHistoryForTheRange) {
    history_.page->next_cursor = "there";
    const auto answer = get(
        kSensorUrl + "/readings?from=2026-11-01T00:00:00-07:00&to=2026-11-02T00:00:00Z&limit=5&cursor=here&unit=m3");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(json::parse(answer.body)["next_cursor"], "there");
    EXPECT_EQ(json::parse(answer.body)["calibrated"], false);
    ASSERT_EQ(history_.reading_queries.size(), 1u);
    const ports::ReadingQuery& query = history_.reading_queries[0];
    EXPECT_EQ(query.sensor, kSensor);
    EXPECT_EQ(query.from, base::from_rfc3339("2026-11-01T07:00:00Z"));
    EXPECT_EQ(query.to, base::from_rfc3339("2026-11-02T00:00:00Z"));
    EXPECT_EQ(query.limit, 5u);
    EXPECT_EQ(query.cursor, "here");
}

TEST_F(ServerTest, ReadingsAreOfTheLastDayByDefault) {
    EXPECT_EQ(get(kSensorUrl + "/readings").status, 200);
    const ports::ReadingQuery& query = history_.reading_queries.at(0);
    EXPECT_EQ(query.to, clock_.wall);
    EXPECT_EQ(query.from, clock_.wall - std::chrono::hours{24});
    EXPECT_EQ(query.limit, kDefaultReadingsPerPage);
    EXPECT_FALSE(query.cursor);
}

TEST_F(ServerTest, UsageAsksForBucketsOfTheSite) {
    const auto answer = get(kSensorUrl + "/usage?bucket=day");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(json::parse(answer.body)["calibrated"], false);
    EXPECT_EQ(json::parse(answer.body)["time_zone"], "America/Denver");
    const ports::UsageQuery& query = history_.usage_queries.at(0);
    EXPECT_EQ(query.bucket, base::CalendarUnit::Day);
    EXPECT_EQ(query.from, base::from_rfc3339("2026-10-25T00:00:00-06:00"));
    EXPECT_EQ(query.zone.name(), "America/Denver");
    EXPECT_EQ(get(kSensorUrl + "/usage?time_zone=Europe/Berlin").status, 200);
    EXPECT_EQ(history_.usage_queries.at(1).zone.name(), "Europe/Berlin");
}

TEST_F(ServerTest, BadParametersAreNamedAndNeverReachTheHistory) {
    for (const auto& [query, parameter] : std::vector<std::pair<std::string, std::string>>{
             {"/usage?bucket=fortnight", "bucket"},
             {"/usage?unit=pint", "unit"},
             {"/usage?format=xml", "format"},
             {"/usage?compare=next", "compare"},
             {"/usage?time_zone=Mars", "time_zone"},
             {"/usage?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z", "from"},
             {"/usage?from=1971-01-01T00:00:00Z", "from"},
             {"/usage?limit=5", "limit"},
             {"/readings?limit=5001", "limit"},
             {"/readings?from=2026-11-02", "from"},
             {"/readings?to=2026-11-02T00:00:00", "to"},
             {"/readings?cursor=", "cursor"},
         }) {
        const auto answer = get(kSensorUrl + query);
        EXPECT_EQ(answer.status, 400) << query;
        EXPECT_THAT(answer.head, HasSubstr("Content-Type: application/problem+json\r\n"));
        EXPECT_EQ(json::parse(answer.body)["errors"][0]["parameter"], parameter) << query;
    }
    EXPECT_TRUE(history_.reading_queries.empty());
    EXPECT_TRUE(history_.usage_queries.empty());
}

TEST_F(ServerTest, UnknownSensorIsNotFound) {
    EXPECT_EQ(get("/api/v1/sensors/0000000000000000/usage").status, 404);
    EXPECT_EQ(get("/api/v1/sensors/nonsense/readings").status, 404);
}

TEST_F(ServerTest, HistoryThatFailsIsAProblemOfOurs) {
    history_.page = base::failure(base::Error{"the disk does not answer"});
    history_.usage_answer = base::failure(base::Error{"the disk does not answer"});
    EXPECT_EQ(get(kSensorUrl + "/readings").status, 503);
    EXPECT_EQ(get(kSensorUrl + "/usage").status, 503);
    EXPECT_THAT(get(kSensorUrl + "/readings?cursor=a").body, HasSubstr("the disk does not answer"));
}

TEST_F(ServerTest, CursorThatTheHistoryDoesNotKnowIsTheAskersMistake) {
    history_.page = base::failure(base::Error{"this cursor is not one of ours"});
    const auto answer = get(kSensorUrl + "/readings?cursor=nonsense");
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(json::parse(answer.body)["errors"][0]["parameter"], "cursor");
}

TEST_F(ServerTest, HistoryMayAnswerLateOrAfterTheServerHasGone) {
    history_.at_once = false;
    HttpClient patient(port_);
    patient.send("GET " + kSensorUrl + "/usage HTTP/1.1\r\nHost: localhost\r\n\r\n");
    while (loop_.run([this] { return history_.waiting.size(); }) < 1) std::this_thread::yield();
    loop_.run([this] { history_.waiting[0](); });
    EXPECT_EQ(patient.answer()->status, 200);

    patient.send("GET " + kSensorUrl + "/readings HTTP/1.1\r\nHost: localhost\r\n\r\n");
    while (loop_.run([this] { return history_.waiting.size(); }) < 2) std::this_thread::yield();
    loop_.run([this] { server_.reset(); });
    loop_.run([this] { history_.waiting[1](); });
    EXPECT_TRUE(patient.closed_by_server());
}

TEST_F(ServerTest, PageIsServedWithATagAndNotTwice) {
    const auto page = get("/");
    EXPECT_EQ(page.status, 200);
    EXPECT_THAT(page.head, HasSubstr("Content-Type: text/html; charset=utf-8\r\n"));
    EXPECT_THAT(page.head, HasSubstr("Cache-Control: no-cache\r\n"));
    EXPECT_THAT(page.body, HasSubstr("<!doctype html>"));
    const std::size_t at = page.head.find("ETag: ") + 6;
    const std::string tag = page.head.substr(at, page.head.find("\r\n", at) - at);
    const auto again = get("/", "If-None-Match: " + tag + "\r\n");
    EXPECT_EQ(again.status, 304);
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(get("/favicon.svg").status, 200);
}

TEST_F(ServerTest, ChangesComeThroughTheRealServer) {
    const auto put = [this](const std::string& headers, const std::string& body) {
        HttpClient client(port_);
        client.send("PUT /api/v1/cloud HTTP/1.1\r\nConnection: close\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
        return client.answer().value_or(HttpClient::Answer{}).status;
    };
    const std::string json_type = "Content-Type: application/json\r\n";
    EXPECT_EQ(put("Host: localhost\r\n" + json_type, R"({"mode": "local"})"), 200);
    const std::string own = "localhost:" + std::to_string(port_);
    EXPECT_EQ(put("Host: " + own + "\r\nOrigin: http://" + own + "\r\n" + json_type, R"({"mode": "relay"})"), 200);
    EXPECT_EQ(loop_.run([this] { return controls_.modes.size(); }), 2u);
    EXPECT_EQ(put("Host: localhost\r\nOrigin: http://evil.example\r\n" + json_type, R"({"mode": "local"})"), 403);
    EXPECT_EQ(put("Host: localhost\r\nX-Forwarded-For: 10.0.0.1\r\n" + json_type, R"({"mode": "local"})"), 401);
    EXPECT_EQ(put("Host: localhost\r\nContent-Type: text/plain\r\n", R"({"mode": "local"})"), 415);
    EXPECT_EQ(put("Host: localhost\r\n", R"({"mode": "local"})"), 415);
    EXPECT_EQ(put("Host: localhost\r\n" + json_type, std::string(16 * 1024 + 1, ' ')), 413);
    EXPECT_EQ(loop_.run([this] { return controls_.modes.size(); }), 2u);
}

TEST_F(ServerTest, RebuildAndDeleteNeedNoBody) {
    HttpClient client(port_);
    client.send("POST /api/v1/archive/rebuild HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\r\n");
    EXPECT_EQ(client.answer()->status, 202);
    client.send("DELETE " + kSensorUrl + "/calibration/1 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(client.answer()->status, 404);
    client.send("POST /api/v1/archive/rebuild HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_EQ(client.answer()->status, 415);
}

TEST_F(ServerTest, KeyIsTakenWithoutAnEcho) {
    const std::string key(64, 'a');
    const std::string body = R"({"key": ")" + key + R"("})";
    HttpClient client(port_);
    client.send("POST /api/v1/keys HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    const auto answer = client.answer();
    EXPECT_EQ(answer->status, 201);
    EXPECT_THAT(answer->body, ::testing::Not(HasSubstr("aaaa")));
    EXPECT_EQ(loop_.run([this] { return controls_.keys.at(0).second; }), base::to_bytes(key));
}

}  // namespace
}  // namespace millrace::api
