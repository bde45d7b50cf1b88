#include "fixture.h"
#include "support/fake_dns.h"

namespace millrace::capture {
namespace {

constexpr std::size_t kMegabyte = 1024 * 1024;

base::Bytes pattern(std::size_t size) {
    base::Bytes bytes(size);
    std::uint32_t state = 12345;
    for (auto& byte : bytes) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<std::uint8_t>(state >> 24);
    }
    return bytes;
}

base::Bytes publishes_of(std::size_t size) {
    base::Bytes wire;
    for (int i = 0; wire.size() < size; ++i) {
        mqtt::Publish publish;
        publish.topic = "2/1/2/x/" + std::to_string(i);
        publish.payload = base::Bytes(300, static_cast<std::uint8_t>(i));
        mqtt::write(publish, wire);
    }
    return wire;
}

class Relay : public DoorsTest {
protected:
    void SetUp() override { start_relay(cloud_.address()); }

    // A bridge and the cloud's end of it, with CONNECT and CONNACK gone by.
    struct Ends {
        Peer bridge;
        std::unique_ptr<Peer> cloud;
    };
    Ends connected() {
        Ends ends{bridge(), nullptr};
        ends.bridge.send(connect_packet());
        ends.cloud = cloud_.accept();
        EXPECT_EQ(ends.cloud->expect<mqtt::Connect>(), connect_packet());
        ends.cloud->send(mqtt::Connack{});
        (void)ends.bridge.expect<mqtt::Connack>();
        return ends;
    }

    FakeCloud cloud_{loop_};
};

TEST_F(Relay, PassesBytesUnchangedBothWaysAtOnce) {
    Peer bridge_end = bridge();
    const auto up = pattern(3 * kMegabyte);
    auto down = pattern(2 * kMegabyte);
    std::reverse(down.begin(), down.end());
    bridge_end.send(base::ByteView(up).first(1));
    const auto cloud_end = cloud_.accept();
    std::size_t up_sent = 1;
    std::size_t down_sent = 0;
    EXPECT_TRUE(eventually([&] {
        up_sent += bridge_end.send_some(base::ByteView(up).subspan(up_sent));
        down_sent += cloud_end->send_some(base::ByteView(down).subspan(down_sent));
        bridge_end.read();
        cloud_end->read();
        return cloud_end->received.size() >= up.size() && bridge_end.received.size() >= down.size();
    }));
    EXPECT_TRUE(cloud_end->received == up);
    EXPECT_TRUE(bridge_end.received == down);
    EXPECT_EQ(metric("millrace_bridge_bytes_total", {{"direction", "to_cloud"}}), static_cast<double>(up.size()));
    EXPECT_EQ(metric("millrace_bridge_bytes_total", {{"direction", "to_bridge"}}), static_cast<double>(down.size()));
    EXPECT_EQ(metric("millrace_relay_tap_breaks_total"), 1);
}

TEST_F(Relay, TellsTheSinkOfTheConnectionAndOfPublishesBothWays) {
    auto ends = connected();
    auto up = publish_packet(mqtt::Qos::AtLeastOnce, 21, "[1]");
    up.dup = true;
    ends.bridge.send(up);
    EXPECT_EQ(ends.cloud->expect<mqtt::Publish>(), up);
    ends.cloud->send(mqtt::Puback{21});
    EXPECT_EQ(ends.bridge.expect<mqtt::Puback>().packet_id, 21);
    mqtt::Publish down;
    down.topic = std::string("responses/") + kBridge + "/4/2";
    down.payload = base::to_bytes("{}");
    ends.cloud->send(down);
    EXPECT_EQ(ends.bridge.expect<mqtt::Publish>(), down);
    ends.bridge.send(mqtt::Disconnect{});
    ends.bridge.socket().close();
    EXPECT_TRUE(ends.cloud->wait_end());
    ends.cloud->socket().close();
    ASSERT_TRUE(eventually([&] { return !sink_.closed.empty(); }));

    const std::vector<std::string> expected = {"opened 1", "frame 1", "frame 1", "closed 1"};
    EXPECT_EQ(sink_.order, expected);
    EXPECT_EQ(sink_.opened[0].door, ports::Door::Relay);
    EXPECT_EQ(sink_.opened[0].bridge->text(), kBridge);
    EXPECT_FALSE(sink_.links[0]->publish(1, "responses/x", {}, 0));
    EXPECT_EQ(sink_.frames[0].receipt, 0U);  // nothing is owed: the cloud acknowledges
    EXPECT_EQ(sink_.frames[0].frame.topic, up.topic);
    EXPECT_EQ(sink_.frames[0].frame.payload, up.payload);
    EXPECT_EQ(sink_.frames[0].frame.qos, 1);
    EXPECT_TRUE(sink_.frames[0].frame.dup);
    EXPECT_EQ(sink_.frames[0].frame.direction, base::Direction::ToCloud);
    EXPECT_EQ(sink_.frames[0].frame.door, ports::Door::Relay);
    EXPECT_EQ(sink_.frames[1].frame.direction, base::Direction::ToBridge);
    EXPECT_EQ(sink_.frames[1].frame.bridge->text(), kBridge);
    EXPECT_EQ(metric("millrace_bridge_packets_total", {{"type", "puback"}, {"direction", "to_bridge"}}), 1);
    EXPECT_EQ(metric("millrace_bridge_connections"), 0);
}

TEST_F(Relay, PassesOnAndDecodesPacketsThatArriveByteByByte) {
    auto ends = connected();
    const auto before = ends.cloud->received.size();
    const auto wire = mqtt::to_wire(publish_packet(mqtt::Qos::AtMostOnce, 0, "[1,2,3]"));
    for (std::size_t at = 0; at < wire.size(); ++at) {
        ends.bridge.send(base::ByteView(wire).subspan(at, 1));
        ASSERT_TRUE(ends.cloud->wait_bytes(before + at + 1));  // not held back until the packet is whole
    }
    ASSERT_TRUE(eventually([&] { return !sink_.frames.empty(); }));
    EXPECT_EQ(sink_.frames.size(), 1U);
}

TEST_F(Relay, HoldsAtMostOneBufferForASlowReaderAndLosesNothing) {
    auto ends = connected();
    const auto wire = publishes_of(32 * kMegabyte);  // far more than the kernel's own buffers take
    const auto before = ends.cloud->received.size();
    std::size_t sent = 0;
    settle(loop_);
    for (int stuck = 0; stuck < 50;) {
        const auto taken = sent < wire.size() ? ends.bridge.send_some(base::ByteView(wire).subspan(sent)) : 0;
        sent += taken;
        stuck = taken == 0 ? stuck + 1 : 0;
        loop_.restart();
        loop_.run_one_for(std::chrono::milliseconds(2));
    }
    ASSERT_LT(sent, wire.size()) << "the slow reader did not slow the sender";
    EXPECT_GT(metric("millrace_relay_held_bytes"), 0);
    EXPECT_LE(metric("millrace_relay_held_bytes"), 16 * 1024);

    // The other direction is not held up by it.
    ends.cloud->send(mqtt::Pingresp{});
    (void)ends.bridge.expect<mqtt::Pingresp>();

    EXPECT_TRUE(eventually([&] {
        if (sent < wire.size()) sent += ends.bridge.send_some(base::ByteView(wire).subspan(sent));
        ends.cloud->read(200'000);
        return ends.cloud->received.size() >= before + wire.size();
    }));
    EXPECT_TRUE(
        std::equal(wire.begin(), wire.end(), ends.cloud->received.begin() + static_cast<std::ptrdiff_t>(before)));
}

TEST_F(Relay, GoesOnTowardsTheBridgeAfterTheBridgeHalfCloses) {
    auto ends = connected();
    ends.bridge.send(mqtt::Pingreq{});
    ends.bridge.socket().shutdown(tcp::socket::shutdown_send);
    EXPECT_TRUE(ends.cloud->wait_end());
    EXPECT_FALSE(ends.cloud->reset);
    const auto down = publishes_of(kMegabyte);
    const auto before = ends.bridge.received.size();
    std::size_t sent = 0;
    EXPECT_TRUE(eventually([&] {
        sent += ends.cloud->send_some(base::ByteView(down).subspan(sent));
        ends.bridge.read();
        return ends.bridge.received.size() >= before + down.size();
    }));
    EXPECT_TRUE(sink_.closed.empty());
    ends.cloud->socket().shutdown(tcp::socket::shutdown_send);
    EXPECT_TRUE(ends.bridge.wait_end());
    EXPECT_FALSE(ends.bridge.reset);
    ASSERT_TRUE(eventually([&] { return !sink_.closed.empty(); }));
    EXPECT_EQ(metric("millrace_bridge_connections"), 0);
}

TEST_F(Relay, GoesOnTowardsTheCloudAfterTheCloudHalfCloses) {
    auto ends = connected();
    ends.cloud->socket().shutdown(tcp::socket::shutdown_send);
    EXPECT_TRUE(ends.bridge.wait_end());
    EXPECT_FALSE(ends.bridge.reset);
    const auto before = ends.cloud->received.size();
    const auto up = publishes_of(kMegabyte);
    std::size_t sent = 0;
    EXPECT_TRUE(eventually([&] {
        sent += ends.bridge.send_some(base::ByteView(up).subspan(sent));
        ends.cloud->read();
        return ends.cloud->received.size() >= before + up.size();
    }));
    ends.bridge.socket().close();
    EXPECT_TRUE(ends.cloud->wait_end());
    EXPECT_FALSE(ends.cloud->reset);
}

TEST_F(Relay, EndsAHalfClosedPairThatFallsSilent) {
    limits_.half_close_timeout = base::Milliseconds{50};
    start_relay(cloud_.address());
    auto ends = connected();
    ends.bridge.socket().shutdown(tcp::socket::shutdown_send);
    EXPECT_TRUE(ends.bridge.wait_end());
    ASSERT_TRUE(eventually([&] { return !sink_.closed.empty(); }));
    EXPECT_EQ(metric("millrace_bridge_connections"), 0);
}

TEST_F(Relay, EndsBothWhenOneSideIsReset) {
    auto ends = connected();
    ends.bridge.socket().set_option(asio::socket_base::linger(true, 0));
    ends.bridge.socket().close();
    EXPECT_TRUE(ends.cloud->wait_end());
    ASSERT_TRUE(eventually([&] { return !sink_.closed.empty(); }));
    EXPECT_EQ(metric("millrace_bridge_connections"), 0);
}

TEST_F(Relay, KeepsPassingBytesOnWhenTheyStopBeingMqtt) {
    auto ends = connected();
    const auto before = ends.cloud->received.size();
    ends.bridge.send(base::as_bytes("GET / HTTP/1.1\r\n\r\n"));
    ends.bridge.send(publish_packet(mqtt::Qos::AtMostOnce, 0));
    const auto expected = before + 18 + mqtt::to_wire(publish_packet(mqtt::Qos::AtMostOnce, 0)).size();
    EXPECT_TRUE(ends.cloud->wait_bytes(expected));
    ends.cloud->send(publish_packet(mqtt::Qos::AtMostOnce, 0));
    (void)ends.bridge.expect<mqtt::Publish>();
    settle(loop_);
    EXPECT_TRUE(sink_.frames.empty());
    EXPECT_EQ(metric("millrace_relay_tap_breaks_total"), 1);
    auto next = connected();  // the next connection starts clean
    next.bridge.send(publish_packet(mqtt::Qos::AtMostOnce, 0));
    EXPECT_TRUE(eventually([&] { return sink_.frames.size() == 1; }));
}

TEST_F(Relay, DropsWholeFramesAndNeverBytesWhenTheDecoderIsBehind) {
    limits_.max_queued_frames = 10;
    start_relay(cloud_.address());
    auto ends = connected();
    const auto before = ends.cloud->received.size();
    base::Bytes wire;
    constexpr int kSent = 500;
    for (int i = 0; i < kSent; ++i) mqtt::write(mqtt::Publish{false, {}, false, "t", 0, {}}, wire);
    ends.bridge.send(base::ByteView(wire));
    EXPECT_TRUE(ends.cloud->wait_bytes(before + wire.size()));
    settle(loop_);
    const auto dropped = metric("millrace_bridge_frames_dropped_total");
    EXPECT_GT(dropped, 0);
    EXPECT_GE(sink_.frames.size(), 10U);
    EXPECT_EQ(static_cast<double>(sink_.frames.size()) + dropped, kSent);
    EXPECT_EQ(metric("millrace_bridge_frames_total"), static_cast<double>(sink_.frames.size()));
}

TEST_F(Relay, ForwardsBeforeTheSinkSeesTheFrame) {
    auto ends = connected();
    bool there_first = false;
    sink_.when_frame = [&](const auto&) {
        const auto before = ends.cloud->received.size();
        ends.cloud->read();
        there_first = ends.cloud->received.size() > before;
    };
    ends.bridge.send(publish_packet(mqtt::Qos::AtMostOnce, 0));
    ASSERT_TRUE(eventually([&] { return !sink_.frames.empty(); }));
    EXPECT_TRUE(there_first);
}

TEST_F(Relay, CallsTheCloudOnlyWhenTheBridgeSpeaks) {
    Peer scanner = bridge();
    settle(loop_);
    EXPECT_FALSE(cloud_.has_caller());
    scanner.socket().close();
    EXPECT_TRUE(eventually([&] { return metric("millrace_bridge_connections") == 0; }));
    EXPECT_FALSE(cloud_.has_caller());
}

TEST_F(Relay, ClosesABridgeThatNeverSpeaks) {
    limits_.first_byte_timeout = base::Milliseconds{30};
    start_relay(cloud_.address());
    Peer peer = bridge();
    EXPECT_TRUE(peer.wait_end());
    EXPECT_EQ(metric("millrace_bridge_bad_closes_total", {{"reason", "timeout"}}), 1);
}

TEST_F(Relay, ClosesTheBridgeAndSaysWhyWhenTheCloudRefuses) {
    EXPECT_TRUE(health("cloud").ok);
    const auto address = cloud_.address();
    cloud_.stop();
    Peer peer = bridge();
    peer.send(connect_packet());
    EXPECT_TRUE(peer.wait_end());
    const auto item = health("cloud");
    EXPECT_FALSE(item.ok);
    EXPECT_NE(item.detail.find(address), std::string::npos) << item.detail;
    EXPECT_NE(item.detail.find("refused"), std::string::npos) << item.detail;
    EXPECT_EQ(metric("millrace_cloud_failures_total"), 1);
}

TEST_F(Relay, ReportsTheCloudWellOnceItAnswers) {
    auto ends = connected();
    const auto item = health("cloud");
    EXPECT_TRUE(item.ok);
    EXPECT_NE(item.detail.find("connected to"), std::string::npos) << item.detail;
}

TEST_F(Relay, ReportsACloudThatTakesTheConnectionAndSaysNothing) {
    Peer peer = bridge();
    peer.send(connect_packet());
    const auto cloud_end = cloud_.accept();
    (void)cloud_end->expect<mqtt::Connect>();
    EXPECT_TRUE(health("cloud").ok);
    clock_.push(std::chrono::seconds(16));
    EXPECT_FALSE(health("cloud").ok);
    cloud_end->send(mqtt::Connack{});
    (void)peer.expect<mqtt::Connack>();
    EXPECT_TRUE(health("cloud").ok);
}

TEST_F(Relay, ReportsTheReturnCodeWhenTheCloudRefusesTheBridge) {
    Peer peer = bridge();
    peer.send(connect_packet());
    const auto cloud_end = cloud_.accept();
    cloud_end->send(mqtt::Connack{false, mqtt::ConnectReturnCode::NotAuthorized});
    EXPECT_EQ(peer.expect<mqtt::Connack>().return_code, mqtt::ConnectReturnCode::NotAuthorized);
    const auto item = health("cloud");
    EXPECT_FALSE(item.ok);
    EXPECT_NE(item.detail.find("return code 5"), std::string::npos) << item.detail;
}

TEST_F(Relay, GivesUpOnACloudThatDoesNotTakeTheConnection) {
    limits_.connect_timeout = base::Milliseconds{50};
    // A full backlog lets further connection attempts go unanswered.
    tcp::acceptor full(loop_);
    full.open(tcp::v4());
    full.bind({asio::ip::address_v4::loopback(), 0});
    full.listen(0);
    std::vector<Peer> fillers;
    for (int i = 0; i < 3; ++i) {
        fillers.emplace_back(loop_);
        fillers.back().socket().async_connect(full.local_endpoint(), [](const boost::system::error_code&) {});
    }
    start_relay(text(full.local_endpoint()));
    Peer peer = bridge();
    peer.send(connect_packet());
    EXPECT_TRUE(peer.wait_end());
    EXPECT_NE(health("cloud").detail.find("no answer"), std::string::npos) << health("cloud").detail;
}

TEST_F(Relay, TriesTheCloudsAddressesInTurn) {
    support::FakeDns dns(loop_);
    dns.add("mqtt.cloud.example", "127.0.0.77");  // nobody listens there
    dns.add("mqtt.cloud.example", "127.0.0.1");
    Settings settings;
    settings.mode = ports::CloudMode::RelayOnly;
    settings.cloud = "mqtt.cloud.example:" + std::to_string(cloud_.port());
    settings.name_servers = {dns.address()};
    start(settings);
    auto ends = connected();
    EXPECT_TRUE(health("cloud").ok);
}

TEST_F(Relay, SaysSoWhenNoNameServerAnswers) {
    limits_.name_server_timeout = base::Milliseconds{50};
    support::FakeDns dns(loop_);
    dns.silent = true;
    Settings settings;
    settings.mode = ports::CloudMode::RelayOnly;
    settings.cloud = "mqtt.cloud.example:1883";
    settings.name_servers = {dns.address()};
    start(settings);
    Peer peer = bridge();
    peer.send(connect_packet());
    EXPECT_TRUE(peer.wait_end());
    EXPECT_NE(health("cloud").detail.find("name_servers"), std::string::npos) << health("cloud").detail;
}

TEST_F(Relay, StopEndsBothSidesAndHandsOverWhatIsQueued) {
    auto ends = connected();
    ends.bridge.send(publish_packet(mqtt::Qos::AtMostOnce, 0));
    sink_.frames.clear();
    (void)ends.cloud->expect<mqtt::Publish>();
    doors_->stop();
    EXPECT_EQ(sink_.frames.size(), 1U);
    EXPECT_EQ(sink_.closed.size(), 1U);
    EXPECT_TRUE(ends.bridge.wait_end());
    EXPECT_TRUE(ends.cloud->wait_end());
    doors_.reset();
    settle(loop_);
}

TEST_F(Relay, CanGoWhileItIsStillDialling) {
    support::FakeDns dns(loop_);
    dns.silent = true;
    Settings settings;
    settings.mode = ports::CloudMode::RelayOnly;
    settings.cloud = "mqtt.cloud.example:1883";
    settings.name_servers = {dns.address()};
    start(settings);
    Peer peer = bridge();
    peer.send(connect_packet());
    ASSERT_TRUE(eventually([&] { return dns.questions > 0; }));
    doors_.reset();
    settle(loop_);
    EXPECT_TRUE(peer.wait_end());
    EXPECT_TRUE(sink_.order.empty());
}

}  // namespace
}  // namespace millrace::capture
