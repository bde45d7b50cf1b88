// What a server session does with messages at the three qualities of service.
#include <gtest/gtest.h>

#include "mqtt/server_session.h"
#include "unit/mqtt/session_actions.h"

namespace millrace::mqtt {
namespace {

Publish message(Qos qos, PacketId id, bool dup = false) {
    return {dup, qos, false, "2/1/2/x/1", id, {'x'}};
}

ServerLimits few_inflight() {
    ServerLimits limits;
    limits.max_inflight = 3;
    return limits;
}

class ServerQos : public testing::Test {
protected:
    ServerQos() { (void)receive(Connect{}); }
    ServerActions receive(const Packet& packet) { return session.on_bytes(to_wire(packet), now); }
    std::size_t delivered(const Packet& packet) { return all<Delivered>(receive(packet)).size(); }

    base::SteadyTime now{base::Seconds{1}};
    ServerLimits limits = few_inflight();
    ServerSession session{limits, now};
};

TEST_F(ServerQos, Qos0IsDeliveredAndNeverAcknowledged) {
    EXPECT_EQ(delivered(message(Qos::AtMostOnce, 0)), 1U);
    EXPECT_TRUE(session.acknowledge(0).empty());
}

TEST_F(ServerQos, Qos1IsAcknowledgedOnlyWhenTheOwnerSaysSo) {
    const ServerActions actions = receive(message(Qos::AtLeastOnce, 7));
    ASSERT_EQ(actions.size(), 1U);
    EXPECT_EQ(std::get<Delivered>(actions[0]).publish, message(Qos::AtLeastOnce, 7));
    EXPECT_EQ(sent(session.acknowledge(7)), std::vector<Packet>{Puback{7}});
    EXPECT_TRUE(session.acknowledge(7).empty());
    EXPECT_TRUE(session.acknowledge(8).empty());
}

TEST_F(ServerQos, RepeatedQos1IsDeliveredAgainWithOneAcknowledgement) {
    EXPECT_EQ(delivered(message(Qos::AtLeastOnce, 7)), 1U);
    EXPECT_EQ(delivered(message(Qos::AtLeastOnce, 7, true)), 1U);
    EXPECT_EQ(sent(session.acknowledge(7)), std::vector<Packet>{Puback{7}});
    EXPECT_TRUE(session.acknowledge(7).empty());
}

TEST_F(ServerQos, AnIdentifierIsFreeAgainAfterItsAcknowledgement) {
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(delivered(message(Qos::AtLeastOnce, 7)), 1U);
        EXPECT_EQ(session.acknowledge(7).size(), 1U);
    }
}

TEST_F(ServerQos, Qos2IsDeliveredOnceThroughItsWholeHandshake) {
    EXPECT_EQ(delivered(message(Qos::ExactlyOnce, 9)), 1U);
    EXPECT_TRUE(receive(message(Qos::ExactlyOnce, 9, true)).empty());  // not safe yet: no PUBREC either
    EXPECT_EQ(sent(session.acknowledge(9)), std::vector<Packet>{Pubrec{9}});
    const ServerActions repeated = receive(message(Qos::ExactlyOnce, 9, true));
    EXPECT_TRUE(all<Delivered>(repeated).empty());
    EXPECT_EQ(sent(repeated), std::vector<Packet>{Pubrec{9}});
    EXPECT_EQ(sent(receive(Pubrel{9})), std::vector<Packet>{Pubcomp{9}});
    EXPECT_EQ(delivered(message(Qos::ExactlyOnce, 9)), 1U);
}

TEST_F(ServerQos, AnUnknownPubrelIsCompleted) {
    EXPECT_EQ(sent(receive(Pubrel{3})), std::vector<Packet>{Pubcomp{3}});
}

TEST_F(ServerQos, APubrelBeforeThePubrecCloses) {
    (void)receive(message(Qos::ExactlyOnce, 9));
    EXPECT_TRUE(closes(receive(Pubrel{9})));
}

TEST_F(ServerQos, AnIdentifierInUseAtAnotherQosCloses) {
    (void)receive(message(Qos::AtLeastOnce, 9));
    EXPECT_TRUE(closes(receive(message(Qos::ExactlyOnce, 9))));
}

TEST_F(ServerQos, TooManyUnacknowledgedMessagesClose) {
    for (PacketId id = 1; id <= 3; ++id) EXPECT_EQ(delivered(message(Qos::AtLeastOnce, id)), 1U);
    EXPECT_EQ(delivered(message(Qos::AtLeastOnce, 3, true)), 1U);  // a repetition is not one more
    EXPECT_EQ(delivered(message(Qos::AtMostOnce, 0)), 1U);
    const ServerActions actions = receive(message(Qos::AtLeastOnce, 4));
    EXPECT_TRUE(closes(actions));
    EXPECT_TRUE(all<Delivered>(actions).empty());
}

TEST_F(ServerQos, Qos2MessagesWithoutPubrelCountAsUnacknowledged) {
    for (PacketId id = 1; id <= 3; ++id) {
        (void)receive(message(Qos::ExactlyOnce, id));
        (void)session.acknowledge(id);
    }
    EXPECT_TRUE(closes(receive(message(Qos::ExactlyOnce, 4))));
}

TEST_F(ServerQos, PublishesOnlyWhatTheClientSubscribedTo) {
    EXPECT_TRUE(session.publish("responses/a/1/2", {1}, Qos::AtLeastOnce).empty());
    (void)receive(Subscribe{1, {{"responses/a/#", Qos::AtLeastOnce}}});
    EXPECT_EQ(sent(session.publish("responses/a/1/2", {1}, Qos::AtLeastOnce)),
              (std::vector<Packet>{Publish{false, Qos::AtLeastOnce, false, "responses/a/1/2", 1, {1}}}));
    EXPECT_TRUE(session.publish("responses/b/1/2", {1}, Qos::AtLeastOnce).empty());
}

TEST_F(ServerQos, PublishesAtTheHighestQosGrantedByAMatchingFilter) {
    (void)receive(Subscribe{1, {{"a/#", Qos::AtMostOnce}, {"a/b", Qos::AtLeastOnce}}});
    const auto both = sent(session.publish("a/b", {}, Qos::ExactlyOnce));
    ASSERT_EQ(both.size(), 1U);
    EXPECT_EQ(std::get<Publish>(both[0]).qos, Qos::AtLeastOnce);
    const auto one = sent(session.publish("a/c", {}, Qos::AtLeastOnce));
    ASSERT_EQ(one.size(), 1U);
    EXPECT_EQ(std::get<Publish>(one[0]).qos, Qos::AtMostOnce);
}

TEST_F(ServerQos, UsesNoIdentifierTwiceWhileItIsOutstanding) {
    (void)receive(Subscribe{1, {{"a", Qos::AtLeastOnce}}});
    const auto publish_id = [&] {
        return std::get<Publish>(sent(session.publish("a", {}, Qos::AtLeastOnce)).at(0)).packet_id;
    };
    EXPECT_EQ(publish_id(), 1);  // stays unacknowledged
    for (int i = 2; i <= 65535; ++i) {
        const PacketId id = publish_id();
        EXPECT_NE(id, 0);
        (void)receive(Puback{id});
    }
    EXPECT_EQ(publish_id(), 2);  // past 0 and past the outstanding 1
    EXPECT_EQ(session.unacknowledged_sent(), 2U);
}

TEST_F(ServerQos, AClientThatNeverAcknowledgesCostsABoundedMemory) {
    (void)receive(Subscribe{1, {{"a", Qos::AtLeastOnce}}});
    for (int i = 0; i < 100'000; ++i) ASSERT_EQ(session.publish("a", {}, Qos::AtLeastOnce).size(), 1U);
    EXPECT_LE(session.unacknowledged_sent(), limits.max_inflight);
}

}  // namespace
}  // namespace millrace::mqtt
