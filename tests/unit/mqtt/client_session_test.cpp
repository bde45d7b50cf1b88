#include "mqtt/client_session.h"

#include <gtest/gtest.h>

#include "unit/mqtt/sample_packets.h"
#include "unit/mqtt/session_actions.h"

namespace millrace::mqtt {
namespace {

using base::Milliseconds;
using base::Seconds;

class ClientSessionTest : public testing::Test {
protected:
    static ClientSettings settings() {
        ClientSettings settings;
        settings.client_id = "61F6F57900000001";
        settings.user_name = "device";
        settings.password = base::to_bytes("pw");
        settings.max_inflight = 3;
        return settings;
    }
    ClientActions receive(const Packet& packet) { return session.on_bytes(to_wire(packet), now); }
    void open() {
        (void)session.open(now);
        ASSERT_EQ(all<Opened>(receive(Connack{})).size(), 1U);
    }
    std::vector<Packet> sent_at(base::SteadyTime time) { return sent(session.on_timer(time)); }

    base::SteadyTime now{Seconds{1000}};
    ClientSession session{settings()};
};

TEST_F(ClientSessionTest, ConnectsWithItsNameAndACleanSession) {
    Connect expected;
    expected.client_id = "61F6F57900000001";
    expected.keep_alive_s = 20;
    expected.user_name = "device";
    expected.password = base::to_bytes("pw");
    EXPECT_EQ(sent(session.open(now)), std::vector<Packet>{expected});
    EXPECT_FALSE(session.connected());
    EXPECT_EQ(all<Opened>(receive(Connack{})).size(), 1U);
    EXPECT_TRUE(session.connected());
}

TEST_F(ClientSessionTest, ClosesWhenRefusedOrNotAnswered) {
    (void)session.open(now);
    EXPECT_EQ(session.deadline(), now + Seconds{10});
    EXPECT_TRUE(session.on_timer(now + Milliseconds{9'999}).empty());
    EXPECT_TRUE(closes(session.on_timer(now + Seconds{10})));

    ClientSession other(settings());
    (void)other.open(now);
    EXPECT_TRUE(closes(other.on_bytes(to_wire(Connack{false, ConnectReturnCode::NotAuthorized}), now)));
}

TEST_F(ClientSessionTest, ClosesAtWhatAServerNeverSends) {
    for (const SamplePacket& sample : sample_packets()) {
        const bool wrong =
            std::holds_alternative<Connect>(sample.packet) || std::holds_alternative<Subscribe>(sample.packet) ||
            std::holds_alternative<Unsubscribe>(sample.packet) || std::holds_alternative<Pingreq>(sample.packet) ||
            std::holds_alternative<Disconnect>(sample.packet) ||
            std::holds_alternative<Connack>(sample.packet);  // a second one
        ClientSession fresh(settings());
        (void)fresh.open(now);
        (void)fresh.on_bytes(to_wire(Connack{}), now);
        EXPECT_EQ(closes(fresh.on_bytes(sample.wire(), now)), wrong) << sample.name;
    }
}

TEST_F(ClientSessionTest, SubscribesAndHearsTheAnswer) {
    EXPECT_TRUE(session.subscribe({{"a/#", Qos::AtLeastOnce}}).empty());
    open();
    EXPECT_EQ(sent(session.subscribe({{"a/#", Qos::AtLeastOnce}})),
              (std::vector<Packet>{Subscribe{1, {{"a/#", Qos::AtLeastOnce}}}}));
    const auto answered = all<SubscribeAnswered>(receive(Suback{1, {1}}));
    ASSERT_EQ(answered.size(), 1U);
    EXPECT_EQ(answered[0].packet_id, 1);
}

TEST_F(ClientSessionTest, AcknowledgesWhatItReceives) {
    open();
    const ClientActions actions = receive(Publish{false, Qos::AtLeastOnce, false, "a/b", 77, {1}});
    EXPECT_EQ(all<MessageReceived>(actions).size(), 1U);
    EXPECT_EQ(sent(actions), std::vector<Packet>{Puback{77}});
    EXPECT_TRUE(sent(receive(Publish{false, Qos::AtMostOnce, false, "a/b", 0, {1}})).empty());
}

TEST_F(ClientSessionTest, SendsAgainWithDupUntilThePubackComes) {
    open();
    const auto published = session.publish("t", {1, 2}, Qos::AtLeastOnce, now);
    ASSERT_EQ(published.packet_id, 1);
    EXPECT_EQ(sent(published.actions), (std::vector<Packet>{Publish{false, Qos::AtLeastOnce, false, "t", 1, {1, 2}}}));
    const Packet again = Publish{true, Qos::AtLeastOnce, false, "t", 1, {1, 2}};
    EXPECT_EQ(session.deadline(), now + Seconds{20});
    EXPECT_TRUE(sent_at(now + Milliseconds{19'999}).empty());
    EXPECT_EQ(sent_at(now + Seconds{20}), std::vector<Packet>{again});
    EXPECT_EQ(sent_at(now + Seconds{40}), (std::vector<Packet>{Pingreq{}, again}));
    const auto acknowledged = all<Acknowledged>(receive(Puback{1}));
    ASSERT_EQ(acknowledged.size(), 1U);
    EXPECT_EQ(acknowledged[0].packet_id, 1);
    EXPECT_TRUE(all<Acknowledged>(receive(Puback{1})).empty());
    EXPECT_EQ(session.inflight(), 0U);
}

TEST_F(ClientSessionTest, Qos0HasNoIdentifierAndIsForgotten) {
    open();
    const auto published = session.publish("t", {1}, Qos::AtMostOnce, now);
    EXPECT_EQ(published.packet_id, 0);
    EXPECT_EQ(sent(published.actions).size(), 1U);
    EXPECT_EQ(session.inflight(), 0U);
}

TEST_F(ClientSessionTest, HoldsNoMoreMessagesThanItsLimit) {
    open();
    for (int i = 0; i < 3; ++i) EXPECT_NE(session.publish("t", {}, Qos::AtLeastOnce, now).packet_id, 0);
    EXPECT_TRUE(session.publish("t", {}, Qos::AtLeastOnce, now).actions.empty());
    (void)receive(Puback{2});
    EXPECT_EQ(session.publish("t", {}, Qos::AtLeastOnce, now).packet_id, 4);
}

TEST_F(ClientSessionTest, PingsEvery21SecondsWhateverElseIsSent) {
    open();
    for (int i = 0; i < 5; ++i) {
        EXPECT_EQ(session.deadline(), now + Seconds{21});
        (void)session.publish("t", {}, Qos::AtMostOnce, now + Seconds{5});
        EXPECT_TRUE(sent_at(now + Milliseconds{20'999}).empty());
        now += Seconds{21};
        EXPECT_EQ(sent_at(now), std::vector<Packet>{Pingreq{}});
        EXPECT_TRUE(receive(Pingresp{}).empty());
    }
}

TEST_F(ClientSessionTest, ClosesWithoutAPingresp) {
    open();
    now += Seconds{21};
    EXPECT_EQ(sent_at(now), std::vector<Packet>{Pingreq{}});
    EXPECT_EQ(session.deadline(), now + Seconds{20});
    EXPECT_TRUE(session.on_timer(now + Milliseconds{19'999}).empty());
    EXPECT_TRUE(closes(session.on_timer(now + Seconds{20})));
    EXPECT_EQ(session.deadline(), base::SteadyTime::max());
}

TEST_F(ClientSessionTest, ClosesAtHalfAPacketAndAtGarbage) {
    open();
    EXPECT_TRUE(session.on_bytes(*base::from_hex("300a"), now).empty());
    EXPECT_EQ(session.deadline(), now + Seconds{10});
    EXPECT_TRUE(closes(session.on_timer(now + Seconds{10})));

    ClientSession other(settings());
    (void)other.open(now);
    EXPECT_TRUE(closes(other.on_bytes(base::as_bytes("HTTP/1.1 400 Bad Request"), now)));
}

TEST_F(ClientSessionTest, DisconnectsAndIsDone) {
    open();
    const ClientActions actions = session.disconnect();
    EXPECT_EQ(sent(actions), std::vector<Packet>{Disconnect{}});
    EXPECT_TRUE(closes(actions));
    EXPECT_TRUE(session.publish("t", {}, Qos::AtLeastOnce, now).actions.empty());
    EXPECT_TRUE(session.disconnect().empty());
}

}  // namespace
}  // namespace millrace::mqtt
