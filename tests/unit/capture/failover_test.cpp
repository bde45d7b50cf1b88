// The cloud goes: who answers the bridge then, and what it notices.
#include <atomic>
#include <thread>

#include "failover_fixture.h"

namespace millrace::capture {
namespace {

class CloudFailover : public FailoverTest {};

TEST_F(CloudFailover, RelaysWhileTheCloudIsThere) {
    begin();
    Peer peer = connected();
    subscribe(peer);
    peer.send(publish_packet(mqtt::Qos::AtLeastOnce, 9, "[1]"));
    EXPECT_EQ(next<mqtt::Puback>(peer).packet_id, 9);
    EXPECT_EQ(cloud_.payloads(), std::vector<std::string>{"[1]"});
    ASSERT_TRUE(until([&] { return !sink_.cloud_has.empty(); }));
    EXPECT_FALSE(doors_->cloud_away());
    EXPECT_EQ(path(), ports::CloudPath::Relay);
    EXPECT_EQ(sink_.opened[0].door, ports::Door::Relay);
    EXPECT_EQ(sink_.frames[0].receipt, mqtt::make_receipt(1, 9));
    EXPECT_EQ(sink_.cloud_has.back(), sink_.frames[0].receipt);
    EXPECT_EQ(metric("millrace_cloud_path_connections", {{"path", "relay"}}), 1);
    EXPECT_TRUE(health("cloud").ok);
}

TEST_F(CloudFailover, KnowsByPingrespThatQos0FramesArrived) {
    begin();
    Peer peer = connected();
    peer.send(publish_packet(mqtt::Qos::AtMostOnce, 0, "[1]"));
    peer.send(publish_packet(mqtt::Qos::AtMostOnce, 0, "[2]"));
    ASSERT_TRUE(until([&] { return sink_.frames.size() == 2; }));
    EXPECT_EQ(hub_.uncertain(1), 2U);
    peer.send(mqtt::Pingreq{});
    (void)next<mqtt::Pingresp>(peer);
    ASSERT_TRUE(until([&] { return !sink_.cloud_has.empty(); }));
    EXPECT_EQ(hub_.uncertain(1), 0U);
}

TEST_F(CloudFailover, StandsInWhenTheCloudCannotBeReached) {
    cloud_.go_away();
    begin();
    Peer peer = connected();
    subscribe(peer);
    peer.send(publish_packet(mqtt::Qos::AtLeastOnce, 3, "[1]"));
    EXPECT_EQ(next<mqtt::Puback>(peer).packet_id, 3);
    EXPECT_EQ(sink_.opened[0].path, ports::CloudPath::StandingIn);
    EXPECT_EQ(sink_.frames[0].frame.door, ports::Door::StandIn);
    EXPECT_EQ(takeovers("unreachable"), 1);
    EXPECT_EQ(metric("millrace_cloud_path_connections", {{"path", "standing_in"}}), 1);
    EXPECT_TRUE(doors_->cloud_away());
    const auto item = health("cloud");
    EXPECT_FALSE(item.ok);
    EXPECT_NE(item.detail.find("away since"), std::string::npos) << item.detail;
    EXPECT_NE(item.detail.find("1 frame waits"), std::string::npos) << item.detail;
}

TEST_F(CloudFailover, DoesNotMakeTheNextBridgeWaitForACloudThatIsKnownToBeAway) {
    settings_.cloud_patience = base::Milliseconds{10'000};
    settings_.cloud_retry = base::Milliseconds{10'000};
    limits_.max_cloud_retry = base::Milliseconds{10'000};
    cloud_.go_away();
    begin();
    Peer first = connected();
    Peer second = connected("6248A2B0C4D21F36");
    EXPECT_EQ(takeovers("unreachable"), 1);
    EXPECT_EQ(takeovers("away"), 1);
}

TEST_F(CloudFailover, DoesNotPassARefusalOn) {
    cloud_.return_code = 5;
    begin();
    Peer peer = connected();
    EXPECT_TRUE(reaches(ports::CloudPath::StandingIn));
    EXPECT_EQ(takeovers("refused"), 1);
    EXPECT_TRUE(until([&] { return !health("cloud").ok; }));
    EXPECT_NE(health("cloud").detail.find("return code 5"), std::string::npos) << health("cloud").detail;
    EXPECT_TRUE(quiet(peer));
}

TEST_F(CloudFailover, StandsInForACloudThatTakesTheConnectionAndSaysNothing) {
    cloud_.silent = true;
    begin();
    Peer peer = bridge();
    peer.send(connect_packet());
    peer.send(mqtt::Subscribe{7, {{std::string("responses/") + kBridge + "/#", mqtt::Qos::AtLeastOnce}}});
    (void)next<mqtt::Connack>(peer);
    EXPECT_EQ(next<mqtt::Suback>(peer).packet_id, 7);
    EXPECT_EQ(sink_.opened.size(), 1U);
    EXPECT_EQ(sink_.opened[0].path, ports::CloudPath::Relay);
    EXPECT_TRUE(reaches(ports::CloudPath::StandingIn));
    EXPECT_EQ(takeovers("silent"), 1);
    EXPECT_TRUE(sink_.links[0]->publish(1, std::string("responses/") + kBridge + "/4/2", base::to_bytes("{}"), 0));
    EXPECT_EQ(next<mqtt::Publish>(peer).payload, base::to_bytes("{}"));
}

TEST_F(CloudFailover, StandsInWhenAPingIsNotAnswered) {
    begin();
    Peer peer = connected();
    subscribe(peer);
    cloud_.silent = true;
    peer.send(publish_packet(mqtt::Qos::AtMostOnce, 0, "[1]"));
    peer.send(mqtt::Pingreq{});
    (void)next<mqtt::Pingresp>(peer);
    EXPECT_TRUE(reaches(ports::CloudPath::StandingIn));
    EXPECT_EQ(sink_.order, (std::vector<std::string>{"opened 1", "frame 1", "lost 1", "path 1 standing_in"}));
    EXPECT_EQ(hub_.waiting_ids(), std::vector<std::int64_t>{1});
    // The subscription made with the cloud holds with us.
    EXPECT_TRUE(sink_.links[0]->publish(1, std::string("responses/") + kBridge + "/4/2", {}, 0));
}

TEST_F(CloudFailover, StandsInWhenTheCloudTakesNoBytes) {
    begin();
    Peer peer = connected();
    cloud_.last().closed = true;  // it does not read any more
    const auto wire = mqtt::to_wire(publish_packet(mqtt::Qos::AtMostOnce, 0, std::string(1200, 'x')));
    std::size_t sent = 0;
    std::size_t part = 0;
    EXPECT_TRUE(until([&] {
        for (int i = 0; i < 100; ++i) {
            part += peer.send_some(base::ByteView(wire).subspan(part));
            if (part < wire.size()) break;
            part = 0;
            ++sent;
        }
        return !sink_.paths.empty();
    }));
    EXPECT_EQ(path(), ports::CloudPath::StandingIn);
    EXPECT_GE(takeovers("silent"), 1);
    peer.send(base::ByteView(wire).subspan(part));
    EXPECT_TRUE(until([&] { return sink_.frames.size() == sent + 1; }));
    EXPECT_EQ(metric("millrace_bridge_frames_dropped_total"), 0);
    EXPECT_TRUE(sink_.closed.empty());
}

TEST_F(CloudFailover, GoesOnWithAQos1MessageThatTheCloudDidNotAcknowledge) {
    begin();
    hub_.durable = false;
    Peer peer = connected();
    cloud_.puback = false;
    peer.send(publish_packet(mqtt::Qos::AtLeastOnce, 21, "[1]"));
    ASSERT_TRUE(until([&] { return cloud_.payloads().size() == 1 && sink_.frames.size() == 1; }));
    EmulatedCloud::cut(cloud_.last(), true);
    EXPECT_TRUE(reaches(ports::CloudPath::StandingIn));
    cloud_.puback = true;
    EXPECT_TRUE(quiet(peer, std::chrono::milliseconds{50}));  // not before it is on disk
    hub_.make_durable();
    EXPECT_EQ(next<mqtt::Puback>(peer).packet_id, 21);
    ASSERT_TRUE(reaches(ports::CloudPath::Relay));
    EXPECT_TRUE(quiet(peer));  // once
    EXPECT_EQ(sink_.frames.size(), 1U);
    ASSERT_EQ(cloud_.publishes().size(), 2U);
    EXPECT_FALSE(cloud_.publishes()[0].dup);
    EXPECT_TRUE(cloud_.publishes()[1].dup);
    EXPECT_EQ(cloud_.publishes()[1].payload, base::to_bytes("[1]"));
    EXPECT_EQ(metric("millrace_cloud_handover_repeats_total"), 1);
}

TEST_F(CloudFailover, AcknowledgesAtOnceWhatWasDurableAlready) {
    begin();
    Peer peer = connected();
    cloud_.puback = false;
    peer.send(publish_packet(mqtt::Qos::AtLeastOnce, 21, "[1]"));
    ASSERT_TRUE(until([&] { return sink_.frames.size() == 1; }));
    settle(loop_);
    EmulatedCloud::cut(cloud_.last());
    EXPECT_EQ(next<mqtt::Puback>(peer).packet_id, 21);
    EXPECT_EQ(takeovers("closed"), 1);
}

TEST_F(CloudFailover, TakesUpAPacketThatTheBridgeIsInTheMiddleOf) {
    begin();
    Peer peer = connected();
    const auto wire = mqtt::to_wire(publish_packet(mqtt::Qos::AtLeastOnce, 5, "[123456]"));
    peer.send(base::ByteView(wire).first(20));
    run_for(std::chrono::milliseconds(20));
    cloud_.go_away();
    EXPECT_TRUE(reaches(ports::CloudPath::StandingIn));
    peer.send(base::ByteView(wire).subspan(20));
    EXPECT_EQ(next<mqtt::Puback>(peer).packet_id, 5);
    EXPECT_EQ(base::as_text(sink_.frames.back().frame.payload), "[123456]");
}

TEST_F(CloudFailover, ClosesWhereTheCloudStoppedInsideAPacket) {
    begin();
    Peer peer = connected();
    subscribe(peer);
    peer.send(publish_packet(mqtt::Qos::AtMostOnce, 0, "[1]"));
    ASSERT_TRUE(until([&] { return cloud_.payloads().size() == 1; }));
    auto message = publish_packet(mqtt::Qos::AtMostOnce, 0, "{}");
    const auto wire = mqtt::to_wire(message);
    cloud_.last().peer->send(base::ByteView(wire).first(wire.size() - 1));
    run_for(std::chrono::milliseconds(20));
    cloud_.go_away();
    EXPECT_TRUE(until([&] { return peer.read(), peer.ended; }));
    EXPECT_EQ(sink_.order, (std::vector<std::string>{"opened 1", "frame 1", "lost 1", "closed 1"}));
    Peer again = connected();
    EXPECT_EQ(sink_.opened.back().path, ports::CloudPath::StandingIn);
}

TEST_F(CloudFailover, ClosesInTheMiddleOfAQos2Handshake) {
    begin();
    Peer peer = connected();
    peer.send(publish_packet(mqtt::Qos::ExactlyOnce, 4, "[1]"));
    EXPECT_EQ(next<mqtt::Pubrec>(peer).packet_id, 4);
    cloud_.go_away();
    EXPECT_TRUE(until([&] { return peer.read(), peer.ended; }));
    EXPECT_EQ(sink_.closed.size(), 1U);
}

TEST_F(CloudFailover, PassesOnWhatIsNotMqttAndDoesNotStandInForIt) {
    begin();
    Peer peer = bridge();
    peer.send(base::as_bytes("GET / HTTP/1.1\r\n\r\n"));
    ASSERT_TRUE(until([&] { return !cloud_.links.empty() && cloud_.last().peer->received.size() == 18; }));
    cloud_.go_away();
    EXPECT_TRUE(until([&] { return peer.read(), peer.ended; }));
    EXPECT_TRUE(sink_.order.empty());
}

TEST_F(CloudFailover, ReadsAConnectThatComesByteByByte) {
    begin();
    Peer peer = bridge();
    const auto wire = mqtt::to_wire(connect_packet());
    for (const auto byte : wire) {
        peer.send(base::ByteView(&byte, 1));
        settle(loop_);
    }
    (void)next<mqtt::Connack>(peer);
    EXPECT_EQ(cloud_.last().all<mqtt::Connect>(), std::vector{connect_packet()});
}

TEST_F(CloudFailover, ABridgeThatGoesLeavesNothingToHandOverWhenTheCloudTookAll) {
    begin();
    {
        Peer peer = connected();
        peer.send(publish_packet(mqtt::Qos::AtMostOnce, 0, "[1]"));
        ASSERT_TRUE(until([&] { return cloud_.payloads().size() == 1 && sink_.frames.size() == 1; }));
        peer.socket().set_option(asio::socket_base::linger(true, 0));
        peer.socket().close();  // a reset, as after a loss of power
    }
    ASSERT_TRUE(until([&] { return sink_.closed.size() == 1; }));
    EXPECT_EQ(sink_.cloud_lost, 0);
    EXPECT_EQ(hub_.uncertain(1), 0U);
    EXPECT_TRUE(health("cloud").ok);
    Peer again = connected();
    EXPECT_EQ(sink_.opened.back().path, ports::CloudPath::Relay);
}

TEST_F(CloudFailover, ABridgeThatSaysGoodbyeLeavesNothingToHandOver) {
    begin();
    Peer peer = connected();
    peer.send(publish_packet(mqtt::Qos::AtMostOnce, 0, "[1]"));
    peer.send(mqtt::Disconnect{});
    peer.socket().close();
    ASSERT_TRUE(until([&] { return sink_.closed.size() == 1; }));
    EXPECT_EQ(sink_.cloud_lost, 0);
    EXPECT_EQ(hub_.uncertain(1), 0U);
    EXPECT_TRUE(cloud_.last().all<mqtt::Pingreq>().empty());
}

// Bytes that something on the way took in are not yet at the cloud.
TEST_F(CloudFailover, ABridgeThatGoesLeavesItToHandOverWhenSomethingOnTheWayTookItIn) {
    begin();
    {
        Peer peer = connected();
        cloud_.silent = true;
        peer.send(publish_packet(mqtt::Qos::AtMostOnce, 0, "[1]"));
        ASSERT_TRUE(until([&] { return cloud_.payloads().size() == 1 && sink_.frames.size() == 1; }));
        peer.socket().close();
    }
    ASSERT_TRUE(until([&] { return cloud_.last().packets.size() == 3; }));
    EmulatedCloud::cut(cloud_.last());
    ASSERT_TRUE(until([&] { return sink_.closed.size() == 1; }));
    EXPECT_EQ(sink_.cloud_lost, 1);
}

TEST_F(CloudFailover, ABridgeThatGoesLeavesItToHandOverWhenTheCloudDoesNotSay) {
    begin();
    {
        Peer peer = connected();
        cloud_.last().closed = true;  // does not read any more
        peer.send(publish_packet(mqtt::Qos::AtMostOnce, 0, "[1]"));
        ASSERT_TRUE(until([&] { return sink_.frames.size() == 1; }));
        peer.socket().close();
    }
    ASSERT_TRUE(until([&] { return sink_.closed.size() == 1; }));
    EXPECT_EQ(sink_.order, (std::vector<std::string>{"opened 1", "frame 1", "lost 1", "closed 1"}));
}

TEST_F(CloudFailover, ASecondConnectionOfABridgeWaitsUntilTheFirstIsDecided) {
    begin();
    Peer first = connected();
    first.send(publish_packet(mqtt::Qos::AtMostOnce, 0, "[1]"));
    ASSERT_TRUE(until([&] { return cloud_.payloads().size() == 1 && sink_.frames.size() == 1; }));
    Peer second = connected();
    EXPECT_TRUE(until([&] { return first.read(), first.ended; }));
    EXPECT_EQ(sink_.closed.size(), 1U);
    EXPECT_EQ(sink_.cloud_lost, 0);
    EXPECT_EQ(sink_.opened.back().path, ports::CloudPath::Relay);
    EXPECT_TRUE(quiet(second));
    EXPECT_EQ(cloud_.links.size(), 2U);
}

TEST_F(CloudFailover, StopWaitsForTheCloudToTakeWhatWasSent) {
    begin();
    Peer peer = connected();
    peer.send(publish_packet(mqtt::Qos::AtMostOnce, 0, "[1]"));
    ASSERT_TRUE(until([&] { return cloud_.payloads().size() == 1 && sink_.frames.size() == 1; }));
    // Stopping blocks, so the cloud needs a thread of its own meanwhile.
    std::atomic<bool> stopped = false;
    std::thread cloud([&] {
        while (!stopped) cloud_.step();
    });
    doors_->stop();
    stopped = true;
    cloud.join();
    EXPECT_EQ(sink_.cloud_lost, 0);
    EXPECT_EQ(hub_.uncertain(1), 0U);
    EXPECT_EQ(sink_.closed.size(), 1U);
}

TEST_F(CloudFailover, StopLeavesToHandOverWhatTheCloudDidNotConfirm) {
    limits_.stop_linger = base::Milliseconds{20};
    begin();
    Peer peer = connected();
    peer.send(publish_packet(mqtt::Qos::AtMostOnce, 0, "[1]"));
    ASSERT_TRUE(until([&] { return sink_.frames.size() == 1; }));
    doors_->stop();
    EXPECT_EQ(sink_.order, (std::vector<std::string>{"opened 1", "frame 1", "lost 1", "closed 1"}));
}

TEST_F(CloudFailover, TheModeIsSwitchedWhileItRuns) {
    begin();
    Peer relayed = connected();
    const auto port = doors_->local_port();
    ASSERT_TRUE(doors_->set_mode(ports::CloudMode::Local));
    EXPECT_TRUE(until([&] { return relayed.read(), relayed.ended; }));
    EXPECT_EQ(doors_->local_port(), port);
    const auto calls = cloud_.links.size();
    Peer local = connected();
    EXPECT_EQ(sink_.opened.back().path, ports::CloudPath::None);
    EXPECT_EQ(cloud_.links.size(), calls);
    ASSERT_TRUE(doors_->set_mode(ports::CloudMode::RelayOnly));
    EXPECT_TRUE(until([&] { return local.read(), local.ended; }));
    Peer only = connected();
    EXPECT_EQ(sink_.opened.back().path, ports::CloudPath::Relay);
    EXPECT_EQ(doors_->mode(), ports::CloudMode::RelayOnly);
    cloud_.go_away();
    EXPECT_TRUE(until([&] { return only.read(), only.ended; }));
    only.socket().close();
    EXPECT_TRUE(until([&] { return sink_.closed.size() == 3; }));
    EXPECT_EQ(sink_.cloud_lost, 0);
}

TEST_F(CloudFailover, AModeThatCannotBeLeavesTheDoorsAsTheyAre) {
    settings_.mode = ports::CloudMode::Local;
    settings_.cloud = "no port";
    begin();
    Peer peer = connected();
    EXPECT_FALSE(doors_->set_mode(ports::CloudMode::Relay));
    EXPECT_EQ(doors_->mode(), ports::CloudMode::Local);
    EXPECT_TRUE(quiet(peer));
}

TEST_F(CloudFailover, StandsInWhenTheCloudIsItself) {
    const std::string own = [this] { return FakeCloud(loop_).address(); }();
    settings_.listen = settings_.cloud = own;
    doors_ = std::make_unique<Doors>(loop_, clock_, settings_, sink_, &hub_, limits_);
    ASSERT_TRUE(doors_->start());
    Peer peer = connected();
    EXPECT_EQ(sink_.opened[0].path, ports::CloudPath::StandingIn);
    EXPECT_TRUE(quiet(peer, std::chrono::milliseconds{300}));
    EXPECT_EQ(metric("millrace_bridge_connections"), 1);
    EXPECT_NE(health("cloud").detail.find("resolves to this machine"), std::string::npos) << health("cloud").detail;
}

}  // namespace
}  // namespace millrace::capture
