#include "mqtt/session_mirror.h"

#include <gtest/gtest.h>

#include "mqtt/server_session.h"
#include "session_actions.h"

namespace millrace::mqtt {
namespace {

class SessionMirrorTest : public testing::Test {
protected:
    std::uint64_t publish(Qos qos, PacketId id = 0) {
        Publish packet;
        packet.qos = qos;
        packet.topic = "t";
        packet.packet_id = id;
        return client(packet);
    }
    std::uint64_t client(const Packet& packet) { return mirror_.on_client(packet, now_); }
    void server(const Packet& packet) { mirror_.on_server(packet); }
    void connect() {
        Connect connect;
        connect.keep_alive_s = 20;
        (void)client(connect);
        server(Connack{});
    }
    // What the one who takes over says at once.
    std::vector<Packet> taken_over() {
        ServerSession session({}, now_);
        const auto actions = session.go_on(mirror_.take(), now_);
        subscribed_ = session.subscribed_to("responses/x/1");
        return sent(actions);
    }

    SessionMirror mirror_;
    base::SteadyTime now_{base::Seconds{10}};
    bool subscribed_ = false;
};

TEST_F(SessionMirrorTest, NothingIsCertainUntilAnAnswerComes) {
    connect();
    (void)publish(Qos::AtMostOnce);
    (void)publish(Qos::AtLeastOnce, 1);
    EXPECT_EQ(mirror_.server_has(), 0U);
}

TEST_F(SessionMirrorTest, APubackShowsThatAllBeforeItArrived) {
    connect();
    const auto first = publish(Qos::AtMostOnce);
    const auto second = publish(Qos::AtLeastOnce, 1);
    const auto third = publish(Qos::AtMostOnce);
    EXPECT_LT(first, second);
    EXPECT_LT(second, third);
    server(Puback{1});
    EXPECT_EQ(mirror_.server_has(), second);
}

TEST_F(SessionMirrorTest, APingrespShowsWhatWasSentBeforeItsPingreq) {
    connect();
    const auto before = publish(Qos::AtMostOnce);
    (void)client(Pingreq{});
    (void)publish(Qos::AtMostOnce);
    (void)client(Pingreq{});
    server(Pingresp{});
    EXPECT_EQ(mirror_.server_has(), before);
}

TEST_F(SessionMirrorTest, AnAnswerToNothingShowsNothing) {
    connect();
    (void)publish(Qos::AtMostOnce);
    server(Pingresp{});
    server(Puback{7});
    server(Suback{7, {0}});
    EXPECT_EQ(mirror_.server_has(), 0U);
    EXPECT_TRUE(mirror_.can_be_taken_over());
}

TEST_F(SessionMirrorTest, AMessageSentTwiceNeedsTwoAnswersForTheSecond) {
    connect();
    const auto first = publish(Qos::AtLeastOnce, 1);
    const auto second = publish(Qos::AtLeastOnce, 1);
    server(Puback{1});
    EXPECT_EQ(mirror_.server_has(), first);
    server(Puback{1});
    EXPECT_EQ(mirror_.server_has(), second);
}

TEST_F(SessionMirrorTest, KnowsSinceWhenTheOldestRequestWaits) {
    connect();
    EXPECT_FALSE(mirror_.waiting_since());
    (void)publish(Qos::AtMostOnce);
    EXPECT_FALSE(mirror_.waiting_since());
    (void)publish(Qos::AtLeastOnce, 1);
    now_ += base::Seconds{3};
    (void)client(Pingreq{});
    EXPECT_EQ(mirror_.waiting_since(), now_ - base::Seconds{3});
    server(Puback{1});
    EXPECT_EQ(mirror_.waiting_since(), now_);
    server(Pingresp{});
    EXPECT_FALSE(mirror_.waiting_since());
}

TEST_F(SessionMirrorTest, TakesOverWithTheGrantedSubscriptions) {
    connect();
    (void)client(Subscribe{4, {{"responses/x/#", Qos::AtLeastOnce}, {"refused/#", Qos::AtLeastOnce}}});
    server(Suback{4, {1, Suback::kFailure}});
    (void)client(Pingreq{});
    EXPECT_EQ(taken_over(), std::vector<Packet>{Pingresp{}});
    EXPECT_TRUE(subscribed_);
}

TEST_F(SessionMirrorTest, TakesOverBeforeTheConnack) {
    Connect connect;
    connect.keep_alive_s = 20;
    (void)client(connect);
    (void)client(Subscribe{4, {{"responses/x/#", Qos::AtLeastOnce}}});
    EXPECT_EQ(taken_over(), (std::vector<Packet>{Connack{}, Suback{4, {1}}}));
    EXPECT_TRUE(subscribed_);
}

TEST_F(SessionMirrorTest, AcknowledgesAtOnceOnlyWhatIsSafe) {
    connect();
    const auto first = publish(Qos::AtLeastOnce, 1);
    const auto second = publish(Qos::AtLeastOnce, 2);
    mirror_.acknowledge(first);
    ServerSession session({}, now_);
    EXPECT_EQ(sent(session.go_on(mirror_.take(), now_)), std::vector<Packet>{Puback{1}});
    EXPECT_TRUE(session.acknowledge(first).empty());
    EXPECT_FALSE(session.settled());
    EXPECT_EQ(sent(session.acknowledge(second)), std::vector<Packet>{Puback{2}});
    EXPECT_TRUE(session.settled());
}

TEST_F(SessionMirrorTest, ReceiptsGoOnRisingWithWhoTakesOver) {
    connect();
    const auto relayed = publish(Qos::AtLeastOnce, 1);
    server(Puback{1});
    ServerSession session({}, now_);
    EXPECT_TRUE(session.go_on(mirror_.take(), now_).empty());
    Publish packet;
    packet.qos = Qos::AtLeastOnce;
    packet.topic = "t";
    packet.packet_id = 1;
    const auto delivered = all<Delivered>(session.on_bytes(to_wire(packet), now_));
    ASSERT_EQ(delivered.size(), 1U);
    EXPECT_GT(delivered[0].receipt, relayed);
    EXPECT_TRUE(session.acknowledge(relayed).empty());
    EXPECT_FALSE(session.acknowledge(delivered[0].receipt).empty());
    SessionMirror again(session.hand_on());
    Publish next = packet;
    EXPECT_GT(again.on_client(next, now_), delivered[0].receipt);
    EXPECT_TRUE(again.connected());
    EXPECT_TRUE(again.can_be_taken_over());
}

TEST_F(SessionMirrorTest, WhoTakesOverUsesNoPacketIdentifierThatTheBridgeStillOwes) {
    connect();
    (void)client(Subscribe{4, {{"#", Qos::AtLeastOnce}}});
    server(Suback{4, {1}});
    Publish message;
    message.qos = Qos::AtLeastOnce;
    message.topic = "t";
    message.packet_id = 1;
    server(message);
    ServerSession session({}, now_);
    (void)session.go_on(mirror_.take(), now_);
    const auto said = sent(session.publish("a", {}, Qos::AtLeastOnce));
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(std::get<Publish>(said[0]).packet_id, 2);
}

TEST_F(SessionMirrorTest, IsNotTakenOverInsideAQos2Handshake) {
    connect();
    const auto receipt = publish(Qos::ExactlyOnce, 1);
    EXPECT_FALSE(mirror_.can_be_taken_over());
    server(Pubrec{1});
    EXPECT_EQ(mirror_.server_has(), receipt);
    EXPECT_FALSE(mirror_.can_be_taken_over());
    (void)client(Pubrel{1});
    EXPECT_FALSE(mirror_.can_be_taken_over());
    server(Pubcomp{1});
    EXPECT_TRUE(mirror_.can_be_taken_over());
    Publish message;
    message.qos = Qos::ExactlyOnce;
    message.topic = "t";
    message.packet_id = 1;
    server(message);
    EXPECT_FALSE(mirror_.can_be_taken_over());
    (void)client(Pubcomp{1});
    EXPECT_TRUE(mirror_.can_be_taken_over());
}

TEST_F(SessionMirrorTest, IsGivenUpWhenASideSaysWhatItMayNot) {
    connect();
    (void)publish(Qos::AtMostOnce);
    (void)client(Pingreq{});
    (void)client(Connect{});
    server(Pingresp{});
    EXPECT_EQ(mirror_.server_has(), 0U);
    EXPECT_FALSE(mirror_.can_be_taken_over());
    EXPECT_EQ(publish(Qos::AtMostOnce), make_receipt(2, 0));  // they are still delivered
}

TEST_F(SessionMirrorTest, IsGivenUpWhenTooMuchIsUnanswered) {
    connect();
    for (std::size_t i = 0; i < SessionMirror::kMaxUnanswered; ++i) (void)client(Pingreq{});
    EXPECT_TRUE(mirror_.can_be_taken_over());
    (void)client(Pingreq{});
    EXPECT_FALSE(mirror_.can_be_taken_over());
    EXPECT_FALSE(mirror_.waiting_since());
}

TEST_F(SessionMirrorTest, EndsWithTheClientsDisconnect) {
    connect();
    EXPECT_FALSE(mirror_.ended());
    (void)client(Disconnect{});
    EXPECT_TRUE(mirror_.ended());
    EXPECT_FALSE(mirror_.can_be_taken_over());
}

TEST_F(SessionMirrorTest, AHalfPacketGoesWithTheSession) {
    connect();
    Publish packet;
    packet.qos = Qos::AtLeastOnce;
    packet.topic = "t";
    packet.packet_id = 9;
    const auto wire = to_wire(packet);
    auto state = mirror_.take();
    state.half_packet.assign(wire.begin(), wire.begin() + 3);
    ServerSession session({}, now_);
    (void)session.go_on(std::move(state), now_);
    EXPECT_EQ(session.deadline(), now_ + base::Seconds{10});
    const auto delivered = all<Delivered>(session.on_bytes(base::ByteView(wire).subspan(3), now_));
    ASSERT_EQ(delivered.size(), 1U);
    EXPECT_EQ(delivered[0].publish, packet);
    (void)session.acknowledge(delivered[0].receipt);
    (void)session.on_bytes(base::ByteView(wire).first(5), now_);
    EXPECT_EQ(session.hand_on().half_packet, base::Bytes(wire.begin(), wire.begin() + 5));
}

}  // namespace
}  // namespace millrace::mqtt
