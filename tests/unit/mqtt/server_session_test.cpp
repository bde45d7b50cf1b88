#include "mqtt/server_session.h"

#include <gtest/gtest.h>

#include "unit/mqtt/sample_packets.h"
#include "unit/mqtt/session_actions.h"

namespace millrace::mqtt {
namespace {

using base::Milliseconds;
using base::Seconds;

class ServerSessionTest : public testing::Test {
protected:
    ServerActions receive(const Packet& packet) { return session.on_bytes(to_wire(packet), now); }
    ServerActions receive_hex(const char* hex) { return session.on_bytes(*base::from_hex(hex), now); }

    void connect(std::uint16_t keep_alive_s = 20) {
        Connect packet;
        packet.client_id = "61F6F57900000001";
        packet.user_name = "device";
        packet.password = base::to_bytes("secret");
        packet.keep_alive_s = keep_alive_s;
        ASSERT_EQ(sent(receive(packet)), std::vector<Packet>{Connack{}});
    }

    // Closes exactly at the deadline the session names, and not before.
    void expect_closes_after(Milliseconds wait) {
        EXPECT_EQ(session.deadline(), now + wait);
        EXPECT_TRUE(session.on_timer(now + wait - Milliseconds{1}).empty());
        EXPECT_TRUE(closes(session.on_timer(now + wait)));
        EXPECT_EQ(session.deadline(), base::SteadyTime::max());
    }

    base::SteadyTime now{Seconds{1000}};
    ServerLimits limits;
    ServerSession session{limits, now};
};

TEST_F(ServerSessionTest, AcceptsAConnectAndTellsWhoCame) {
    EXPECT_FALSE(session.connected());
    Connect packet;
    packet.client_id = "61F6F57900000001";
    packet.user_name = "device";
    packet.password = base::to_bytes("secret");
    packet.keep_alive_s = 20;
    const ServerActions actions = receive(packet);
    ASSERT_EQ(actions.size(), 2U);
    EXPECT_EQ(base::to_hex(std::get<Send>(actions[0]).bytes), "20020000");
    const auto& client = std::get<ClientConnected>(actions[1]);
    EXPECT_EQ(client.client_id, "61F6F57900000001");
    EXPECT_EQ(client.user_name, "device");
    EXPECT_EQ(client.keep_alive_s, 20);
    EXPECT_TRUE(session.connected());
}

TEST_F(ServerSessionTest, AnswersAnUnknownProtocolLevelWithCode1AndCloses) {
    const ServerActions actions = receive_hex(
        "100d"
        "00044d515454"
        "05020000"
        "000000");  // a CONNECT of version 5
    EXPECT_EQ(sent(actions), (std::vector<Packet>{Connack{false, ConnectReturnCode::UnacceptableProtocolVersion}}));
    EXPECT_TRUE(closes(actions));
    EXPECT_FALSE(session.connected());
}

TEST_F(ServerSessionTest, AnswersAnEmptyClientIdToKeepWithCode2AndCloses) {
    Connect packet;
    packet.clean_session = false;
    const ServerActions actions = receive(packet);
    EXPECT_EQ(sent(actions), (std::vector<Packet>{Connack{false, ConnectReturnCode::IdentifierRejected}}));
    EXPECT_TRUE(closes(actions));
}

TEST_F(ServerSessionTest, AcceptsAnEmptyClientIdOfACleanSession) {
    EXPECT_EQ(sent(receive(Connect{})), std::vector<Packet>{Connack{}});
}

TEST_F(ServerSessionTest, ClosesWithoutAnAnswerWhenTheFirstPacketIsNotConnect) {
    for (const SamplePacket& sample : sample_packets()) {
        if (std::holds_alternative<Connect>(sample.packet)) continue;
        ServerSession fresh(limits, now);
        const ServerActions actions = fresh.on_bytes(sample.wire(), now);
        EXPECT_EQ(actions.size(), 1U) << sample.name;
        EXPECT_TRUE(closes(actions)) << sample.name;
    }
}

TEST_F(ServerSessionTest, ClosesAtASecondConnect) {
    connect();
    const ServerActions actions = receive(full_connect());
    EXPECT_TRUE(closes(actions));
    EXPECT_TRUE(sent(actions).empty());
}

TEST_F(ServerSessionTest, ClosesAtPacketsOnlyServersSend) {
    for (const Packet& packet : std::vector<Packet>{Connack{}, Suback{1, {0}}, Unsuback{1}, Pingresp{}}) {
        ServerSession fresh(limits, now);
        (void)fresh.on_bytes(to_wire(Connect{}), now);
        EXPECT_TRUE(closes(fresh.on_bytes(to_wire(packet), now)));
    }
}

TEST_F(ServerSessionTest, ClosesAtAMalformedPacketAndSaysNothingOfItsBytes) {
    connect();
    const ServerActions actions = receive_hex(
        "3005"
        "0003612b62");
    ASSERT_TRUE(closes(actions));
    EXPECT_EQ(std::get<Close>(actions.back()).reason, describe(Malformed::InvalidTopic));
}

TEST_F(ServerSessionTest, IgnoresEverythingAfterItClosed) {
    connect();
    EXPECT_TRUE(closes(receive(Disconnect{})));
    EXPECT_TRUE(receive(Pingreq{}).empty());
    EXPECT_TRUE(session.on_timer(now + Seconds{100'000}).empty());
    EXPECT_TRUE(session.publish("a", {}, Qos::AtMostOnce).empty());
    EXPECT_FALSE(session.connected());
}

TEST_F(ServerSessionTest, PacketsBehindADisconnectAreNotHandled) {
    connect();
    const ServerActions actions = session.on_bytes(wire_of({Disconnect{}, Pingreq{}}), now);
    ASSERT_EQ(actions.size(), 1U);
    EXPECT_TRUE(std::get<Close>(actions[0]).by_client);
}

TEST_F(ServerSessionTest, AnswersAPing) {
    connect();
    EXPECT_EQ(sent(receive(Pingreq{})), std::vector<Packet>{Pingresp{}});
}

TEST_F(ServerSessionTest, AnswersPacketsThatCameTogetherInOneSend) {
    const ServerActions actions =
        session.on_bytes(wire_of({Connect{}, Subscribe{1, {{"a", Qos::AtMostOnce}}}, Pingreq{}}), now);
    EXPECT_EQ(sent(actions), (std::vector<Packet>{Connack{}, Suback{1, {0}}, Pingresp{}}));
}

TEST_F(ServerSessionTest, GrantsAtMostQos1AndRefusesMisplacedWildcards) {
    connect();
    const ServerActions actions = receive(Subscribe{
        5, {{"a", Qos::AtMostOnce}, {"b/#", Qos::AtLeastOnce}, {"c/+", Qos::ExactlyOnce}, {"d#", Qos::AtLeastOnce}}});
    EXPECT_EQ(sent(actions), (std::vector<Packet>{Suback{5, {0, 1, 1, 0x80}}}));
    const auto granted = all<Subscribed>(actions);
    ASSERT_EQ(granted.size(), 1U);
    EXPECT_EQ(
        granted[0].subscriptions,
        (std::vector<Subscription>{{"a", Qos::AtMostOnce}, {"b/#", Qos::AtLeastOnce}, {"c/+", Qos::AtLeastOnce}}));
    EXPECT_TRUE(session.subscribed_to("b/x/y"));
    EXPECT_FALSE(session.subscribed_to("d#"));
}

TEST_F(ServerSessionTest, CountsARepeatedFilterOnceAndTakesItsNewQos) {
    limits.max_subscriptions = 2;
    session = ServerSession(limits, now);
    connect();
    (void)receive(Subscribe{1, {{"a", Qos::AtLeastOnce}, {"a", Qos::AtMostOnce}, {"b", Qos::AtLeastOnce}}});
    EXPECT_EQ(sent(receive(Subscribe{2, {{"c", Qos::AtMostOnce}, {"b", Qos::AtMostOnce}}})),
              (std::vector<Packet>{Suback{2, {0x80, 0}}}));
    EXPECT_FALSE(session.subscribed_to("c"));
    EXPECT_EQ(sent(session.publish("a", {}, Qos::AtLeastOnce)),
              (std::vector<Packet>{Publish{false, Qos::AtMostOnce, false, "a", 0, {}}}));
}

TEST_F(ServerSessionTest, UnsubscribesOnlyTheExactFilter) {
    connect();
    (void)receive(Subscribe{1, {{"a/#", Qos::AtLeastOnce}, {"a/b", Qos::AtLeastOnce}}});
    EXPECT_EQ(sent(receive(Unsubscribe{2, {"a/b", "never"}})), std::vector<Packet>{Unsuback{2}});
    EXPECT_TRUE(session.subscribed_to("a/b"));
    EXPECT_EQ(sent(receive(Unsubscribe{3, {"a/#"}})), std::vector<Packet>{Unsuback{3}});
    EXPECT_FALSE(session.subscribed_to("a/b"));
}

TEST_F(ServerSessionTest, ClosesWhenNoConnectComes) {
    expect_closes_after(limits.connect_timeout);
}

TEST_F(ServerSessionTest, ABitOfAConnectDoesNotBuyMoreTime) {
    now += Seconds{9};
    EXPECT_TRUE(receive_hex("100d").empty());
    now += Milliseconds{999};
    expect_closes_after(Milliseconds{1});
}

TEST_F(ServerSessionTest, ClosesAtHalfAPacketThoughBytesKeepDripping) {
    connect(0);
    EXPECT_TRUE(receive_hex("30").empty());
    now += Seconds{6};
    EXPECT_TRUE(receive_hex("0a").empty());
    expect_closes_after(Seconds{4});
}

TEST_F(ServerSessionTest, AHalfPacketBehindAWholeOneHasItsOwnTime) {
    connect(0);
    EXPECT_TRUE(receive_hex("30").empty());
    now += Seconds{6};
    EXPECT_EQ(receive_hex("06"
                          "0003612f62"
                          "78"
                          "c0")
                  .size(),
              1U);
    expect_closes_after(limits.packet_timeout);
}

TEST_F(ServerSessionTest, ClosesAfterOneAndAHalfKeepAlives) {
    connect(21);
    expect_closes_after(Milliseconds{31'500});
}

TEST_F(ServerSessionTest, AnyPacketCountsAsASignOfLife) {
    connect(20);
    now += Seconds{29};
    (void)receive(Publish{false, Qos::AtMostOnce, false, "a", 0, {}});
    expect_closes_after(Seconds{30});
}

TEST_F(ServerSessionTest, WithoutKeepAliveTheIdleTimeoutHolds) {
    connect(0);
    expect_closes_after(limits.idle_timeout);
}

TEST_F(ServerSessionTest, TheLongestKeepAliveDoesNotOverflow) {
    connect(65535);
    expect_closes_after(Milliseconds{98'302'500});
}

}  // namespace
}  // namespace millrace::mqtt
