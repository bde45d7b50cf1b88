#include "api/network.h"

#include <gmock/gmock.h>

#include "api/entity_tag.h"
#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using nlohmann::json;

class FakeNetwork final : public ports::NetworkView {
public:
    [[nodiscard]] ports::Network network() const override { return shown; }
    ports::Network shown;
};

class NetworkRoute : public SiteTest {
protected:
    NetworkRoute() {
        site_->dependencies.network = &network_;
        const auto opened = *base::from_rfc3339("2026-11-23T16:00:00Z");
        ports::NetworkBridge bridge;
        bridge.bridge = kBridge;
        bridge.open = 1;
        auto& newest = bridge.newest;
        newest.connection = 7;
        newest.peer = "192.0.2.7:40000";
        newest.opened = opened;
        newest.lasted = base::Seconds{20};
        newest.connect = {"FEDCBA9876543210", "device", true, 20, true, 4, "w", 1, true};
        newest.path = ports::CloudPath::Relay;
        newest.connack_code = 0;
        newest.subscriptions = {{"responses/FEDCBA9876543210/#", 0, false}, {"x", std::nullopt, true}};
        newest.ping_period = base::Milliseconds{15'250};
        newest.cloud_address = "198.51.100.1:1883";
        newest.boot_after = base::Milliseconds{300};
        newest.sample_after = base::Milliseconds{5'300};
        newest.boot_to_samples = base::Milliseconds{5'000};
        newest.traffic[0].bytes = 100;
        newest.traffic[0].packets[3] = {4, 3, 90};
        newest.traffic[0].packets[12] = {5, 5, 10};
        newest.traffic[0].messages["samples"] = {4, 3, 50};
        newest.traffic[0].messages_by_qos = {1, 3, 0};
        newest.traffic[0].packet_bytes.add(2);
        newest.traffic[0].packet_bytes.add(100'000);
        newest.traffic[0].gap_seconds.add(0.04);
        bridge.totals.connections = 3;
        bridge.totals.handed_over = 2;
        network_.shown = {ports::CloudMode::Relay,
                          ports::NetworkCloud{"cloud.example:1883", {{"198.51.100.1", opened, opened, 4}}, opened, ""},
                          {bridge},
                          0};
    }

    FakeNetwork network_;
};

TEST_F(NetworkRoute, ShowsTheCloudByNameAndAddresses) {
    const json document = parsed(get("/api/v1/network"));
    EXPECT_EQ(document["mode"], "relay");
    EXPECT_EQ(document["cloud"], json::parse(R"({"name": "cloud.example:1883", "addresses": [
        {"address": "198.51.100.1", "first_named": "2026-11-23T09:00:00-07:00",
         "last_named": "2026-11-23T09:00:00-07:00", "connections": 4}],
        "last_lookup": "2026-11-23T09:00:00-07:00", "lookup_failure": null})"));
    EXPECT_TRUE(document["others"].is_null());
    EXPECT_EQ(document["forgotten"], 0);
}

TEST_F(NetworkRoute, ShowsTheConnectionsLife) {
    const json bridge = parsed(get("/api/v1/network/FEDCBA9876543210"));
    EXPECT_EQ(bridge, parsed(get("/api/v1/network"))["bridges"][0]);
    EXPECT_EQ(bridge["uuid"], "FEDCBA9876543210");
    EXPECT_EQ(bridge["connected"], true);
    EXPECT_EQ(bridge["cloud_connected"], true);
    EXPECT_EQ(bridge["totals"]["connections"], 3);
    EXPECT_EQ(bridge["totals"]["handed_over"], 2);
    const json& connection = bridge["connection"];
    EXPECT_EQ(connection["connect"], json::parse(R"({"client_id": "FEDCBA9876543210", "user_name": "device",
        "password_given": true, "keep_alive_seconds": 20, "clean_session": true, "mqtt_version": "3.1.1",
        "protocol_level": 4, "will": {"topic": "w", "qos": 1, "retain": true}})"));
    EXPECT_EQ(connection["subscriptions"], json::parse(R"([
        {"topic_filter": "responses/FEDCBA9876543210/#", "qos": 0, "refused": false},
        {"topic_filter": "x", "qos": null, "refused": true}])"));
    EXPECT_EQ(connection["ping_period_seconds"], 15.25);
    EXPECT_EQ(connection["path"], "relay");
    EXPECT_EQ(connection["cloud_address"], "198.51.100.1:1883");
    EXPECT_EQ(connection["boot_after_seconds"], 0.3);
    EXPECT_EQ(connection["first_sample_after_seconds"], 5.3);
    EXPECT_EQ(connection["first_sample_after_boot_seconds"], 5.0);
    EXPECT_TRUE(connection["closed"].is_null());
}

TEST_F(NetworkRoute, TellsWhatWentOnFromWhatStayedHere) {
    const json traffic = parsed(get("/api/v1/network/FEDCBA9876543210"))["connection"]["traffic"]["to_cloud"];
    EXPECT_EQ(traffic["bytes"], 100);
    EXPECT_EQ(traffic["packets"], json::parse(R"({"count": 9, "bytes": 100, "relayed": 8, "here": 1})"));
    EXPECT_EQ(traffic["by_type"], json::parse(R"({
        "publish": {"count": 4, "bytes": 90, "relayed": 3, "here": 1},
        "pingreq": {"count": 5, "bytes": 10, "relayed": 5, "here": 0}})"));
    EXPECT_EQ(traffic["messages"]["samples"]["here"], 1);
    EXPECT_EQ(traffic["messages_by_qos"], json::parse(R"({"0": 1, "1": 3, "2": 0})"));
    const json& sizes = traffic["packet_bytes"];
    EXPECT_EQ(sizes["count"], 2);
    EXPECT_EQ(sizes["sum"], 100'002);
    EXPECT_EQ(sizes["buckets"].front(), json::parse(R"({"at_most": 2.0, "count": 1})"));
    EXPECT_EQ(sizes["buckets"].back(), json::parse(R"({"at_most": null, "count": 1})"));
    EXPECT_EQ(traffic["gap_seconds"]["buckets"][2], json::parse(R"({"at_most": 0.1, "count": 1})"));
}

TEST_F(NetworkRoute, SaysTheSameWhileNothingHappensButTime) {
    const auto before = get("/api/v1/network").body;
    network_.shown.bridges[0].newest.lasted = base::Seconds{90};
    EXPECT_EQ(entity_tag(get("/api/v1/network").body), entity_tag(before));
    network_.shown.bridges[0].newest.closed = *base::from_rfc3339("2026-11-23T16:01:30Z");
    EXPECT_EQ(parsed(get("/api/v1/network"))["bridges"][0]["connection"]["lasted_seconds"], 90.0);
}

TEST_F(NetworkRoute, ClientsThatAreNoBridgesStandApart) {
    network_.shown.bridges[0].bridge.reset();
    network_.shown.bridges[0].newest.connect.client_id = "mosqsub|\xff";
    const json document = parsed(get("/api/v1/network"));
    EXPECT_TRUE(document["bridges"].empty());
    EXPECT_TRUE(document["others"]["uuid"].is_null());
    EXPECT_EQ(document["others"]["connection"]["connect"]["client_id"], "mosqsub|\xEF\xBF\xBD");
}

TEST_F(NetworkRoute, NeedsTheScopeThatFramesNeed) {
    EXPECT_EQ(get("/api/v1/network/0000000000000000").status, 404u);
    EXPECT_EQ(get("/api/v1/network?limit=1").status, 400u);
    site_->dependencies.network = nullptr;
    EXPECT_EQ(get("/api/v1/network").status, 404u);
    Router bare;
    std::vector<access::Scope> needed;
    bare.guard([&](Request&, access::Scope scope) {
        needed.push_back(scope);
        return std::optional<Response>{};
    });
    add_network_routes(bare, *site_);
    for (const std::string path : {"/api/v1/network", "/api/v1/network/FEDCBA9876543210"}) {
        Request request;
        request.segments = parse_target(path).value().segments;
        EXPECT_FALSE(bare.refusal(request));
    }
    EXPECT_EQ(needed, (std::vector{access::Scope::Admin, access::Scope::Admin}));
}

}  // namespace
}  // namespace millrace::api
