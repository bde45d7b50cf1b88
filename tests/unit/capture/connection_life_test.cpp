#include "capture/connection_life.h"

#include <gtest/gtest.h>

#include "mqtt/packet_writer.h"

namespace millrace::capture {
namespace {

using base::Direction;
using base::Milliseconds;

constexpr std::size_t kPublishType = 3;
constexpr std::size_t kPingreqType = 12;

class ConnectionLifeTest : public testing::Test {
protected:
    void pass(Milliseconds time) { now_.wall += time, now_.steady += time; }
    void packet(Direction direction, const mqtt::Packet& packet, bool relayed = true) {
        life_.on_packet(direction, seen(packet, mqtt::to_wire(packet).size()), relayed, now_.steady);
    }
    void connect(std::string client_id = "6248A2B0C4D21F35") {
        mqtt::Connect connect;
        connect.client_id = std::move(client_id);
        connect.keep_alive_s = 20;
        connect.user_name = "device";
        connect.password = base::to_bytes("secret");
        connect.will = mqtt::Will{"2/4/2/x", {}, mqtt::Qos::AtLeastOnce, true};
        life_.on_connect(facts_of(connect), now_);
    }
    [[nodiscard]] ports::NetworkConnection record() const { return life_.record(now_.steady); }

    Moment now_{base::from_unix_s(1'800'000'000), base::SteadyTime{base::Seconds{100}}};
    ConnectionLife life_{7, "192.0.2.7:40000"};
};

TEST_F(ConnectionLifeTest, ShowsWhatTheConnectSaidAndOfThePasswordOnlyThatItCame) {
    EXPECT_FALSE(life_.known());
    connect();
    EXPECT_TRUE(life_.known());
    const auto shown = record();
    EXPECT_EQ(shown.connect,
              (ports::ConnectFacts{"6248A2B0C4D21F35", "device", true, 20, true, 4, "2/4/2/x", 1, true}));
    EXPECT_EQ(shown.peer, "192.0.2.7:40000");
    EXPECT_EQ(shown.opened, now_.wall);
    EXPECT_EQ(shown.lasted, Milliseconds{0});
}

TEST_F(ConnectionLifeTest, PutsSizesAndGapsIntoTheBucketWhoseBoundTheyDoNotPass) {
    connect();
    packet(Direction::ToCloud, mqtt::Pingreq{});  // 2 bytes
    pass(Milliseconds{10});
    packet(Direction::ToCloud, mqtt::Puback{1});  // 4 bytes
    pass(Milliseconds{11});
    mqtt::Publish publish;
    publish.topic = "t";
    publish.payload = base::Bytes(70'000, 1);
    packet(Direction::ToCloud, publish);
    pass(base::Seconds{901});
    packet(Direction::ToCloud, mqtt::Pingreq{});
    const auto sizes = record().traffic[0].packet_bytes;
    EXPECT_EQ(sizes.counts()[0], 2U);
    EXPECT_EQ(sizes.counts()[1], 1U);
    EXPECT_EQ(sizes.counts().back(), 1U);
    const auto gaps = record().traffic[0].gap_seconds;
    EXPECT_EQ(gaps.counts()[0], 1U) << "10 ms";
    EXPECT_EQ(gaps.counts()[1], 1U) << "11 ms";
    EXPECT_EQ(gaps.counts().back(), 1U) << "over 900 s";
    EXPECT_DOUBLE_EQ(gaps.sum(), 901.021);
}

TEST_F(ConnectionLifeTest, MeasuresGapsInEachDirectionApart) {
    connect();
    packet(Direction::ToCloud, mqtt::Pingreq{});
    pass(Milliseconds{50});
    packet(Direction::ToBridge, mqtt::Pingresp{});
    const auto shown = record();
    EXPECT_EQ(shown.traffic[0].gap_seconds, ports::gap_seconds_histogram());
    EXPECT_EQ(shown.traffic[1].gap_seconds, ports::gap_seconds_histogram());
}

TEST_F(ConnectionLifeTest, CountsTypesQosRepeatsAndWhatWentOnToTheCloud) {
    connect();
    mqtt::Publish publish;
    publish.topic = "2/1/2/x/1";
    publish.qos = mqtt::Qos::AtLeastOnce;
    publish.packet_id = 3;
    publish.payload = base::Bytes(10, 1);
    packet(Direction::ToCloud, publish);
    publish.dup = publish.retain = true;
    packet(Direction::ToCloud, publish, false);
    publish.dup = false;
    publish.qos = mqtt::Qos::AtMostOnce;
    packet(Direction::ToBridge, publish);
    const auto shown = record();
    const auto& up = shown.traffic[0];
    EXPECT_EQ(up.packets[kPublishType].count, 2U);
    EXPECT_EQ(up.packets[kPublishType].relayed, 1U);
    EXPECT_EQ(up.packets[kPublishType].bytes, 2 * (2U + 2 + 9 + 2 + 10));
    EXPECT_EQ(up.messages_by_qos, (std::array<std::uint64_t, 3>{0, 2, 0}));
    EXPECT_EQ(up.repeated, 1U);
    EXPECT_EQ(up.retained, 1U);
    EXPECT_EQ(shown.traffic[1].messages_by_qos, (std::array<std::uint64_t, 3>{1, 0, 0}));
}

TEST_F(ConnectionLifeTest, ThePingPeriodIsTheMedianOfTheLastOnes) {
    connect();
    packet(Direction::ToCloud, mqtt::Pingreq{});
    EXPECT_FALSE(record().ping_period) << "one ping has no period";
    for (const int seconds : {15, 15, 400, 15, 16}) {
        pass(base::Seconds{seconds});
        packet(Direction::ToCloud, mqtt::Pingreq{});
    }
    EXPECT_EQ(record().ping_period, base::Seconds{15});
    for (std::size_t i = 0; i < ConnectionLife::kPeriods; ++i) {
        pass(base::Seconds{30});
        packet(Direction::ToCloud, mqtt::Pingreq{});
    }
    EXPECT_EQ(record().ping_period, base::Seconds{30}) << "what is older is forgotten";
    EXPECT_EQ(record().traffic[0].packets[kPingreqType].count, 6U + ConnectionLife::kPeriods);
}

TEST_F(ConnectionLifeTest, TimesTheFirstSamplesFromTheConnectAndFromTheBoot) {
    connect();
    const auto message = [this](TopicKind kind, Direction direction = Direction::ToCloud) {
        life_.on_message(direction, kind, 12, true, now_.steady);
    };
    pass(Milliseconds{200});
    message({"boot_response", true, true}, Direction::ToBridge);
    EXPECT_FALSE(record().boot_after) << "the cloud's are not the bridge's";
    message({"boot", true, false});
    pass(Milliseconds{300});
    message({"boot", true, false});
    pass(base::Seconds{5});
    message({"samples", false, true});
    pass(base::Seconds{60});
    message({"samples", false, true});
    const auto shown = record();
    EXPECT_EQ(shown.boot_after, Milliseconds{200});
    EXPECT_EQ(shown.sample_after, Milliseconds{5'500});
    EXPECT_EQ(shown.boot_to_samples, Milliseconds{5'300});
    EXPECT_EQ(shown.traffic[0].messages.at("samples"), (ports::Tally{2, 2, 24}));
    EXPECT_EQ(shown.traffic[0].messages.at("boot").count, 2U);
}

TEST_F(ConnectionLifeTest, ABridgeThatOnlyConnectsAnewHasNoTimeFromItsBoot) {
    connect();
    pass(Milliseconds{700});
    life_.on_message(Direction::ToCloud, {"samples", false, true}, 1, false, now_.steady);
    EXPECT_EQ(record().sample_after, Milliseconds{700});
    EXPECT_FALSE(record().boot_to_samples);
}

TEST_F(ConnectionLifeTest, FollowsSubscriptionsAndTheirAnswers) {
    life_.on_subscribe({4, {{"responses/a/#", mqtt::Qos::ExactlyOnce}, {"forbidden", mqtt::Qos::AtMostOnce}}});
    life_.on_subscribe({5, {{"later", mqtt::Qos::AtMostOnce}}});
    life_.on_suback({4, {1, mqtt::Suback::kFailure}});
    EXPECT_EQ(record().subscriptions,
              (std::vector<ports::NetworkSubscription>{
                  {"responses/a/#", 1, false}, {"forbidden", std::nullopt, true}, {"later", std::nullopt, false}}));
    life_.on_unsubscribe({6, {"forbidden"}});
    life_.on_suback({77, {0}});  // nobody asked
    EXPECT_EQ(record().subscriptions.size(), 2U);
    life_.set_subscriptions({{"ours", mqtt::Qos::AtMostOnce}});
    EXPECT_EQ(record().subscriptions, (std::vector<ports::NetworkSubscription>{{"ours", 0, false}}));
}

TEST_F(ConnectionLifeTest, RemembersNoMoreThanItsLimitsOfWhatAStrangerMakesUp) {
    connect(std::string(60'000, 'x'));
    for (std::uint16_t i = 1; i <= 200; ++i) {
        life_.on_subscribe({i,
                            {{"topic/" + std::to_string(i), mqtt::Qos::AtMostOnce},
                             {std::string(5'000, 'y') + std::to_string(i), mqtt::Qos::AtMostOnce}}});
    }
    const auto shown = record();
    EXPECT_LE(shown.connect.client_id.size(), ConnectionLife::kLongestText_bytes + 3);
    EXPECT_EQ(shown.subscriptions.size(), ConnectionLife::kMostSubscriptions);
    EXPECT_EQ(shown.subscriptions_left_out, 400 - ConnectionLife::kMostSubscriptions);
}

TEST_F(ConnectionLifeTest, EndsWithAReasonAndKeepsItsLength) {
    connect();
    life_.on_bytes(Direction::ToCloud, 100);
    pass(base::Seconds{90});
    life_.on_closed("the bridge closed it", now_);
    pass(base::Seconds{90});
    const auto shown = record();
    EXPECT_EQ(shown.closed, now_.wall - base::Seconds{90});
    EXPECT_EQ(shown.close_reason, "the bridge closed it");
    EXPECT_EQ(shown.lasted, base::Seconds{90});
    EXPECT_EQ(shown.traffic[0].bytes, 100U);
}

}  // namespace
}  // namespace millrace::capture
