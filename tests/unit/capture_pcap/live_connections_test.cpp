// What the sink hears of packets that come one by one, as they do live; without a network.
#include "capture/pcap/live_connections.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "../capture/pcap_builder.h"
#include "capture/pcap/packet_reader.h"
#include "recording_sink.h"

namespace millrace::capture {
namespace {

using namespace test;
using base::Bytes;
using Order = std::vector<std::string>;

constexpr const char* kHeartbeat = R"({"timestamp":1,"heartbeat":{"id":"0","seq":1}})";

std::string heartbeat_topic() {
    return "2/6/4/" + std::string(kBridge) + "/1785104646";
}
std::string answer_topic(int number) {
    return "responses/" + std::string(kSensor) + "/2/" + std::to_string(number);
}

class LiveConnectionsTest : public ::testing::Test {
protected:
    // Each side counts its bytes by itself.
    void packet(bool from_client, Bytes payload, void (*change)(Tcp&) = nullptr) {
        Tcp tcp = segment(from_client, std::move(payload));
        if (change != nullptr) change(tcp);
        put(tcp);
    }
    void client(Bytes payload) { packet(true, std::move(payload)); }
    void server(Bytes payload) { packet(false, std::move(payload)); }

    Tcp segment(bool from_client, Bytes payload) {
        Tcp tcp;
        tcp.from_client = from_client;
        tcp.client_port = client_port_;
        std::uint32_t& sequence = from_client ? client_sequence_ : server_sequence_;
        tcp.sequence = sequence;
        tcp.acknowledgement = from_client ? server_sequence_ : client_sequence_;
        sequence += static_cast<std::uint32_t>(payload.size());
        tcp.payload = std::move(payload);
        return tcp;
    }
    void put(const Tcp& tcp) { reader_.on_packet(ethernet(ipv4(tcp)), now_); }

    void open() {
        put_syn(true);
        put_syn(false);
    }
    void put_syn(bool from_client) {
        Tcp tcp = segment(from_client, {});
        tcp.syn = true;
        tcp.ack = !from_client;
        ++(from_client ? client_sequence_ : server_sequence_);
        put(tcp);
    }
    void end() {
        packet(true, {}, [](Tcp& tcp) { tcp.fin = true; });
        ++client_sequence_;
        packet(false, {}, [](Tcp& tcp) { tcp.fin = true; });
    }
    void later(base::Milliseconds by) {
        now_ += by;
        reader_.table().forget_old(now_);
    }

    base::WallTime now_ = base::from_unix_s(1'785'104'646);
    std::uint16_t client_port_ = 40001;
    std::uint32_t client_sequence_ = 0xffffffc0;
    std::uint32_t server_sequence_ = 7;
    RecordingSink sink_;
    LiveConnections live_{sink_};
    PacketReader reader_{LinkType::Ethernet, {1883}, live_};
};

TEST_F(LiveConnectionsTest, TellsAWholeConnectionInOrderAndBothDirections) {
    open();
    client(connect_packet());
    client(sample_packet(1));
    server(publish_packet(answer_topic(2), "{}"));
    end();
    EXPECT_EQ(sink_.order, (Order{"opened", "frame 1", "frame 2", "closed: it was closed"}));
    ASSERT_EQ(sink_.opened.size(), 1u);
    EXPECT_EQ(sink_.opened[0].bridge, base::DeviceId::parse(kBridge));
    EXPECT_EQ(sink_.opened[0].door, ports::Door::Pcap);
    EXPECT_EQ(sink_.opened[0].peer, "192.0.2.61:40001");
    EXPECT_EQ(sink_.opened[0].at, now_);
    EXPECT_FALSE(sink_.had_link);
    EXPECT_EQ(sink_.frames[0].direction, base::Direction::ToCloud);
    EXPECT_EQ(sink_.frames[1].direction, base::Direction::ToBridge);
    for (const auto& frame : sink_.frames) {
        EXPECT_EQ(frame.bridge, base::DeviceId::parse(kBridge));
        EXPECT_EQ(frame.door, ports::Door::Pcap);
        EXPECT_EQ(frame.received, now_);
    }
    EXPECT_EQ(live_.open(), 0u);
    EXPECT_EQ(live_.connections(), 1u);
}

TEST_F(LiveConnectionsTest, LeavesOtherClientsOfOtherBrokersAlone) {
    open();
    client(connect_packet("somebodys-thermostat"));
    client(publish_packet("home/bedroom/temperature", "21"));
    server(publish_packet(sample_topic(1), sample_payload(1)));  // it has subscribed to what a bridge says
    end();
    EXPECT_TRUE(sink_.order.empty());
    EXPECT_EQ(live_.ignored(), 2u);
    EXPECT_EQ(live_.last_packet(), std::nullopt);
}

TEST_F(LiveConnectionsTest, KnowsABridgeByItsTopicsWhenItsClientIdIsNone) {
    open();
    client(connect_packet("mosquitto.bridge.to.cloud"));
    client(publish_packet(heartbeat_topic(), kHeartbeat));
    EXPECT_EQ(sink_.order, (Order{"opened", "frame 1785104646"}));
    EXPECT_EQ(sink_.opened[0].bridge, base::DeviceId::parse(kBridge));
}

TEST_F(LiveConnectionsTest, AConnectionThatWasOpenBeforeIsPickedUpAndNamedByItsHeartbeat) {
    server(publish_packet(answer_topic(1), "{}"));
    client(sample_packet(2));
    EXPECT_EQ(sink_.order, (Order{"opened", "frame 1", "frame 2"}));
    EXPECT_EQ(sink_.opened[0].bridge, std::nullopt);
    EXPECT_EQ(sink_.frames[1].bridge, std::nullopt);
    // The sink takes a connection's bridge from its beginning, so the name begins another one.
    client(publish_packet(heartbeat_topic(), kHeartbeat));
    client(sample_packet(3));
    const std::vector<std::string> after(sink_.order.begin() + 3, sink_.order.end());
    EXPECT_EQ(after, (Order{"closed: its bridge became known", "opened", "frame 1785104646", "frame 3"}));
    EXPECT_EQ(sink_.opened[1].bridge, base::DeviceId::parse(kBridge));
    EXPECT_NE(sink_.opened[1].connection, sink_.opened[0].connection);
    EXPECT_EQ(sink_.frames[3].bridge, base::DeviceId::parse(kBridge));
    EXPECT_EQ(live_.connections(), 1u);
}

TEST_F(LiveConnectionsTest, AKnownSensorNamesTheBridgeAtOnce) {
    live_.set_bridge_of_device([](const base::DeviceId& device) {
        return device.text() == kSensor ? base::DeviceId::parse(kBridge) : std::nullopt;
    });
    client(sample_packet(1));
    EXPECT_EQ(sink_.order, (Order{"opened", "frame 1"}));
    EXPECT_EQ(sink_.opened[0].bridge, base::DeviceId::parse(kBridge));
}

TEST_F(LiveConnectionsTest, RepetitionsAfterTheEndAreNothingNew) {
    open();
    client(connect_packet());
    const Tcp sample = segment(true, sample_packet(1));
    put(sample);
    end();
    const auto told = sink_.order;
    put(sample);
    put(segment(true, {}));
    EXPECT_EQ(sink_.order, told);
}

TEST_F(LiveConnectionsTest, TheEndWaitsForBytesThatWereCapturedAfterIt) {
    open();
    client(connect_packet());
    const Tcp late = segment(true, sample_packet(1));
    end();
    EXPECT_EQ(sink_.order, (Order{"opened"}));
    put(late);
    EXPECT_EQ(sink_.order, (Order{"opened", "frame 1", "closed: it was closed"}));
}

TEST_F(LiveConnectionsTest, TheEndDoesNotWaitForBytesNobodyCaptured) {
    open();
    client(connect_packet());
    (void)segment(true, sample_packet(1));
    end();
    later(base::Milliseconds{4'999});
    EXPECT_EQ(sink_.order, (Order{"opened"}));
    later(base::Milliseconds{1});
    EXPECT_EQ(sink_.order, (Order{"opened", "closed: it was closed"}));
}

TEST_F(LiveConnectionsTest, AResetEndsItUnlessItGoesOn) {
    open();
    client(connect_packet());
    packet(false, {}, [](Tcp& tcp) { tcp.rst = true; });
    EXPECT_EQ(sink_.order, (Order{"opened", "closed: it was reset"}));
    client(sample_packet(1));
    EXPECT_EQ(sink_.order, (Order{"opened", "closed: it was reset", "opened", "frame 1"}));
    EXPECT_EQ(sink_.opened[1].bridge, base::DeviceId::parse(kBridge));
}

TEST_F(LiveConnectionsTest, ASilentConnectionIsForgottenAndFoundAgain) {
    open();
    client(connect_packet());
    later(ConnectionLimits{}.max_idle - base::Milliseconds{1});
    EXPECT_EQ(live_.open(), 1u);
    later(base::Milliseconds{1});
    EXPECT_EQ(sink_.order.back(), "closed: nothing was seen of it for a while");
    EXPECT_EQ(live_.open(), 0u);
    EXPECT_EQ(reader_.table().size(), 0u);
    client(publish_packet(heartbeat_topic(), kHeartbeat));
    EXPECT_EQ(sink_.order.back(), "frame 1785104646");
}

TEST_F(LiveConnectionsTest, ABridgeThatComesBackOnTheSamePortIsANewConnection) {
    open();
    client(connect_packet());
    client_sequence_ += 1'000'000;
    server_sequence_ += 1'000'000;
    open();
    client(connect_packet());
    EXPECT_EQ(sink_.order, (Order{"opened", "closed: its ports are in use again", "opened"}));
}

TEST_F(LiveConnectionsTest, EndedConnectionsAreNotKept) {
    for (std::uint16_t port = 1; port <= 200; ++port) {
        client_port_ = port;
        open();
        client(connect_packet());
        end();
    }
    later(ConnectionLimits{}.kept_after_end);
    EXPECT_EQ(reader_.table().size(), 0u);
    EXPECT_EQ(sink_.closed.size(), 200u);
}

TEST_F(LiveConnectionsTest, AHoleNobodyFillsIsGivenUpWithoutFurtherPackets) {
    open();
    client(connect_packet());
    (void)segment(true, sample_packet(1));  // not captured
    client(sample_packet(2));
    server(mqtt::to_wire(mqtt::Puback{7}));  // acknowledges what was missed, too
    EXPECT_EQ(sink_.order, (Order{"opened"}));
    later(ReassemblyLimits{}.acknowledged_hole);
    EXPECT_EQ(sink_.order, (Order{"opened", "frame 2"}));
    EXPECT_EQ(reader_.table().counts().gaps, 1u);
    EXPECT_EQ(reader_.table().counts().missing_bytes, sample_packet(1).size());
}

TEST_F(LiveConnectionsTest, BytesInPiecesOfOneAreTheSame) {
    open();
    Bytes all = connect_packet();
    for (int number = 1; number <= 3; ++number) all = join(std::move(all), sample_packet(number));
    for (const std::uint8_t byte : all) client({byte});
    EXPECT_EQ(sink_.order, (Order{"opened", "frame 1", "frame 2", "frame 3"}));
}

}  // namespace
}  // namespace millrace::capture
