// The network view of real connections through each door.
#include "failover_fixture.h"

namespace millrace::capture {
namespace {

constexpr std::size_t kConnect = 1, kPublish = 3, kPuback = 4, kSubscribe = 8, kPingreq = 12;

TopicKind kind_of(std::string_view topic) {
    if (topic.starts_with("2/7/")) return {"boot", true, false};
    if (topic.starts_with("2/1/")) return {"samples", false, true};
    return {};
}

// All of a connection's numbers that the wire knows too.
void expect_same_bytes(const ports::NetworkConnection& shown, std::size_t to_cloud, std::size_t to_bridge) {
    EXPECT_EQ(shown.traffic[0].bytes, to_cloud);
    EXPECT_EQ(shown.traffic[0].all_packets().bytes, to_cloud);
    EXPECT_EQ(shown.traffic[1].bytes, to_bridge);
    EXPECT_EQ(shown.traffic[1].all_packets().bytes, to_bridge);
}

class NetworkOfDoors : public DoorsTest {
protected:
    void talk(Peer& peer) {
        mqtt::Publish boot = publish_packet(mqtt::Qos::AtMostOnce, 0);
        boot.topic = std::string("2/7/2/") + kBridge + "/1785105201";
        for (const mqtt::Packet& packet :
             {mqtt::Packet{mqtt::Subscribe{4, {{std::string("responses/") + kBridge + "/#", mqtt::Qos::AtMostOnce}}}},
              mqtt::Packet{boot}, mqtt::Packet{publish_packet(mqtt::Qos::AtLeastOnce, 9)}}) {
            const auto wire = mqtt::to_wire(packet);
            sent_ += wire.size();
            peer.send(base::ByteView(wire));
        }
    }
    [[nodiscard]] ports::NetworkBridge bridge_of() const {
        const auto network = doors_->network();
        EXPECT_EQ(network.bridges.size(), 1U);
        return network.bridges.empty() ? ports::NetworkBridge{} : network.bridges[0];
    }
    static void expect_facts(const ports::NetworkConnection& shown) {
        EXPECT_EQ(shown.connect, (ports::ConnectFacts{kBridge, "device", true, 20, true, 4, "", 0, false}));
        EXPECT_EQ(shown.connack_code, 0);
        EXPECT_EQ(shown.traffic[0].packets[kConnect].count, 1U);
        EXPECT_EQ(shown.traffic[0].packets[kSubscribe].count, 1U);
        EXPECT_EQ(shown.traffic[0].messages_by_qos, (std::array<std::uint64_t, 3>{1, 1, 0}));
        EXPECT_EQ(shown.traffic[0].messages.at("boot").count, 1U);
        EXPECT_EQ(shown.traffic[0].messages.at("samples").count, 1U);
        ASSERT_EQ(shown.subscriptions.size(), 1U);
        EXPECT_EQ(shown.subscriptions[0].topic_filter, std::string("responses/") + kBridge + "/#");
        EXPECT_EQ(shown.subscriptions[0].qos, 0);
        EXPECT_TRUE(shown.boot_after && shown.sample_after && shown.boot_to_samples);
    }

    std::size_t sent_ = mqtt::to_wire(connect_packet()).size();
};

TEST_F(NetworkOfDoors, TheStandInShowsEverythingAndThatItStaysHere) {
    start_local();
    doors_->set_kind_of(kind_of);
    Peer peer = connected_bridge();
    talk(peer);
    ASSERT_TRUE(eventually([&] { return sink_.frames.size() == 2; }));
    ASSERT_TRUE(sink_.links[0]->publish(1, std::string("responses/") + kBridge + "/4/2", base::to_bytes("{}"), 0));
    ASSERT_TRUE(peer.wait_bytes(4 + 5 + 2));
    settle(loop_);
    peer.read();
    const auto network = doors_->network();
    EXPECT_EQ(network.mode, ports::CloudMode::Local);
    EXPECT_FALSE(network.cloud);
    const auto bridge = bridge_of();
    EXPECT_EQ(bridge.open, 1U);
    EXPECT_FALSE(bridge.cloud_connected());
    expect_facts(bridge.newest);
    expect_same_bytes(bridge.newest, sent_, peer.received.size());
    EXPECT_EQ(bridge.newest.traffic[0].all_packets().relayed, 0U);
    EXPECT_EQ(bridge.newest.traffic[1].packets[kPublish].count, 1U);
    EXPECT_EQ(bridge.newest.path, ports::CloudPath::None);
    EXPECT_EQ(bridge.newest.cloud_address, "");
    peer.send(mqtt::Disconnect{});
    ASSERT_TRUE(eventually([&] { return bridge_of().open == 0; }));
    EXPECT_EQ(bridge_of().newest.close_reason, "disconnected by the client");
    EXPECT_EQ(bridge_of().totals.connections, 1U);
}

TEST_F(NetworkOfDoors, TheStandInForgetsASubscriptionThatIsTakenBack) {
    start_local();
    Peer peer = connected_bridge();
    peer.send(mqtt::Subscribe{4, {{"responses/a", mqtt::Qos::AtMostOnce}, {"responses/b", mqtt::Qos::AtMostOnce}}});
    (void)peer.expect<mqtt::Suback>();
    peer.send(mqtt::Unsubscribe{5, {"responses/a"}});
    (void)peer.expect<mqtt::Unsuback>();
    ASSERT_EQ(bridge_of().newest.subscriptions.size(), 1U);
    EXPECT_EQ(bridge_of().newest.subscriptions[0].topic_filter, "responses/b");
}

TEST_F(NetworkOfDoors, TheRelayShowsTheCloudAndThatAllWentOn) {
    FakeCloud cloud(loop_);
    start_relay(cloud.address());
    doors_->set_kind_of(kind_of);
    Peer peer = bridge();
    peer.send(connect_packet());
    const auto cloud_end = cloud.accept();
    EXPECT_EQ(cloud_end->expect<mqtt::Connect>(), connect_packet());
    EXPECT_FALSE(bridge_of().cloud_connected()) << "no CONNACK yet";
    cloud_end->send(mqtt::Connack{});
    (void)peer.expect<mqtt::Connack>();
    talk(peer);
    ASSERT_TRUE(cloud_end->wait_bytes(sent_));
    cloud_end->send(mqtt::Suback{4, {0}});
    cloud_end->send(mqtt::Puback{9});
    (void)peer.expect<mqtt::Suback>();
    (void)peer.expect<mqtt::Puback>();
    const auto bridge = bridge_of();
    EXPECT_TRUE(bridge.cloud_connected());
    expect_facts(bridge.newest);
    expect_same_bytes(bridge.newest, sent_, peer.received.size());
    EXPECT_EQ(bridge.newest.traffic[0].all_packets().relayed, bridge.newest.traffic[0].all_packets().count);
    EXPECT_EQ(bridge.newest.traffic[1].packets[kPuback].relayed, 1U);
    EXPECT_EQ(bridge.newest.cloud_address, cloud.address());
    const auto known = doors_->network().cloud;
    ASSERT_TRUE(known);
    EXPECT_EQ(known->name, cloud.address());
    ASSERT_EQ(known->addresses.size(), 1U);
    EXPECT_EQ(known->addresses[0].address, "127.0.0.1");
    EXPECT_EQ(known->addresses[0].connections, 1U);
}

TEST_F(NetworkOfDoors, OnARelayThatIsNoMqttOnlyBytesGoOnBeingCounted) {
    FakeCloud cloud(loop_);
    start_relay(cloud.address());
    Peer peer = bridge();
    peer.send(connect_packet());
    const auto cloud_end = cloud.accept();
    (void)cloud_end->expect<mqtt::Connect>();
    peer.send(base::ByteView(base::Bytes(50, 0xff)));
    ASSERT_TRUE(cloud_end->wait_bytes(sent_ + 50));
    const auto newest = bridge_of().newest;
    EXPECT_TRUE(newest.unreadable);
    EXPECT_EQ(newest.traffic[0].bytes, sent_ + 50);
    EXPECT_EQ(newest.traffic[0].all_packets().bytes, sent_);
}

class NetworkOfFailover : public FailoverTest {
protected:
    [[nodiscard]] ports::NetworkBridge bridge_of() const { return doors_->network().bridges.at(0); }
};

TEST_F(NetworkOfFailover, OneLifeHoldsRelayOutageAndReturn) {
    begin();
    Peer peer = connected();
    subscribe(peer);
    peer.send(publish_packet(mqtt::Qos::AtLeastOnce, 1, "[1]"));
    (void)next<mqtt::Puback>(peer);
    EXPECT_TRUE(bridge_of().cloud_connected());
    EXPECT_EQ(metric("millrace_cloud_connected"), 1);

    cloud_.go_away();
    ASSERT_TRUE(until([&] { return path() == ports::CloudPath::StandingIn; }));
    peer.send(publish_packet(mqtt::Qos::AtLeastOnce, 2, "[2]"));
    (void)next<mqtt::Puback>(peer);
    EXPECT_FALSE(bridge_of().cloud_connected());
    EXPECT_EQ(bridge_of().newest.path, ports::CloudPath::StandingIn);
    const auto subscriptions = bridge_of().newest.subscriptions;
    ASSERT_FALSE(subscriptions.empty());

    cloud_.come_back();
    ASSERT_TRUE(until([&] { return path() == ports::CloudPath::Relay; }));
    peer.send(publish_packet(mqtt::Qos::AtLeastOnce, 3, "[3]"));
    peer.send(mqtt::Pingreq{});
    (void)next<mqtt::Puback>(peer);
    (void)next<mqtt::Pingresp>(peer);
    const auto bridge = bridge_of();
    EXPECT_TRUE(bridge.cloud_connected());
    EXPECT_EQ(bridge.open, 1U);
    EXPECT_EQ(bridge.totals.connections, 1U);
    EXPECT_EQ(bridge.totals.handed_over, 1U);
    const auto& up = bridge.newest.traffic[0];
    EXPECT_EQ(up.packets[kConnect].count, 1U);
    EXPECT_EQ(up.packets[kPublish].count, 3U);
    EXPECT_EQ(up.packets[kPublish].relayed, 2U);
    EXPECT_EQ(up.packets[kPingreq].count, 1U);
    EXPECT_EQ(bridge.newest.traffic[1].packets[kPuback].count, 3U);
    EXPECT_EQ(bridge.newest.subscriptions.size(), subscriptions.size());
    expect_same_bytes(bridge.newest, static_cast<std::size_t>(up.bytes), peer.received.size());
    EXPECT_EQ(metric("millrace_relay_frames_total", {{"direction", "to_cloud"}}), 2);
    EXPECT_EQ(metric("millrace_network_messages_total", {{"direction", "to_cloud"}}), 3);
}

TEST_F(NetworkOfFailover, OurOwnPingForTheLastWordIsNotTheBridges) {
    cloud_.pingresp = true;
    begin();
    Peer peer = connected();
    peer.send(publish_packet(mqtt::Qos::AtMostOnce, 0, "[1]"));
    ASSERT_TRUE(until([&] { return sink_.frames.size() == 1; }));
    peer.socket().close();
    ASSERT_TRUE(until([&] { return !sink_.closed.empty(); }));
    ASSERT_EQ(cloud_.last().all<mqtt::Pingreq>().size(), 1U) << "the relay asked";
    EXPECT_EQ(bridge_of().newest.traffic[0].packets[kPingreq].count, 0U);
    EXPECT_EQ(bridge_of().newest.traffic[0].bytes, bridge_of().newest.traffic[0].all_packets().bytes);
}

}  // namespace
}  // namespace millrace::capture
