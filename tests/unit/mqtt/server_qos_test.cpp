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
    std::uint64_t receipt(const Packet& packet) { return all<Delivered>(receive(packet)).at(0).receipt; }
    std::size_t delivered(const Packet& packet) { return all<Delivered>(receive(packet)).size(); }

    base::SteadyTime now{base::Seconds{1}};
    ServerLimits limits = few_inflight();
    ServerSession session{limits, now};
};

TEST_F(ServerQos, Qos0IsDeliveredAndNeverAcknowledged) {
    EXPECT_EQ(receipt(message(Qos::AtMostOnce, 0)), 0U);
    EXPECT_TRUE(session.acknowledge(0).empty());
}

TEST_F(ServerQos, Qos1IsAcknowledgedOnlyWhenTheOwnerSaysSo) {
    const ServerActions actions = receive(message(Qos::AtLeastOnce, 7));
    ASSERT_EQ(actions.size(), 1U);
    const auto& delivered = std::get<Delivered>(actions[0]);
    EXPECT_EQ(delivered.publish, message(Qos::AtLeastOnce, 7));
    EXPECT_EQ(sent(session.acknowledge(delivered.receipt)), std::vector<Packet>{Puback{7}});
    EXPECT_TRUE(session.acknowledge(delivered.receipt).empty());
}

TEST_F(ServerQos, ReceiptsThatWereNeverGivenAcknowledgeNothing) {
    const std::uint64_t given = receipt(message(Qos::AtLeastOnce, 7));
    for (const std::uint64_t other : {std::uint64_t{0}, std::uint64_t{7}, given - 1, given + 1, 2 * given, ~given}) {
        EXPECT_TRUE(session.acknowledge(other).empty()) << other;
    }
    EXPECT_TRUE(session.acknowledge(given + (std::uint64_t{1} << 16)).empty());  // identifier 7's next one
    EXPECT_EQ(session.acknowledge(given).size(), 1U);
}

TEST_F(ServerQos, ReceiptsRiseFromDeliveryToDelivery) {
    std::uint64_t last = 0;
    for (const PacketId id : std::vector<PacketId>{9, 9, 3, 65535, 1}) {  // with one repetition
        const std::uint64_t next = receipt(message(Qos::AtLeastOnce, id));
        EXPECT_GT(next, last);
        last = next;
        if (id != 9) (void)session.acknowledge(next);
    }
}

TEST_F(ServerQos, RepeatedQos1IsAcknowledgedOnceByWhicheverDeliveryIsSafeFirst) {
    for (const std::size_t safe_first : {0U, 1U, 2U}) {
        std::vector<std::uint64_t> receipts;
        for (int i = 0; i < 3; ++i) receipts.push_back(receipt(message(Qos::AtLeastOnce, 7, i > 0)));
        EXPECT_EQ(sent(session.acknowledge(receipts[safe_first])), std::vector<Packet>{Puback{7}});
        for (const std::uint64_t late : receipts) EXPECT_TRUE(session.acknowledge(late).empty());
    }
}

TEST_F(ServerQos, AReceiptOfAnEarlierMessageDoesNotAcknowledgeTheNextOfItsIdentifier) {
    const std::uint64_t first = receipt(message(Qos::AtLeastOnce, 7));
    const std::uint64_t repeated = receipt(message(Qos::AtLeastOnce, 7, true));
    EXPECT_EQ(sent(session.acknowledge(first)), std::vector<Packet>{Puback{7}});
    const std::uint64_t next = receipt(message(Qos::AtLeastOnce, 7));  // another message, which is not safe yet
    EXPECT_TRUE(session.acknowledge(repeated).empty());
    EXPECT_TRUE(session.acknowledge(first).empty());
    EXPECT_EQ(sent(session.acknowledge(next)), std::vector<Packet>{Puback{7}});
}

TEST_F(ServerQos, AReceiptOfAnEarlierQos2MessageGivesNoPubrecForTheNext) {
    const std::uint64_t first = receipt(message(Qos::ExactlyOnce, 9));
    (void)session.acknowledge(first);
    EXPECT_TRUE(session.acknowledge(first).empty());
    (void)receive(Pubrel{9});
    const std::uint64_t next = receipt(message(Qos::ExactlyOnce, 9));
    EXPECT_TRUE(session.acknowledge(first).empty());
    EXPECT_EQ(sent(session.acknowledge(next)), std::vector<Packet>{Pubrec{9}});
}

TEST_F(ServerQos, AnIdentifierIsFreeAgainAfterItsAcknowledgement) {
    for (int i = 0; i < 10; ++i) EXPECT_EQ(session.acknowledge(receipt(message(Qos::AtLeastOnce, 7))).size(), 1U);
}

TEST_F(ServerQos, Qos2IsDeliveredOnceThroughItsWholeHandshake) {
    const std::uint64_t given = receipt(message(Qos::ExactlyOnce, 9));
    EXPECT_TRUE(receive(message(Qos::ExactlyOnce, 9, true)).empty());  // not safe yet: no PUBREC either
    EXPECT_EQ(sent(session.acknowledge(given)), std::vector<Packet>{Pubrec{9}});
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
        EXPECT_EQ(session.acknowledge(receipt(message(Qos::ExactlyOnce, id))).size(), 1U);
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
