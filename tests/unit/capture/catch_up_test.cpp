// The cloud comes back: what it is given, and how the bridge gets to it.
#include "failover_fixture.h"

namespace millrace::capture {
namespace {

class CatchUp : public FailoverTest {
protected:
    // A bridge that connected while the cloud was away.
    [[nodiscard]] Peer stood_in() {
        cloud_.go_away();
        begin();
        Peer peer = connected();
        subscribe(peer);
        return peer;
    }
    void say(Peer& peer, const std::string& payload, mqtt::PacketId id = 0) {
        peer.send(publish_packet(id == 0 ? mqtt::Qos::AtMostOnce : mqtt::Qos::AtLeastOnce, id, payload));
        if (id != 0) {
            EXPECT_EQ(next<mqtt::Puback>(peer).packet_id, id);
        }
    }
};

TEST_F(CatchUp, HandsOverInOrderAndUnchangedAndGivesTheBridgeBack) {
    Peer peer = stood_in();
    say(peer, "[1]", 11);
    say(peer, "[2]");
    auto third = publish_packet(mqtt::Qos::AtLeastOnce, 12, "[3]");
    third.retain = true;
    peer.send(third);
    (void)next<mqtt::Puback>(peer);
    cloud_.come_back();
    ASSERT_TRUE(reaches(ports::CloudPath::Relay));
    const auto got = cloud_.publishes();
    ASSERT_EQ(got.size(), 3U);
    EXPECT_EQ(cloud_.payloads(), (std::vector<std::string>{"[1]", "[2]", "[3]"}));
    EXPECT_EQ(got[0].topic, third.topic);
    EXPECT_EQ(got[0].qos, mqtt::Qos::AtLeastOnce);
    EXPECT_EQ(got[1].qos, mqtt::Qos::AtMostOnce);
    EXPECT_FALSE(got[1].retain);
    EXPECT_TRUE(got[2].retain);
    for (const auto& publish : got) EXPECT_FALSE(publish.dup);
    EXPECT_EQ(hub_.delivered_ids, (std::vector<std::int64_t>{1, 2, 3}));
    EXPECT_EQ(sink_.paths, (std::vector{ports::CloudPath::CatchingUp, ports::CloudPath::Relay}));
    EXPECT_EQ(metric("millrace_cloud_handed_over_frames_total"), 3);
    EXPECT_EQ(metric("millrace_cloud_handover_repeats_total"), 0);
    EXPECT_EQ(metric("millrace_cloud_returns_total", {{"how", "splice"}}), 1);
    EXPECT_EQ(metric("millrace_cloud_path_connections", {{"path", "relay"}}), 1);
    EXPECT_TRUE(health("cloud").ok);
}

TEST_F(CatchUp, CallsInTheBridgesOwnWords) {
    Peer peer = stood_in();
    cloud_.come_back();
    ASSERT_TRUE(reaches(ports::CloudPath::Relay));
    EXPECT_EQ(cloud_.last().all<mqtt::Connect>(), std::vector{connect_packet()});
    ASSERT_EQ(cloud_.last().subscriptions.size(), 1U);
    EXPECT_EQ(cloud_.last().subscriptions[0].topic_filter, std::string("responses/") + kBridge + "/#");
    EXPECT_EQ(cloud_.last().subscriptions[0].qos, mqtt::Qos::AtLeastOnce);
    EXPECT_EQ(cloud_.links.size(), 1U);
}

TEST_F(CatchUp, TheBridgeNoticesNothingOfTheSplice) {
    Peer peer = stood_in();
    auto message = publish_packet(mqtt::Qos::AtLeastOnce, 77, "{}");
    message.topic = std::string("responses/") + kBridge + "/4/2";
    cloud_.right_after_suback = message;
    cloud_.come_back();
    EXPECT_EQ(next<mqtt::Publish>(peer), message);  // as it is, packet identifier and all
    peer.send(mqtt::Puback{77});
    ASSERT_TRUE(reaches(ports::CloudPath::Relay));
    peer.send(publish_packet(mqtt::Qos::AtLeastOnce, 5, "[9]"));
    EXPECT_EQ(next<mqtt::Puback>(peer).packet_id, 5);
    EXPECT_EQ(cloud_.payloads(), std::vector<std::string>{"[9]"});
    EXPECT_EQ(cloud_.last().all<mqtt::Puback>(), std::vector{mqtt::Puback{77}});
    EXPECT_EQ(cloud_.links.size(), 1U);
    EXPECT_TRUE(sink_.closed.empty());
    EXPECT_EQ(sink_.opened.size(), 1U);
    // The cloud's message was seen too, and the new frame's receipt goes on from the stand-in's.
    ASSERT_TRUE(until([&] { return sink_.frames.size() == 2; }));
    EXPECT_EQ(sink_.frames[0].frame.direction, base::Direction::ToBridge);
    EXPECT_EQ(sink_.frames[1].receipt, mqtt::make_receipt(1, 5));
    ASSERT_TRUE(until([&] { return !sink_.cloud_has.empty(); }));
}

TEST_F(CatchUp, SplicesInTheMiddleOfAPacketOfTheBridge) {
    Peer peer = stood_in();
    const auto wire = mqtt::to_wire(publish_packet(mqtt::Qos::AtLeastOnce, 5, "[123456]"));
    peer.send(base::ByteView(wire).first(30));
    run_for(std::chrono::milliseconds(20));
    cloud_.come_back();
    ASSERT_TRUE(reaches(ports::CloudPath::Relay));
    peer.send(base::ByteView(wire).subspan(30));
    EXPECT_EQ(next<mqtt::Puback>(peer).packet_id, 5);
    EXPECT_EQ(cloud_.payloads(), std::vector<std::string>{"[123456]"});
    EXPECT_EQ(sink_.frames.back().frame.door, ports::Door::Relay);
}

TEST_F(CatchUp, FramesThatComeMeanwhileKeepTheirPlace) {
    Peer peer = stood_in();
    for (int i = 1; i <= 5; ++i) say(peer, std::to_string(i), static_cast<mqtt::PacketId>(i));
    int more = 6;
    hub_.when_delivered = [&] {
        if (more > 9) return;
        const auto id = static_cast<mqtt::PacketId>(more);
        peer.send(
            publish_packet(more % 2 == 0 ? mqtt::Qos::AtMostOnce : mqtt::Qos::AtLeastOnce, id, std::to_string(more)));
        ++more;
    };
    cloud_.come_back();
    ASSERT_TRUE(until([&] { return cloud_.payloads().size() >= 9 && path() == ports::CloudPath::Relay; }));
    EXPECT_EQ(cloud_.payloads(), (std::vector<std::string>{"1", "2", "3", "4", "5", "6", "7", "8", "9"}));
}

TEST_F(CatchUp, AFrameNotYetOnDiskHoldsTheReturnUp) {
    Peer peer = stood_in();
    hub_.durable = false;
    peer.send(publish_packet(mqtt::Qos::AtLeastOnce, 5, "[1]"));
    ASSERT_TRUE(until([&] { return sink_.frames.size() == 1; }));
    cloud_.come_back();
    ASSERT_TRUE(reaches(ports::CloudPath::CatchingUp));
    EXPECT_TRUE(quiet(peer));
    EXPECT_EQ(path(), ports::CloudPath::CatchingUp);
    hub_.make_durable();
    EXPECT_EQ(next<mqtt::Puback>(peer).packet_id, 5);
    ASSERT_TRUE(reaches(ports::CloudPath::Relay));
    EXPECT_EQ(cloud_.payloads(), std::vector<std::string>{"[1]"});
}

TEST_F(CatchUp, ABridgeWithWaitingFramesIsStoodInForUntilTheyAreHandedOver) {
    hub_.add_waiting("[1]", 1);
    hub_.add_waiting("[2]", 0);
    begin();
    Peer peer = connected();
    EXPECT_EQ(sink_.opened[0].path, ports::CloudPath::StandingIn);
    EXPECT_EQ(takeovers("waiting"), 1);
    say(peer, "[3]", 3);
    ASSERT_TRUE(reaches(ports::CloudPath::Relay));
    EXPECT_EQ(cloud_.payloads(), (std::vector<std::string>{"[1]", "[2]", "[3]"}));
}

TEST_F(CatchUp, SaysDupWhereTheFrameMayHaveArrivedBefore) {
    hub_.add_waiting("[1]", 1, ports::Door::Relay);
    hub_.add_waiting("[2]", 0, ports::Door::Relay);
    hub_.add_waiting("[3]", 2, ports::Door::StandIn);
    begin();
    Peer peer = connected();
    ASSERT_TRUE(reaches(ports::CloudPath::Relay));
    const auto got = cloud_.publishes();
    ASSERT_EQ(got.size(), 3U);
    EXPECT_TRUE(got[0].dup);
    EXPECT_FALSE(got[1].dup);  // there is no such thing at QoS 0
    EXPECT_FALSE(got[2].dup);
    EXPECT_EQ(got[2].qos, mqtt::Qos::AtLeastOnce);
    EXPECT_EQ(metric("millrace_cloud_handover_repeats_total"), 2);
}

TEST_F(CatchUp, SendsTheNextFrameOnlyAfterTheOneBeforeIsConfirmed) {
    hub_.add_waiting("[1]", 1);
    hub_.add_waiting("[2]", 0);
    hub_.add_waiting("[3]", 1);
    cloud_.puback = false;
    settings_.cloud_patience = base::Milliseconds{20'000};
    begin();
    Peer peer = connected();
    ASSERT_TRUE(until([&] { return cloud_.payloads().size() == 1; }));
    EXPECT_TRUE(quiet(peer, std::chrono::milliseconds{50}));
    EXPECT_EQ(cloud_.payloads().size(), 1U);
    EXPECT_TRUE(hub_.delivered_ids.empty());
    cloud_.puback = true;
    cloud_.pingresp = false;
    cloud_.last().peer->send(mqtt::Puback{cloud_.publishes()[0].packet_id});
    ASSERT_TRUE(until([&] { return cloud_.payloads().size() == 2; }));
    EXPECT_TRUE(quiet(peer, std::chrono::milliseconds{50}));
    EXPECT_EQ(cloud_.payloads().size(), 2U);
    EXPECT_EQ(hub_.delivered_ids, std::vector<std::int64_t>{1});
    cloud_.pingresp = true;
    cloud_.last().peer->send(mqtt::Pingresp{});
    ASSERT_TRUE(reaches(ports::CloudPath::Relay));
    EXPECT_EQ(cloud_.payloads(), (std::vector<std::string>{"[1]", "[2]", "[3]"}));
}

// Cut after every number of packets that a connection to the cloud can carry, and taken up again.
TEST_F(CatchUp, GoesOnWhereItWasCutWhereverThatWas) {
    // CONNECT, PUBLISH, PUBLISH, PINGREQ, PUBLISH, SUBSCRIBE
    for (std::size_t round = 0; round < 12; ++round) {
        SCOPED_TRACE(round);
        const std::size_t cut = round / 2;
        cloud_.takes_the_last = round % 2 == 1;
        hub_.delivered_ids.clear();
        sink_.paths.clear();
        sink_.order.clear();
        cloud_.links.clear();
        hub_.add_waiting("[1]", 1);
        hub_.add_waiting("[2]", 0);
        hub_.add_waiting("[3]", 1);
        cloud_.cut_after_packets = cut;
        begin();
        Peer peer = connected();
        subscribe(peer);
        ASSERT_TRUE(until([&] { return cloud_.links.size() >= 1 && cloud_.links[0]->closed; }));
        cloud_.cut_after_packets.reset();
        cloud_.takes_the_last = false;
        ASSERT_TRUE(reaches(ports::CloudPath::Relay));
        std::vector<std::string> once;
        for (const auto& publish : cloud_.publishes()) {
            const std::string payload(base::as_text(publish.payload));
            if (!once.empty() && once.back() == payload) {
                EXPECT_EQ(publish.dup, publish.qos == mqtt::Qos::AtLeastOnce) << "a repeat must say so";
                continue;
            }
            once.push_back(payload);
        }
        EXPECT_EQ(once, (std::vector<std::string>{"[1]", "[2]", "[3]"}));
        EXPECT_EQ(hub_.delivered_ids.size(), 3U);
        EXPECT_TRUE(sink_.closed.empty());
        doors_.reset();
        settle(loop_);
        sink_.closed.clear();
    }
}

TEST_F(CatchUp, StaysStoodInForWhileTheCloudRefusesThisBridge) {
    Peer peer = stood_in();
    say(peer, "[1]", 1);
    cloud_.return_code = 4;
    cloud_.come_back();
    ASSERT_TRUE(until([&] { return cloud_.links.size() >= 2; }));
    EXPECT_TRUE(quiet(peer));
    EXPECT_NE(path(), ports::CloudPath::Relay);
    EXPECT_FALSE(health("cloud").ok);
    EXPECT_NE(health("cloud").detail.find("return code 4"), std::string::npos);
    cloud_.return_code = 0;
    ASSERT_TRUE(reaches(ports::CloudPath::Relay));
    EXPECT_EQ(cloud_.payloads(), std::vector<std::string>{"[1]"});
    EXPECT_TRUE(health("cloud").ok);
}

TEST_F(CatchUp, EndsWithTheBridgesConnection) {
    cloud_.puback = false;
    settings_.cloud_patience = base::Milliseconds{20'000};
    hub_.add_waiting("[1]", 1);
    begin();
    {
        Peer peer = connected();
        ASSERT_TRUE(until([&] { return cloud_.payloads().size() == 1; }));
        peer.socket().close();
    }
    ASSERT_TRUE(until([&] { return cloud_.last().closed; }));
    EXPECT_EQ(hub_.waiting_ids().size(), 1U);
    cloud_.puback = true;
    Peer again = connected();
    ASSERT_TRUE(reaches(ports::CloudPath::Relay));
    ASSERT_EQ(cloud_.publishes().size(), 2U);
    EXPECT_TRUE(cloud_.publishes()[1].dup);  // it had gone out before
}

TEST_F(CatchUp, AsksAgainForTheSubscriptionWhenTheCloudDoesNotAnswerIt) {
    Peer peer = stood_in();
    cloud_.suback = false;
    cloud_.come_back();
    ASSERT_TRUE(until([&] { return cloud_.links.size() >= 2; }));  // patience ended with the first
    say(peer, "[1]", 1);                                           // the bridge is listened to
    cloud_.suback = true;
    ASSERT_TRUE(reaches(ports::CloudPath::Relay));
    EXPECT_EQ(cloud_.payloads(), std::vector<std::string>{"[1]"});
    EXPECT_TRUE(sink_.closed.empty());
}

TEST_F(CatchUp, ABridgeThatNeverSettlesIsAskedToConnectAgain) {
    limits_.settle_timeout = base::Milliseconds{50};
    Peer peer = stood_in();
    // A message of ours that it does not acknowledge.
    ASSERT_TRUE(sink_.links[0]->publish(1, std::string("responses/") + kBridge + "/4/2", {}, 1));
    (void)next<mqtt::Publish>(peer);
    cloud_.come_back();
    EXPECT_TRUE(until([&] { return peer.read(), peer.ended; }));
    EXPECT_NE(sink_.closed.at(0).reason.find("the cloud is back"), std::string::npos);
    EXPECT_EQ(metric("millrace_cloud_returns_total", {{"how", "reconnect"}}), 1);
    Peer again = connected();
    EXPECT_EQ(sink_.opened.back().path, ports::CloudPath::Relay);
}

TEST_F(CatchUp, SurvivesTheCloudGoingAgainAfterEachReturn) {
    begin();
    Peer peer = connected();
    subscribe(peer);
    std::vector<std::string> expected;
    for (mqtt::PacketId id = 1; id <= 6; ++id) {
        SCOPED_TRACE(id);
        cloud_.go_away();
        ASSERT_TRUE(reaches(ports::CloudPath::StandingIn));
        say(peer, std::to_string(id), id);
        expected.push_back(std::to_string(id));
        cloud_.come_back();
        ASSERT_TRUE(reaches(ports::CloudPath::Relay));
        const auto relayed = static_cast<mqtt::PacketId>(100 + id);
        say(peer, std::to_string(relayed), relayed);
        expected.push_back(std::to_string(relayed));
        ASSERT_TRUE(until([&] { return hub_.uncertain(1) == 0; }));
    }
    EXPECT_EQ(cloud_.payloads(), expected);
    EXPECT_TRUE(sink_.closed.empty());
    EXPECT_EQ(metric("millrace_cloud_handover_repeats_total"), 0);
}

TEST_F(CatchUp, OneBridgeTriesForAll) {
    settings_.max_connections_per_address = 64;
    settings_.cloud_retry = base::Milliseconds{60};
    limits_.max_cloud_retry = base::Milliseconds{60};
    cloud_.go_away();
    begin();
    std::vector<Peer> peers;
    for (int i = 10; i < 40; ++i) peers.push_back(connected("6248A2B0C4D21F" + std::to_string(i)));
    cloud_.silent = true;
    cloud_.come_back();
    ASSERT_TRUE(until([&] { return cloud_.links.size() >= 2; }));
    for (const auto& peer : cloud_.links) EXPECT_LE(peer->packets.size(), 1U);
    EXPECT_EQ(cloud_.links.size(), 2U);  // one at a time, patience apart
    cloud_.silent = false;
    EXPECT_TRUE(until([&] { return metric("millrace_cloud_path_connections", {{"path", "relay"}}) == 30; }));
    EXPECT_EQ(metric("millrace_cloud_returns_total", {{"how", "splice"}}), 30);
    EXPECT_TRUE(sink_.closed.empty());
}

TEST_F(CatchUp, ItsOwnCallThatComesBackDoesNotTakeTheBridgesPlace) {
    Peer peer = stood_in();
    cloud_.silent = true;
    cloud_.come_back();
    ASSERT_TRUE(until([&] { return !cloud_.links.empty() && !cloud_.last().packets.empty(); }));
    Peer translated = bridge();  // through address translation, so from nowhere known
    translated.send(connect_packet());
    EXPECT_TRUE(until([&] { return translated.read(), translated.ended; }));
    EXPECT_TRUE(quiet(peer, std::chrono::milliseconds{20}));
    EXPECT_EQ(metric("millrace_bridge_connections_refused_total", {{"limit", "loop"}}), 1);
}

}  // namespace
}  // namespace millrace::capture
