#include "capture/network_book.h"

#include <gtest/gtest.h>

#include "capture/network_metrics.h"

namespace millrace::capture {
namespace {

using base::Direction;

std::string bridge_name(unsigned number) {
    std::string text = std::to_string(number);
    return std::string(16 - text.size(), 'A') + text;
}

class NetworkBookTest : public testing::Test {
protected:
    ConnectionLife& open(ports::ConnectionId id, const std::string& client_id, std::size_t bytes = 0) {
        ConnectionLife& life = book_.life(id, "192.0.2.1:1");
        ports::ConnectFacts facts;
        facts.client_id = client_id;
        life.on_connect(facts, now_);
        life.on_bytes(Direction::ToCloud, bytes);
        return life;
    }
    void close(ports::ConnectionId id) { book_.closed(id, "over", now_); }
    [[nodiscard]] ports::Network view() const { return book_.view(now_.steady); }

    [[nodiscard]] double metric(std::string_view name, std::string_view label = "") const {
        std::vector<ports::Metric> metrics;
        auto network = view();
        network.mode = mode_;
        append_network_metrics(network, metrics);
        double sum = -1;
        for (const auto& one : metrics) {
            bool fits = label.empty();
            for (const auto& [key, value] : one.labels) fits = fits || value == label;
            const double value = one.histogram ? one.histogram->sum() : one.value;
            if (one.name == name && fits) sum = std::max(sum, 0.0) + value;
        }
        return sum;
    }

    NetworkBook book_;
    Moment now_{base::from_unix_s(1'800'000'000), base::SteadyTime{base::Seconds{100}}};
    ports::CloudMode mode_ = ports::CloudMode::Relay;
};

TEST_F(NetworkBookTest, ALifeGoesOnWhenAnotherDoorTakesTheConnection) {
    open(3, bridge_name(1), 100);
    ConnectionLife& later = book_.life(3, "somebody else");
    later.on_bytes(Direction::ToCloud, 11);
    const auto network = view();
    ASSERT_EQ(network.bridges.size(), 1U);
    EXPECT_EQ(network.bridges[0].bridge->text(), bridge_name(1));
    EXPECT_EQ(network.bridges[0].newest.traffic[0].bytes, 111U);
    EXPECT_EQ(network.bridges[0].newest.peer, "192.0.2.1:1");
}

TEST_F(NetworkBookTest, TotalsHoldWhatIsOverAndWhatIsOpen) {
    open(1, bridge_name(1), 100);
    close(1);
    open(2, bridge_name(1), 10);
    book_.handed_over(*base::DeviceId::parse(bridge_name(1)));
    const auto bridge = view().bridges.at(0);
    EXPECT_EQ(bridge.open, 1U);
    EXPECT_EQ(bridge.newest.connection, 2U);
    EXPECT_EQ(bridge.newest.traffic[0].bytes, 10U);
    EXPECT_EQ(bridge.totals.connections, 2U);
    EXPECT_EQ(bridge.totals.traffic[0].bytes, 110U);
    EXPECT_EQ(bridge.totals.handed_over, 1U);
}

TEST_F(NetworkBookTest, TheNewestThatIsOpenIsShownElseTheNewestOfAll) {
    open(1, bridge_name(1));
    open(2, bridge_name(1));
    close(2);
    EXPECT_EQ(view().bridges.at(0).newest.connection, 1U);
    close(1);
    EXPECT_EQ(view().bridges.at(0).newest.connection, 2U);
    EXPECT_EQ(view().bridges.at(0).open, 0U);
    EXPECT_EQ(view().bridges.at(0).newest.close_reason, "over");
}

TEST_F(NetworkBookTest, WhoeverSaidNoConnectLeavesNothing) {
    book_.life(1, "192.0.2.1:1").on_bytes(Direction::ToCloud, 50);
    EXPECT_TRUE(view().bridges.empty());
    close(1);
    EXPECT_TRUE(view().bridges.empty());
}

TEST_F(NetworkBookTest, ClientsThatAreNoBridgesStandTogetherAndInNoMetric) {
    open(1, "mosqsub|1", 5);
    open(2, "another", 6);
    const auto network = view();
    ASSERT_EQ(network.bridges.size(), 1U);
    EXPECT_FALSE(network.bridges[0].bridge);
    EXPECT_EQ(network.bridges[0].totals.traffic[0].bytes, 11U);
    EXPECT_EQ(metric("millrace_network_bytes_total"), -1);
}

TEST_F(NetworkBookTest, MadeUpNamesDriveOutTheirLikeAndNoRealBridge) {
    open(1, bridge_name(1), 1'000);
    close(1);
    for (unsigned i = 2; i < 300; ++i) {
        open(i, bridge_name(i), 20);
        close(i);
    }
    const auto network = view();
    EXPECT_EQ(network.bridges.size(), NetworkBook::kMostBridges);
    EXPECT_EQ(network.forgotten, 299 - NetworkBook::kMostBridges);
    bool there = false;
    for (const auto& bridge : network.bridges) there = there || bridge.bridge->text() == bridge_name(1);
    EXPECT_TRUE(there);
}

TEST(NetworkBookOfAFleet, KeepsAsManyAsItIsToldAndThoseThatAreConnectedLast) {
    constexpr unsigned kMost = 1'000;
    NetworkBook book(kMost);
    const Moment now{base::from_unix_s(1'800'000'000), base::SteadyTime{base::Seconds{100}}};
    const auto open = [&](ports::ConnectionId id, unsigned bridge) {
        ports::ConnectFacts facts;
        facts.client_id = bridge_name(bridge);
        book.life(id, "192.0.2.1:1").on_connect(facts, now);
    };
    // All have been connected before; half of them are connected again.
    for (unsigned i = 1; i <= kMost; ++i) {
        open(i, i);
        book.closed(i, "over", now);
    }
    EXPECT_EQ(book.view(now.steady).forgotten, 0U);
    for (unsigned i = 1; i <= kMost / 2; ++i) open(kMost + i, i);
    for (unsigned i = 1; i <= kMost / 5; ++i) {
        open(2 * kMost + i, kMost + i);
        book.closed(2 * kMost + i, "over", now);
    }
    const ports::Network network = book.view(now.steady);
    EXPECT_LE(network.bridges.size(), kMost);
    EXPECT_GE(network.bridges.size(), kMost - kMost / 100 - 1) << "room is made for a hundredth at a time";
    EXPECT_EQ(network.forgotten + network.bridges.size(), kMost + kMost / 5);
    unsigned connected = 0;
    for (const auto& bridge : network.bridges) {
        if (bridge.open > 0 && bridge.totals.connections == 2) ++connected;
    }
    EXPECT_EQ(connected, kMost / 2) << "what is known of those that are connected stays";
}

TEST_F(NetworkBookTest, AddressesOfTheCloudAreKeptTheNewestFirstAndBounded) {
    book_.resolved({"198.51.100.1"}, now_.wall);
    EXPECT_FALSE(view().cloud) << "without a cloud there is none";
    book_.set_cloud("cloud.example:1883");
    book_.resolved({"198.51.100.1", "198.51.100.2"}, now_.wall);
    book_.cloud_reached("198.51.100.2");
    const auto first = now_.wall;
    now_.wall += base::Seconds{300};
    book_.resolved({"198.51.100.2"}, now_.wall);
    auto cloud = *view().cloud;
    ASSERT_EQ(cloud.addresses.size(), 2U);
    EXPECT_EQ(cloud.addresses[0], (ports::CloudAddress{"198.51.100.2", first, now_.wall, 1}));
    EXPECT_EQ(cloud.addresses[1], (ports::CloudAddress{"198.51.100.1", first, first, 0}));
    for (int i = 0; i < 100; ++i) book_.resolved({"203.0.113." + std::to_string(i)}, now_.wall);
    EXPECT_EQ(view().cloud->addresses.size(), NetworkBook::kMostAddresses);
    book_.lookup_failed("no answer", now_.wall);
    EXPECT_EQ(view().cloud->lookup_failure, "no answer");
    EXPECT_EQ(view().cloud->addresses[0].address, "203.0.113.99") << "what was known stays";
    book_.set_cloud("");
    EXPECT_FALSE(view().cloud);
}

TEST_F(NetworkBookTest, MetricsSayWhetherTheCloudIsConnectedThrough) {
    ConnectionLife& life = open(1, bridge_name(1));
    book_.on_path(1, ports::CloudPath::Relay);
    EXPECT_EQ(metric("millrace_cloud_connected"), 0) << "it has not answered yet";
    life.on_connack(0, false);
    EXPECT_EQ(metric("millrace_cloud_connected"), 1);
    book_.on_path(1, ports::CloudPath::StandingIn);
    EXPECT_EQ(metric("millrace_cloud_connected"), 0);
    book_.on_path(1, ports::CloudPath::Relay);
    close(1);
    EXPECT_EQ(metric("millrace_cloud_connected"), 0);
    mode_ = ports::CloudMode::Local;
    EXPECT_EQ(metric("millrace_cloud_connected"), -1) << "there is no cloud";
}

TEST_F(NetworkBookTest, MetricsHaveTheFiguresOfTheBridge) {
    ConnectionLife& life = open(1, bridge_name(1), 120);
    life.on_packet(Direction::ToCloud, {12, 0, 2}, true, now_.steady);
    life.on_packet(Direction::ToCloud, {3, 0x02, 60}, true, now_.steady);
    now_.steady += base::Seconds{15};
    life.on_packet(Direction::ToCloud, {12, 0, 2}, true, now_.steady);
    life.on_message(Direction::ToCloud, {"samples", false, true}, 40, true, now_.steady);
    EXPECT_EQ(metric("millrace_network_bytes_total", "to_cloud"), 120);
    EXPECT_EQ(metric("millrace_network_packets_total", "pingreq"), 2);
    EXPECT_EQ(metric("millrace_network_messages_total", "1"), 1);
    EXPECT_EQ(metric("millrace_relay_frames_total", "to_cloud"), 1);
    EXPECT_EQ(metric("millrace_relay_frames_total", "to_bridge"), 0);
    EXPECT_EQ(metric("millrace_network_ping_period_seconds", bridge_name(1)), 15);
    EXPECT_EQ(metric("millrace_network_connection_seconds"), 15);
    EXPECT_EQ(metric("millrace_network_first_sample_seconds"), 15);
    EXPECT_EQ(metric("millrace_network_connections_total"), 1);
    EXPECT_EQ(metric("millrace_network_packet_bytes", "to_cloud"), 64);
    EXPECT_EQ(metric("millrace_network_packet_gap_seconds", "to_cloud"), 15);
    EXPECT_EQ(metric("millrace_network_packet_gap_seconds", "to_bridge"), 0);
    EXPECT_EQ(metric("millrace_network_keep_alive_seconds"), 0);
    close(1);
    EXPECT_EQ(metric("millrace_network_connection_seconds"), -1);
    EXPECT_EQ(metric("millrace_network_bytes_total", "to_cloud"), 120) << "a counter stays";
}

TEST_F(NetworkBookTest, WhoeverKnocksIsKnownByWhatTheConnectTells) {
    EXPECT_EQ(book_.knocks(), 0U);
    EXPECT_FALSE(book_.last_knock());
    book_.knocked("192.0.2.1:1", false, now_.wall);
    EXPECT_EQ(book_.last_knock(), (ports::Knock{now_.wall, "192.0.2.1:1", false, false, std::nullopt}));
    (void)book_.life(1, "192.0.2.1:1");
    EXPECT_FALSE(book_.last_knock()->mqtt) << "nothing was said yet";
    const std::string bridge = bridge_name(1);
    open(1, bridge);
    EXPECT_TRUE(book_.last_knock()->mqtt);
    EXPECT_EQ(book_.last_knock()->bridge, base::DeviceId::parse(bridge));
    close(1);
    EXPECT_EQ(book_.last_knock()->bridge, base::DeviceId::parse(bridge)) << "also when it has gone again";

    book_.knocked("192.0.2.9:7", false, now_.wall);
    EXPECT_EQ(book_.knocks(), 2U);
    EXPECT_FALSE(book_.last_knock()->mqtt) << "another one's words are not his";
    book_.knocked("192.0.2.1:1", false, now_.wall);
    open(2, "mosquitto_sub");
    EXPECT_TRUE(book_.last_knock()->mqtt);
    EXPECT_FALSE(book_.last_knock()->bridge) << "MQTT, and no bridge";
    book_.knocked("192.0.2.1:1", true, now_.wall);
    EXPECT_EQ(book_.knocks(), 4U);
    EXPECT_TRUE(book_.last_knock()->refused);
    EXPECT_FALSE(book_.last_knock()->mqtt) << "who is sent away cannot say anything";
}

TEST_F(NetworkBookTest, AsksForTheKindOnceForTopicsThatDifferInTheirTimeAlone) {
    EXPECT_EQ(book_.kind_of("2/1/2/x/1785105201").name, "unknown") << "nobody to ask";
    int asked = 0;
    book_.set_kind_of([&](std::string_view topic) {
        ++asked;
        return TopicKind{topic.starts_with("2/7/") ? "boot" : "samples", topic.starts_with("2/7/"), false};
    });
    EXPECT_EQ(book_.kind_of("2/1/2/x/1785105201").name, "samples");
    EXPECT_EQ(book_.kind_of("2/1/2/x/1785105202").name, "samples");
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(book_.kind_of("2/7/2/x/1785105202").name, "boot");
    EXPECT_EQ(book_.kind_of("2/1/2/x/1785105203").name, "samples");
    EXPECT_EQ(book_.kind_of("responses/x/4").name, "samples");
    EXPECT_EQ(book_.kind_of("responses/x/4").name, "samples");
    EXPECT_EQ(asked, 5) << "what does not end in a time is always asked for";
    EXPECT_EQ(book_.kind_of(std::string(500, '/') + "1785105203").name, "samples");
    EXPECT_EQ(asked, 6);
}

}  // namespace
}  // namespace millrace::capture
