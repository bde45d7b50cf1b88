#include "fixture.h"

namespace millrace::capture {
namespace {

class StandIn : public DoorsTest {};

TEST_F(StandIn, AnswersConnectAndTellsTheSink) {
    start_local();
    Peer peer = connected_bridge();
    ASSERT_EQ(sink_.opened.size(), 1U);
    EXPECT_EQ(sink_.opened[0].door, ports::Door::StandIn);
    ASSERT_TRUE(sink_.opened[0].bridge);
    EXPECT_EQ(sink_.opened[0].bridge->text(), kBridge);
    EXPECT_EQ(sink_.opened[0].peer, text(peer.socket().local_endpoint()));
    EXPECT_NE(sink_.links[0], nullptr);
}

TEST_F(StandIn, KnowsNoBridgeByAClientIdThatIsNoUuid) {
    start_local();
    Peer peer = connected_bridge("mosqsub|1");
    ASSERT_EQ(sink_.opened.size(), 1U);
    EXPECT_FALSE(sink_.opened[0].bridge);
}

TEST_F(StandIn, TellsTheSinkNothingOfAConnectionWithoutConnect) {
    start_local();
    Peer peer = bridge();
    settle(loop_);
    peer.socket().close();
    EXPECT_TRUE(eventually([&] { return metric("millrace_bridge_connections") == 0; }));
    EXPECT_EQ(metric("millrace_bridge_connections_accepted_total"), 1);
    EXPECT_TRUE(sink_.order.empty());
}

TEST_F(StandIn, DeliversQos0WithNothingOwed) {
    start_local();
    Peer peer = connected_bridge();
    auto sent = publish_packet(mqtt::Qos::AtMostOnce, 0, R"([{"timestamp":1785105201,"value":3828929}])");
    sent.retain = true;
    const auto before = clock_.wall_now();
    peer.send(sent);
    ASSERT_TRUE(eventually([&] { return !sink_.frames.empty(); }));
    const auto& got = sink_.frames[0];
    EXPECT_EQ(got.receipt, 0U);
    EXPECT_EQ(got.connection, sink_.opened[0].connection);
    EXPECT_EQ(got.frame.topic, sent.topic);
    EXPECT_EQ(got.frame.payload, sent.payload);
    EXPECT_TRUE(got.frame.retain);
    EXPECT_EQ(got.frame.door, ports::Door::StandIn);
    EXPECT_EQ(got.frame.direction, base::Direction::ToCloud);
    EXPECT_EQ(got.frame.bridge->text(), kBridge);
    EXPECT_GE(got.frame.received, before);
    EXPECT_LE(got.frame.received, clock_.wall_now());
}

TEST_F(StandIn, SendsPubackOnlyAfterAcknowledge) {
    start_local();
    Peer peer = connected_bridge();
    const auto after_connack = peer.received.size();
    peer.send(publish_packet(mqtt::Qos::AtLeastOnce, 7));
    ASSERT_TRUE(eventually([&] { return !sink_.frames.empty(); }));
    EXPECT_NE(sink_.frames[0].receipt, 0U);
    settle(loop_);
    peer.read();
    EXPECT_EQ(peer.received.size(), after_connack);
    sink_.links[0]->acknowledge(sink_.frames[0].connection, sink_.frames[0].receipt);
    EXPECT_EQ(peer.expect<mqtt::Puback>().packet_id, 7);
}

TEST_F(StandIn, ALateAcknowledgementDoesNotConfirmTheNextMessageOfItsIdentifier) {
    start_local();
    Peer peer = connected_bridge();
    peer.send(publish_packet(mqtt::Qos::AtLeastOnce, 7, "A"));
    peer.send(publish_packet(mqtt::Qos::AtLeastOnce, 7, "A"));
    ASSERT_TRUE(eventually([&] { return sink_.frames.size() == 2; }));
    sink_.links[0]->acknowledge(sink_.frames[0].connection, sink_.frames[0].receipt);
    EXPECT_EQ(peer.expect<mqtt::Puback>().packet_id, 7);
    peer.send(publish_packet(mqtt::Qos::AtLeastOnce, 7, "B"));
    ASSERT_TRUE(eventually([&] { return sink_.frames.size() == 3; }));
    const auto after_first = peer.received.size();
    sink_.links[0]->acknowledge(sink_.frames[1].connection, sink_.frames[1].receipt);
    settle(loop_);
    peer.read();
    EXPECT_EQ(peer.received.size(), after_first);
    sink_.links[0]->acknowledge(sink_.frames[2].connection, sink_.frames[2].receipt);
    EXPECT_EQ(peer.expect<mqtt::Puback>().packet_id, 7);
}

TEST_F(StandIn, SaysThatAMessageWithoutSubscriptionDidNotGoOut) {
    start_local();
    Peer peer = connected_bridge();
    EXPECT_FALSE(sink_.links[0]->publish(sink_.opened[0].connection, "responses/x", {}, 1));
    peer.send(mqtt::Subscribe{1, {{"responses/#", mqtt::Qos::AtLeastOnce}}});
    (void)peer.expect<mqtt::Suback>();
    EXPECT_TRUE(sink_.links[0]->publish(sink_.opened[0].connection, "responses/x", {}, 1));
    EXPECT_EQ(peer.expect<mqtt::Publish>().topic, "responses/x");
}

TEST_F(StandIn, SinkMayAcknowledgeFromInsideOnFrame) {
    start_local();
    sink_.when_frame = [&](const RecordingSink::Got& got) {
        sink_.links[0]->acknowledge(got.connection, got.receipt);
        EXPECT_TRUE(sink_.links[0]->publish(got.connection, std::string("responses/") + kBridge + "/1/2",
                                            base::to_bytes("{}"), 1));
    };
    Peer peer = connected_bridge();
    peer.send(mqtt::Subscribe{1, {{std::string("responses/") + kBridge + "/#", mqtt::Qos::AtLeastOnce}}});
    EXPECT_EQ(peer.expect<mqtt::Suback>().return_codes, std::vector<std::uint8_t>{1});
    peer.send(publish_packet(mqtt::Qos::AtLeastOnce, 9));
    EXPECT_EQ(peer.expect<mqtt::Puback>().packet_id, 9);
    const auto answer = peer.expect<mqtt::Publish>();
    EXPECT_EQ(answer.topic, std::string("responses/") + kBridge + "/1/2");
    EXPECT_EQ(answer.qos, mqtt::Qos::AtLeastOnce);
    // What we publish ourselves is not our business to deliver.
    EXPECT_EQ(sink_.frames.size(), 1U);
}

TEST_F(StandIn, CarriesTheQos2HandshakeThrough) {
    start_local();
    Peer peer = connected_bridge();
    peer.send(publish_packet(mqtt::Qos::ExactlyOnce, 11));
    ASSERT_TRUE(eventually([&] { return !sink_.frames.empty(); }));
    EXPECT_NE(sink_.frames[0].receipt, 0U);
    sink_.links[0]->acknowledge(sink_.frames[0].connection, sink_.frames[0].receipt);
    EXPECT_EQ(peer.expect<mqtt::Pubrec>().packet_id, 11);
    peer.send(mqtt::Pubrel{11});
    EXPECT_EQ(peer.expect<mqtt::Pubcomp>().packet_id, 11);
    EXPECT_EQ(sink_.frames.size(), 1U);
}

TEST_F(StandIn, UnderstandsPacketsThatArriveByteByByte) {
    start_local();
    Peer peer = bridge();
    auto wire = mqtt::to_wire(connect_packet());
    mqtt::write(publish_packet(mqtt::Qos::AtMostOnce, 0, "abc"), wire);
    mqtt::write(mqtt::Pingreq{}, wire);
    for (const auto byte : wire) {
        peer.send(base::ByteView(&byte, 1));
        settle(loop_);
    }
    (void)peer.expect<mqtt::Connack>();
    (void)peer.expect<mqtt::Pingresp>();
    ASSERT_EQ(sink_.frames.size(), 1U);
    EXPECT_EQ(base::as_text(sink_.frames[0].frame.payload), "abc");
}

TEST_F(StandIn, IgnoresLinkCallsForConnectionsThatAreGone) {
    start_local();
    Peer peer = connected_bridge();
    peer.send(mqtt::Disconnect{});
    EXPECT_TRUE(peer.wait_end());
    ASSERT_EQ(sink_.closed.size(), 1U);
    sink_.links[0]->acknowledge(sink_.opened[0].connection, 1);
    EXPECT_FALSE(sink_.links[0]->publish(sink_.opened[0].connection, "responses/x", {}, 0));
    EXPECT_EQ(metric("millrace_bridge_bad_closes_total"), 0);
}

TEST_F(StandIn, NewConnectionWithTheSameClientIdTakesOver) {
    start_local();
    Peer first = connected_bridge();
    Peer second = connected_bridge();
    EXPECT_TRUE(first.wait_end());
    const std::vector<std::string> expected = {"opened 1", "closed 1", "opened 2"};
    EXPECT_EQ(sink_.order, expected);
    second.send(mqtt::Pingreq{});
    (void)second.expect<mqtt::Pingresp>();
    EXPECT_EQ(metric("millrace_bridge_connections"), 1);
}

TEST_F(StandIn, ClosesAndCountsGarbage) {
    start_local();
    Peer peer = bridge();
    peer.send(base::as_bytes("GET / HTTP/1.1\r\n\r\n"));
    EXPECT_TRUE(peer.wait_end());
    EXPECT_EQ(metric("millrace_bridge_bad_closes_total"), 1);
    EXPECT_TRUE(sink_.order.empty());
}

TEST_F(StandIn, ClosesAnOversizePacketByItsHeaderAlone) {
    start_local();
    Peer peer = connected_bridge();
    const base::Bytes header = {0x30, 0xff, 0xff, 0xff, 0x7f};
    peer.send(base::ByteView(header));
    EXPECT_TRUE(peer.wait_end());
    EXPECT_EQ(metric("millrace_bridge_bad_closes_total", {{"reason", "packet_too_large"}}), 1);
    EXPECT_EQ(sink_.closed.size(), 1U);
}

TEST_F(StandIn, ClosesHalfAPacketAfterItsTimeLimit) {
    limits_.server.packet_timeout = base::Seconds{1};
    start_local();
    Peer peer = connected_bridge();
    const auto wire = mqtt::to_wire(publish_packet(mqtt::Qos::AtLeastOnce, 3));
    peer.send(base::ByteView(wire).first(wire.size() - 1));
    EXPECT_TRUE(peer.wait_end());
    EXPECT_EQ(metric("millrace_bridge_bad_closes_total", {{"reason", "timeout"}}), 1);
    EXPECT_TRUE(sink_.frames.empty());
}

TEST_F(StandIn, ClosesAConnectionWithoutConnectAfterItsTimeLimit) {
    limits_.server.connect_timeout = base::Seconds{1};
    start_local();
    Peer peer = bridge();
    EXPECT_TRUE(peer.wait_end());
    EXPECT_EQ(metric("millrace_bridge_bad_closes_total", {{"reason", "timeout"}}), 1);
}

TEST_F(StandIn, ClosesABridgeThatDoesNotRead) {
    limits_.max_outgoing_bytes = 64 * 1024;
    start_local();
    Peer peer = connected_bridge();
    peer.send(mqtt::Subscribe{1, {{"responses/#", mqtt::Qos::AtMostOnce}}});
    (void)peer.expect<mqtt::Suback>();
    bool went_out = true;
    for (int i = 0; i < 10'000 && sink_.closed.empty(); ++i) {
        went_out = sink_.links[0]->publish(1, "responses/x", base::Bytes(60'000), 0);
    }
    EXPECT_FALSE(went_out);  // the one that closed it
    ASSERT_EQ(sink_.closed.size(), 1U);
    EXPECT_EQ(metric("millrace_bridge_bad_closes_total", {{"reason", "slow_peer"}}), 1);
}

TEST_F(StandIn, SendsTheRestWhenASlowBridgeReadsOn) {
    limits_.max_outgoing_bytes = 64 * 1024 * 1024;
    start_local();
    Peer peer = connected_bridge();
    peer.send(mqtt::Subscribe{1, {{"responses/#", mqtt::Qos::AtMostOnce}}});
    (void)peer.expect<mqtt::Suback>();
    const auto before = peer.received.size();
    constexpr std::size_t kMessages = 200;
    for (std::size_t i = 0; i < kMessages; ++i) {
        EXPECT_TRUE(sink_.links[0]->publish(1, "responses/x", base::Bytes(60'000), 0));
    }
    const auto one =
        mqtt::to_wire(mqtt::Publish{false, mqtt::Qos::AtMostOnce, false, "responses/x", 0, base::Bytes(60'000)}).size();
    EXPECT_TRUE(peer.wait_bytes(before + kMessages * one));
    EXPECT_EQ(peer.received.size(), before + kMessages * one);
}

TEST_F(StandIn, CountsPacketsEachWayByType) {
    start_local();
    Peer peer = connected_bridge();
    for (int i = 0; i < 3; ++i) peer.send(mqtt::Pingreq{});
    for (int i = 0; i < 3; ++i) (void)peer.expect<mqtt::Pingresp>();
    EXPECT_EQ(metric("millrace_bridge_packets_total", {{"direction", "to_cloud"}, {"type", "connect"}}), 1);
    EXPECT_EQ(metric("millrace_bridge_packets_total", {{"direction", "to_cloud"}, {"type", "pingreq"}}), 3);
    EXPECT_EQ(metric("millrace_bridge_packets_total", {{"direction", "to_bridge"}, {"type", "connack"}}), 1);
    EXPECT_EQ(metric("millrace_bridge_packets_total", {{"direction", "to_bridge"}, {"type", "pingresp"}}), 3);
    EXPECT_EQ(metric("millrace_bridge_bytes_total", {{"direction", "to_bridge"}}),
              static_cast<double>(peer.received.size()));
}

TEST_F(StandIn, StopTellsTheSinkAndEndsConnections) {
    start_local();
    Peer peer = connected_bridge();
    doors_->stop();
    EXPECT_EQ(sink_.closed.size(), 1U);
    EXPECT_TRUE(peer.wait_end());
    EXPECT_EQ(doors_->local_port(), 0);
    EXPECT_FALSE(health("bridge_listener").ok);
    doors_.reset();
    settle(loop_);  // what was under way finds nobody and does nothing
}

}  // namespace
}  // namespace millrace::capture
