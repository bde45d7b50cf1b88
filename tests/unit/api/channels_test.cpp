#include "api/channels.h"

#include <gmock/gmock.h>

#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class ChannelRoute : public SiteTest {
protected:
    ChannelRoute() {
        ports::ChannelState channel;
        channel.name = "my phone";
        channel.type = "ntfy";
        channel.least = "warning";
        channel.ok = false;
        channel.error = "the server answers 503";
        channel.waiting = 2;
        channel.last_success = clock_.wall - std::chrono::hours{1};
        channels_.list = {channel};
    }
};

TEST_F(ChannelRoute, ListsThem) {
    EXPECT_EQ(parsed(get("/api/v1/channels")), json::parse(R"({"enabled": true, "items": [
        {"name": "my phone", "type": "ntfy", "least_severity": "warning", "ok": false,
         "error": "the server answers 503", "waiting": 2, "last_success": "2026-11-23T08:20:00-07:00",
         "last_test": null}]})"));
}

TEST_F(ChannelRoute, TestsOneAndTellsTheOutcome) {
    EXPECT_EQ(post("/api/v1/channels/my%20phone/test", "").status, 200u);
    EXPECT_EQ(channels_.tested, std::vector<std::string>{"my phone"});
    channels_.failure = "it is not there";
    const Response failed = post("/api/v1/channels/my%20phone/test", "{}");
    EXPECT_EQ(failed.status, 502u);
    EXPECT_THAT(failed.body, HasSubstr("it is not there"));
    EXPECT_EQ(post("/api/v1/channels/other/test", "").status, 404u);
    EXPECT_EQ(channels_.tested.size(), 2u);
}

TEST_F(ChannelRoute, SwitchesNotifications) {
    EXPECT_EQ(parsed(put("/api/v1/notifications", R"({"enabled": false})")), json::parse(R"({"enabled": false})"));
    EXPECT_FALSE(channels_.on);
    EXPECT_EQ(put("/api/v1/notifications", R"({"enabled": "no"})").status, 400u);
    EXPECT_EQ(put("/api/v1/notifications", "{}").status, 400u);
}

TEST_F(ChannelRoute, ShowsTheDeliveryLog) {
    ports::DeliveryRecord record;
    record.number = 12;
    record.channel = "my phone";
    record.incident = 7;
    record.kind = "raised";
    record.queued = clock_.wall;
    record.next_try = clock_.wall + std::chrono::minutes{1};
    record.tries = 3;
    record.error = "the server answers 503";
    record.title = "Running toilet";
    record.text = "It \"runs\".";
    history_.delivered = std::vector{record};
    const json document = parsed(get("/api/v1/notifications?channel=my%20phone&limit=5"));
    EXPECT_EQ(document["enabled"], true);
    EXPECT_EQ(document["items"][0], json::parse(R"({"number": 12, "channel": "my phone", "alarm": 7,
        "kind": "raised", "state": "waiting", "queued": "2026-11-23T09:20:00-07:00",
        "next_try": "2026-11-23T09:21:00-07:00", "tries": 3, "delivered": null, "error": "the server answers 503",
        "title": "Running toilet", "text": "It \"runs\"."})"));
    EXPECT_EQ(history_.delivery_queries.at(0).channel, "my phone");
    EXPECT_EQ(history_.delivery_queries.at(0).limit, 5u);
    EXPECT_EQ(get("/api/v1/notifications?limit=5000").status, 400u);
    site_->dependencies.channels = nullptr;
    EXPECT_EQ(get("/api/v1/notifications").status, 404u);
}

}  // namespace
}  // namespace millrace::api
