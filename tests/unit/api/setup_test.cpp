#include "api/setup.h"

#include <map>

#include <gtest/gtest.h>

#include "unit/api/device_history.h"
#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using nlohmann::json;

const base::WallTime kMorning = *base::from_rfc3339("2026-11-23T16:00:00Z");
constexpr const char* kMorningText = "2026-11-23T09:00:00-07:00";

class FakeViews final : public ports::BridgeListenerView,
                        public ports::GuestView,
                        public ports::HomeAssistantView,
                        public ports::NetworkView {
public:
    [[nodiscard]] ports::BridgeListener bridge_listener() const override { return listener; }
    [[nodiscard]] std::optional<ports::BrokerLink> guest() const override { return at_broker; }
    [[nodiscard]] std::optional<ports::HomeAssistantLink> home_assistant() const override { return link; }
    [[nodiscard]] ports::Network network() const override { return wire; }

    ports::BridgeListener listener{"0.0.0.0:1883", "", 0, std::nullopt};
    std::optional<ports::BrokerLink> at_broker;
    std::optional<ports::HomeAssistantLink> link;
    ports::Network wire;
};

class SetupRoute : public SiteTest {
protected:
    SetupRoute() {
        site_->dependencies.setup = {&views_, &views_, "", &views_};
        site_->dependencies.network = &views_;
        site_->dependencies.device_history = &words_;
        channels_.list.clear();
    }
    json facts() { return parsed(get("/api/v1/setup")); }

    FakeViews views_;
    FakeDeviceHistory words_;
};

TEST_F(SetupRoute, AnEmptyHouseLacksEverythingAndSaysSo) {
    live_.state = {};
    const json shown = facts();
    EXPECT_EQ(shown, json::parse(R"({
        "time": "2026-11-23T09:20:00-07:00", "mode": "local",
        "bridge_listener": {"address": "0.0.0.0:1883", "open": true, "problem": null, "connections_seen": 0,
                            "last_connection": null},
        "guest": null, "capture": null, "bridges": [], "sensors": [],
        "broker": {"configured": false, "connected": false, "address": null, "problem": null},
        "home_assistant": {"discovery": false, "discovery_prefix": null, "discovery_published": false,
                           "birth_topic": null, "birth_seen": null, "birth_retained": null},
        "channels": {"configured": 0, "enabled": true, "failing": 0, "last_delivered": null, "last_test": null}})"));
}

TEST_F(SetupRoute, SaysWhoKnocked) {
    views_.listener.knocks = 3;
    views_.listener.last = ports::Knock{kMorning, "192.0.2.7:40000", false, true, kBridge};
    EXPECT_EQ(facts()["bridge_listener"]["connections_seen"], 3);
    EXPECT_EQ(facts()["bridge_listener"]["last_connection"], json({{"at", kMorningText},
                                                                   {"peer", "192.0.2.7:40000"},
                                                                   {"refused", false},
                                                                   {"mqtt", true},
                                                                   {"bridge", kBridge.text()}}));
    views_.listener = {"", "not listening", 0, std::nullopt};
    EXPECT_EQ(facts()["bridge_listener"]["open"], false);
    EXPECT_TRUE(facts()["bridge_listener"]["address"].is_null());
    EXPECT_EQ(facts()["bridge_listener"]["problem"], "not listening");
}

TEST_F(SetupRoute, TheFirstReadingComesFromTheStore) {
    EXPECT_TRUE(facts()["sensors"][0]["first_reading"].is_null());
    words_.first = std::map{std::pair{kSensor, kMorning}};
    const json sensor = facts()["sensors"][0];
    EXPECT_EQ(sensor, json({{"uuid", kSensor.text()},
                            {"bridge", kBridge.text()},
                            {"first_reading", kMorningText},
                            {"last_reading", "2026-11-23T09:19:55-07:00"},
                            {"calibrated", false}}));
    words_.first = base::failure(base::Error{"busy"});
    EXPECT_EQ(get("/api/v1/setup").status, 503);
}

TEST_F(SetupRoute, ABridgeIsSaidToReachTheCloudOnceThatHasAcceptedIt) {
    live_.state.bridges[0].door = ports::Door::Relay;
    EXPECT_EQ(facts()["bridges"][0], json({{"uuid", kBridge.text()},
                                           {"connected", true},
                                           {"frames", 45},
                                           {"last_frame", "2026-11-23T09:19:57.250-07:00"},
                                           {"has_key", true},
                                           {"messages_open", true},
                                           {"cloud_reached", false}}));
    ports::NetworkBridge bridge;
    bridge.bridge = kBridge;
    bridge.open = 1;
    bridge.newest.path = ports::CloudPath::Relay;
    bridge.newest.connack_code = 5;
    views_.wire.bridges = {bridge};
    EXPECT_EQ(facts()["bridges"][0]["cloud_reached"], false) << "the cloud refused it";
    views_.wire.bridges[0].newest.connack_code = 0;
    EXPECT_EQ(facts()["bridges"][0]["cloud_reached"], true);
    live_.state.cloud_mode = ports::CloudMode::Local;
    EXPECT_TRUE(facts()["bridges"][0]["cloud_reached"].is_null()) << "it is not to go there";
}

TEST_F(SetupRoute, SaysHowFarHomeAssistantIs) {
    views_.link = ports::HomeAssistantLink{
        {"broker.lan:1883", true, ""}, true, "homeassistant", "homeassistant/status", true, kMorning, true};
    EXPECT_EQ(facts()["broker"],
              json({{"configured", true}, {"connected", true}, {"address", "broker.lan:1883"}, {"problem", nullptr}}));
    EXPECT_EQ(facts()["home_assistant"], json({{"discovery", true},
                                               {"discovery_prefix", "homeassistant"},
                                               {"discovery_published", true},
                                               {"birth_topic", "homeassistant/status"},
                                               {"birth_seen", kMorningText},
                                               {"birth_retained", true}}));
    views_.link->discovery = false;
    EXPECT_EQ(facts()["home_assistant"]["discovery"], false);
    EXPECT_TRUE(facts()["home_assistant"]["discovery_prefix"].is_null());
}

TEST_F(SetupRoute, GuestAndCaptureAreNamed) {
    views_.at_broker = ports::BrokerLink{"broker.lan:1883", false, "refused"};
    site_->dependencies.setup.watched_interface = "eth0";
    EXPECT_EQ(facts()["mode"], "guest");
    EXPECT_EQ(facts()["guest"], json({{"address", "broker.lan:1883"}, {"connected", false}, {"problem", "refused"}}));
    EXPECT_EQ(facts()["capture"], json({{"interface", "eth0"}}));
}

TEST_F(SetupRoute, ChannelsAreTakenTogether) {
    ports::ChannelState phone;
    phone.last_success = kMorning;
    ports::ChannelState mail;
    mail.ok = false;
    mail.last_success = kMorning - base::Seconds{60};
    mail.last_test = kMorning - base::Seconds{60};
    channels_.list = {phone, mail};
    EXPECT_EQ(facts()["channels"], json({{"configured", 2},
                                         {"enabled", true},
                                         {"failing", 1},
                                         {"last_delivered", kMorningText},
                                         {"last_test", "2026-11-23T08:59:00-07:00"}}));
}

TEST_F(SetupRoute, WhatADaemonHasNotIsNull) {
    site_->dependencies.setup = {};
    site_->dependencies.network = nullptr;
    site_->dependencies.device_history = nullptr;
    site_->dependencies.channels = nullptr;
    const json shown = facts();
    EXPECT_TRUE(shown["bridge_listener"].is_null());
    EXPECT_EQ(shown["broker"]["configured"], false);
    EXPECT_EQ(shown["channels"]["configured"], 0);
    EXPECT_TRUE(shown["bridges"][0]["cloud_reached"].is_null());
    EXPECT_EQ(get("/api/v1/setup?no=1").status, 400);
}

}  // namespace
}  // namespace millrace::api
