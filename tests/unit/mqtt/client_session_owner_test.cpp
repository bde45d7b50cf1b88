// What owners that do more by themselves ask of a client session: their own CONNECT, acknowledgements by hand, pings
// as questions, and going on with the connection after it.
#include <gtest/gtest.h>

#include "mqtt/client_session.h"
#include "unit/mqtt/session_actions.h"

namespace millrace::mqtt {
namespace {

using base::Seconds;

class ClientSessionOwner : public testing::Test {
protected:
    ClientActions receive(const std::vector<Packet>& packets) { return session_->on_bytes(wire_of(packets), now_); }
    void open() {
        session_.emplace(settings_);
        session_->opened_by_owner(now_);
        ASSERT_EQ(all<Opened>(receive({Connack{}})).size(), 1U);
    }
    static Publish message(PacketId id) {
        Publish publish;
        publish.qos = Qos::AtLeastOnce;
        publish.topic = "t";
        publish.packet_id = id;
        return publish;
    }

    ClientSettings settings_;
    std::optional<ClientSession> session_;
    base::SteadyTime now_{Seconds{1000}};
};

TEST_F(ClientSessionOwner, GoesOnFromAConnectThatTheOwnerSent) {
    session_.emplace(settings_);
    session_->opened_by_owner(now_);
    EXPECT_EQ(session_->deadline(), now_ + Seconds{10});
    EXPECT_TRUE(session_->open(now_).empty());
    (void)receive({Connack{}});
    EXPECT_TRUE(session_->connected());
}

TEST_F(ClientSessionOwner, TellsTheReturnCodeOfARefusal) {
    session_.emplace(settings_);
    session_->opened_by_owner(now_);
    const auto actions = receive({Connack{false, ConnectReturnCode::BadUserNameOrPassword}});
    ASSERT_EQ(all<Refused>(actions).size(), 1U);
    EXPECT_EQ(all<Refused>(actions)[0].return_code, ConnectReturnCode::BadUserNameOrPassword);
    EXPECT_TRUE(closes(actions));
}

TEST_F(ClientSessionOwner, AcknowledgesByHandWhenAsked) {
    settings_.acknowledge_by_hand = true;
    open();
    const auto actions = receive({message(5), message(6)});
    EXPECT_TRUE(sent(actions).empty());
    const auto received = all<MessageReceived>(actions);
    ASSERT_EQ(received.size(), 2U);
    EXPECT_LT(received[0].receipt, received[1].receipt);
    EXPECT_EQ(sent(session_->acknowledge(received[1].receipt)), std::vector<Packet>{Puback{6}});
    EXPECT_EQ(sent(session_->acknowledge(received[0].receipt)), std::vector<Packet>{Puback{5}});
    EXPECT_TRUE(session_->acknowledge(received[0].receipt).empty());
    EXPECT_TRUE(session_->acknowledge(0).empty());
}

TEST_F(ClientSessionOwner, AnOldReceiptDoesNotAcknowledgeANewMessage) {
    settings_.acknowledge_by_hand = true;
    open();
    const auto first = all<MessageReceived>(receive({message(5)}))[0].receipt;
    EXPECT_FALSE(session_->acknowledge(first).empty());
    const auto second = all<MessageReceived>(receive({message(5)}))[0].receipt;
    EXPECT_TRUE(session_->acknowledge(first).empty());
    EXPECT_FALSE(session_->acknowledge(second).empty());
}

TEST_F(ClientSessionOwner, TellsWhichPingWasAnswered) {
    settings_.ping_period = Seconds{21};
    open();
    now_ += Seconds{21};
    EXPECT_EQ(sent(session_->on_timer(now_)), std::vector<Packet>{Pingreq{}});
    const auto pinged = session_->ping(now_);
    EXPECT_EQ(sent(pinged.actions), std::vector<Packet>{Pingreq{}});
    const auto first = all<PingAnswered>(receive({Pingresp{}}));
    EXPECT_TRUE(first.empty() || first[0].ping != pinged.ping);
    EXPECT_TRUE(session_->awaits_pingresp());
    const auto second = all<PingAnswered>(receive({Pingresp{}}));
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second[0].ping, pinged.ping);
    EXPECT_FALSE(session_->awaits_pingresp());
    EXPECT_TRUE(receive({Pingresp{}}).empty());  // to nothing
}

TEST_F(ClientSessionOwner, PublishesAMessageWithItsFlags) {
    open();
    Publish wanted = message(77);
    wanted.dup = true;
    wanted.retain = true;
    const auto published = session_->publish(wanted, now_);
    wanted.packet_id = published.packet_id;
    EXPECT_EQ(sent(published.actions), std::vector<Packet>{wanted});
    EXPECT_EQ(published.packet_id, 1);
}

TEST_F(ClientSessionOwner, LeavesWhatFollowsTheSubackToWhoGoesOn) {
    settings_.stop_at_suback = true;
    open();
    (void)session_->subscribe({{"a", Qos::AtLeastOnce}});
    const auto after = wire_of({message(9), message(10)});
    auto bytes = wire_of({Suback{1, {1}}});
    bytes.insert(bytes.end(), after.begin(), after.end());
    bytes.pop_back();
    const auto actions = session_->on_bytes(bytes, now_);
    EXPECT_EQ(all<SubscribeAnswered>(actions).size(), 1U);
    EXPECT_TRUE(all<MessageReceived>(actions).empty());
    EXPECT_TRUE(sent(actions).empty());
    EXPECT_EQ(session_->release(), base::Bytes(after.begin(), after.end() - 1));
    EXPECT_FALSE(session_->connected());
    EXPECT_EQ(session_->deadline(), base::SteadyTime::max());
}

}  // namespace
}  // namespace millrace::mqtt
