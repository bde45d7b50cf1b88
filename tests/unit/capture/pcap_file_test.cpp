#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "capture/pcap/connection_table.h"
#include "pcap_builder.h"

namespace millrace::capture {
namespace {

using namespace test;
using base::Bytes;
using Numbers = std::vector<int>;

constexpr std::uint32_t kEthernet = 1, kRaw = 101, kNull = 0, kCooked = 113, kCooked2 = 276;

// A connection as both sides see it; every call is a packet one second after the one before.
class Conversation {
public:
    explicit Conversation(std::uint16_t client_port = 40001, std::uint16_t server_port = 1883)
        : client_port_(client_port), server_port_(server_port) {}

    void open() {
        add(true, {}, true);
        add(false, {}, true);
    }
    void send(bool from_client, Bytes payload) { add(from_client, std::move(payload), false); }
    void client(Bytes payload) { send(true, std::move(payload)); }

    std::vector<Tcp> segments;

private:
    void add(bool from_client, Bytes payload, bool syn) {
        Tcp tcp;
        tcp.client_port = client_port_;
        tcp.server_port = server_port_;
        tcp.from_client = from_client;
        std::uint32_t& sequence = from_client ? client_sequence_ : server_sequence_;
        tcp.sequence = sequence;
        tcp.acknowledgement = from_client ? server_sequence_ : client_sequence_;
        tcp.syn = syn;
        tcp.ack = !(syn && from_client);
        sequence += static_cast<std::uint32_t>(payload.size()) + (syn ? 1 : 0);
        tcp.payload = std::move(payload);
        segments.push_back(std::move(tcp));
    }

    std::uint16_t client_port_;
    std::uint16_t server_port_;
    std::uint32_t client_sequence_ = 0xffffff80;  // wraps soon
    std::uint32_t server_sequence_ = 77;
};

constexpr std::int64_t kStartMs = 1'785'104'000'250;

std::vector<Captured> on_ethernet(const std::vector<Tcp>& segments) {
    std::vector<Captured> packets;
    for (const Tcp& tcp : segments) {
        packets.push_back({kStartMs + static_cast<std::int64_t>(packets.size()) * 1000, ethernet(ipv4(tcp))});
    }
    return packets;
}

// CONNECT, then sample messages 1 to `count`, each in a segment of its own.
Conversation some_samples(int count) {
    Conversation talk;
    talk.open();
    talk.client(connect_packet());
    talk.send(false, mqtt::to_wire(mqtt::Connack{}));
    for (int i = 1; i <= count; ++i) talk.client(sample_packet(i));
    return talk;
}

TEST(PcapFile, GivesEveryMemberOfAFrame) {
    Conversation talk;
    talk.open();
    talk.client(connect_packet());
    mqtt::Publish publish;
    publish.topic = sample_topic(1);
    publish.payload = {1, 2, 3};
    publish.qos = mqtt::Qos::AtLeastOnce;
    publish.packet_id = 9;
    publish.dup = true;
    publish.retain = true;
    talk.client(mqtt::to_wire(publish));
    talk.send(false, publish_packet("responses/61F6F57900000001/4/2", "{}"));
    const auto [frames, summary] = read_all(pcap_file(kEthernet, on_ethernet(talk.segments)));
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames[0].id, 0);
    EXPECT_EQ(frames[0].received, base::from_unix_ms(kStartMs + 3000));
    EXPECT_EQ(frames[0].direction, base::Direction::ToCloud);
    EXPECT_EQ(frames[0].door, ports::Door::Pcap);
    EXPECT_EQ(frames[0].bridge->text(), kBridge);
    EXPECT_EQ(frames[0].qos, 1);
    EXPECT_TRUE(frames[0].dup);
    EXPECT_TRUE(frames[0].retain);
    EXPECT_EQ(frames[0].topic, sample_topic(1));
    EXPECT_EQ(frames[0].payload, (Bytes{1, 2, 3}));
    EXPECT_EQ(frames[1].direction, base::Direction::ToBridge);
    EXPECT_FALSE(frames[1].dup);
    EXPECT_EQ(summary.packets, 5u);
    EXPECT_EQ(summary.connections, 1u);
    EXPECT_EQ(summary.publishes, 2u);
    EXPECT_EQ(summary.gaps + summary.resyncs + summary.broken + summary.unreadable, 0u);
}

TEST(PcapFile, ReadsEveryLinkTypeInBothFormats) {
    const auto segments = some_samples(3).segments;
    const std::vector<std::pair<std::uint32_t, std::function<Bytes(const Tcp&)>>> links = {
        {kEthernet, [](const Tcp& tcp) { return ethernet(ipv4(tcp)); }},
        {kEthernet, [](const Tcp& tcp) { return ethernet(ipv6(tcp), 0x86dd); }},
        {kRaw, [](const Tcp& tcp) { return ipv6(tcp); }},
        {228, [](const Tcp& tcp) { return ipv4(tcp); }},
        {229, [](const Tcp& tcp) { return ipv6(tcp); }},
        {kNull,
         [](const Tcp& tcp) {
             return join({2, 0, 0, 0}, ipv4(tcp));
         }},
        {108,
         [](const Tcp& tcp) {
             return join({0, 0, 0, 2}, ipv4(tcp));
         }},
        {kCooked,
         [](const Tcp& tcp) {
             return join(Bytes{0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0}, ipv4(tcp));
         }},
        {kCooked2,
         [](const Tcp& tcp) {
             return join(Bytes{8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0}, ipv4(tcp));
         }},
    };
    for (const auto& [number, wrap] : links) {
        std::vector<Captured> packets;
        for (const Tcp& tcp : segments) packets.push_back({kStartMs, wrap(tcp)});
        EXPECT_EQ(numbers_of(read_all(pcap_file(number, packets)).frames), (Numbers{1, 2, 3})) << number;
        const auto next_generation = read_all(pcapng_file(number, packets));
        EXPECT_EQ(numbers_of(next_generation.frames), (Numbers{1, 2, 3})) << number;
        EXPECT_EQ(next_generation.frames.at(0).received, base::from_unix_ms(kStartMs)) << number;
    }
}

TEST(PcapFile, RefusesOtherLinkTypesByName) {
    const Bytes file = pcap_file(105, {});
    const auto result = read_pcap(in_memory(file), {}, [](const ports::Frame&) {});
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().message.find("IEEE802_11"), std::string::npos) << result.error().message;
}

TEST(PcapFile, FindsAllMessagesHoweverSegmentsAreCutRepeatedAndSwapped) {
    std::mt19937 random(8);
    for (int round = 0; round < 200; ++round) {
        Bytes stream = connect_packet();
        Numbers expected;
        for (int i = 1; i <= 20; ++i) {
            stream = join(stream, sample_packet(i));
            expected.push_back(i);
        }
        Conversation talk;
        talk.open();
        for (std::size_t begin = 0; begin < stream.size();) {
            const std::size_t length = std::min<std::size_t>(stream.size() - begin, 1 + random() % 150);
            const auto from = stream.begin() + static_cast<std::ptrdiff_t>(begin);
            talk.client({from, from + static_cast<std::ptrdiff_t>(length)});
            begin += length;
        }
        auto segments = talk.segments;
        for (std::size_t i = 3; i < segments.size(); ++i) {
            if (random() % 3 == 0) std::swap(segments[i], segments[i - 1]);
        }
        for (std::size_t i = 3; i < segments.size(); i += 1 + random() % 5) {
            const Tcp again = segments[2 + random() % (i - 1)];
            segments.insert(segments.begin() + static_cast<std::ptrdiff_t>(i), again);
        }
        const auto [frames, summary] = read_all(pcap_file(kEthernet, on_ethernet(segments)));
        ASSERT_EQ(numbers_of(frames), expected) << round;
        ASSERT_EQ(summary.gaps + summary.broken + summary.resyncs, 0u) << round;
        for (std::size_t i = 1; i < frames.size(); ++i) ASSERT_GE(frames[i].received, frames[i - 1].received);
    }
}

TEST(PcapFile, LosesOnlyTheMessagesOfLostSegments) {
    for (std::size_t lost = 4; lost < 14; ++lost) {
        auto segments = some_samples(10).segments;
        segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(lost));
        Numbers expected;
        for (int i = 1; i <= 10; ++i) {
            if (i != static_cast<int>(lost) - 3) expected.push_back(i);
        }
        const auto [frames, summary] = read_all(pcap_file(kEthernet, on_ethernet(segments)));
        EXPECT_EQ(numbers_of(frames), expected) << lost;
        EXPECT_EQ(summary.gaps, lost == 13 ? 0u : 1u) << lost;
    }
}

TEST(PcapFile, LosesOnlyTheMessagesThatACutPacketHeld) {
    auto packets = on_ethernet(some_samples(5).segments);
    auto& cut = packets[6].packet;  // sample message 3
    const std::size_t whole = cut.size();
    for (std::size_t keep = whole - 40; keep < whole; ++keep) {
        cut.resize(keep);
        const auto [frames, summary] = read_all(pcap_file(kEthernet, packets));
        EXPECT_EQ(numbers_of(frames), (Numbers{1, 2, 4, 5})) << keep;
        cut = on_ethernet(some_samples(5).segments)[6].packet;
    }
}

TEST(PcapFile, PicksUpConnectionsThatWereOpenBefore) {
    const auto segments = some_samples(6).segments;
    for (std::size_t from = 1; from < segments.size(); ++from) {
        const std::vector<Tcp> late(segments.begin() + static_cast<std::ptrdiff_t>(from), segments.end());
        Numbers expected;
        for (int i = std::max(1, static_cast<int>(from) - 3); i <= 6; ++i) expected.push_back(i);
        const auto [frames, summary] = read_all(pcap_file(kEthernet, on_ethernet(late)));
        EXPECT_EQ(numbers_of(frames), expected) << from;
        EXPECT_EQ(summary.gaps, 0u);
        if (from > 2) {
            EXPECT_FALSE(frames.at(0).bridge) << "a sensor's messages do not name their bridge";
        }
    }
}

TEST(PcapFile, LearnsTheBridgeFromALaterHeartbeat) {
    Conversation talk;
    talk.client(sample_packet(1));
    talk.send(false, publish_packet("responses/61F6F57900000001/4/2", "{}"));
    const auto [frames, summary] = read_all(pcap_file(kEthernet, on_ethernet(talk.segments)));
    ASSERT_EQ(frames.size(), 2u);
    ASSERT_TRUE(frames[0].bridge);
    EXPECT_EQ(frames[0].bridge->text(), kBridge);
}

TEST(PcapFile, KeepsConnectionsThatUseTheSamePortsApart) {
    auto segments = some_samples(2).segments;
    for (Tcp again : some_samples(4).segments) {
        again.sequence += 5000;
        again.acknowledgement += 5000;
        segments.push_back(again);
    }
    const auto [frames, summary] = read_all(pcap_file(kEthernet, on_ethernet(segments)));
    EXPECT_EQ(numbers_of(frames), (Numbers{1, 2, 1, 2, 3, 4}));
    EXPECT_EQ(summary.connections, 2u);
    EXPECT_EQ(summary.gaps, 0u);
}

TEST(PcapFile, DoesNotCountLateRepetitionsOfAClosedConnection) {
    auto segments = some_samples(2).segments;
    Tcp finish;
    finish.sequence = segments.back().sequence + static_cast<std::uint32_t>(segments.back().payload.size());
    segments.push_back(finish);
    segments.push_back(segments[4]);
    segments.push_back(segments[5]);
    const auto [frames, summary] = read_all(pcap_file(kEthernet, on_ethernet(segments)));
    EXPECT_EQ(numbers_of(frames), (Numbers{1, 2}));
    EXPECT_EQ(summary.connections, 1u);
}

TEST(PcapFile, LooksAtOtherPortsOnlyWhenTold) {
    Conversation talk(40001, 8883);
    talk.open();
    talk.client(connect_packet());
    talk.client(sample_packet(1));
    Conversation web(50000, 80);
    web.open();
    web.client(base::to_bytes("GET /0/0 HTTP/1.1\r\n\r\n"));
    auto segments = talk.segments;
    segments.insert(segments.end(), web.segments.begin(), web.segments.end());
    const Bytes file = pcap_file(kEthernet, on_ethernet(segments));
    EXPECT_TRUE(read_all(file).frames.empty());
    EXPECT_EQ(read_all(file, {{8883}}).frames.size(), 1u);
    const auto any = read_all(file, {{}});
    EXPECT_EQ(any.frames.size(), 1u);
    EXPECT_EQ(any.frames[0].direction, base::Direction::ToCloud);
    EXPECT_EQ(any.summary.connections, 1u);
    EXPECT_EQ(any.summary.broken, 0u);
}

TEST(PcapFile, TellsDirectionsByTheSideWhenTheTopicDoesNot) {
    Conversation talk;
    talk.open();
    talk.client(connect_packet());
    talk.client(publish_packet("other/1", "x"));
    talk.send(false, publish_packet("other/2", "x"));
    const auto frames = read_all(pcap_file(kEthernet, on_ethernet(talk.segments))).frames;
    ASSERT_EQ(frames.size(), 2u);
    EXPECT_EQ(frames[0].direction, base::Direction::ToCloud);
    EXPECT_EQ(frames[1].direction, base::Direction::ToBridge);
}

TEST(PcapFile, LeavesOutOtherVersionsOfMqtt) {
    CountingWatcher watcher;
    ConnectionTable table({1883}, watcher);
    Conversation talk;
    talk.open();
    mqtt::Connect connect;
    connect.client_id = "x";
    Bytes five = mqtt::to_wire(connect);
    // The protocol level stands behind the protocol name; version 5 puts its properties behind the keep alive.
    five[8] = 5;
    five.insert(five.begin() + 12, 0);
    ++five[1];
    talk.client(five);
    talk.client(sample_packet(1));
    for (const Tcp& tcp : talk.segments) {
        const Bytes packet = ipv4(tcp);
        table.on_segment(std::get<TcpSegment>(find_segment(LinkType::RawIp, packet)), {});
    }
    table.finish();
    EXPECT_EQ(watcher.published, 0u);
    EXPECT_EQ(table.counts().publishes, 0u);
    EXPECT_EQ(table.counts().unsupported, 1u);
}

TEST(PcapFile, SaysWhenTheFileEndsTooSoon) {
    const Bytes whole = pcap_file(kEthernet, on_ethernet(some_samples(3).segments));
    const Bytes cut(whole.begin(), whole.end() - 10);
    const auto [frames, summary] = read_all(cut);
    EXPECT_EQ(numbers_of(frames), (Numbers{1, 2}));
    EXPECT_TRUE(summary.damage);
}

TEST(PcapFile, CountsFragmentsAndUnreadablePackets) {
    auto packets = on_ethernet(some_samples(1).segments);
    packets.push_back({kStartMs, ethernet(ipv4_bytes(true, Bytes(40), 0x2000))});
    packets.push_back({kStartMs, Bytes(5)});
    const auto summary = read_all(pcap_file(kEthernet, packets)).summary;
    EXPECT_EQ(summary.fragments, 1u);
    EXPECT_EQ(summary.unreadable, 1u);
}

TEST(PcapFile, KeepsNoMoreConnectionsThanItsLimit) {
    ConnectionLimits limits;
    limits.max_connections = 10;
    CountingWatcher watcher;
    ConnectionTable table({1883}, watcher, limits);
    for (std::uint16_t port = 1; port <= 100; ++port) {
        Tcp tcp;
        tcp.client_port = port;
        tcp.payload = sample_packet(port);
        const Bytes packet = ipv4(tcp);
        table.on_segment(std::get<TcpSegment>(find_segment(LinkType::RawIp, packet)), {});
    }
    EXPECT_EQ(table.size(), 10u);
    EXPECT_EQ(watcher.ended, 90u) << "these were closed to make room";
    table.finish();
    EXPECT_EQ(table.counts().connections, 100u);
    EXPECT_EQ(watcher.published, 100u);
}

TEST(PcapFile, HoldsNoMoreBytesThanItsLimit) {
    ConnectionLimits limits;
    limits.max_held_bytes = 100'000;
    CountingWatcher watcher;
    ConnectionTable table({1883}, watcher, limits);
    for (std::uint16_t port = 1; port <= 200; ++port) {
        Conversation talk(port);
        talk.open();
        Tcp ahead = talk.segments[0];
        ahead.syn = false;
        ahead.sequence += 100;  // behind a hole
        ahead.payload = Bytes(1000);
        talk.segments.push_back(ahead);
        for (const Tcp& tcp : talk.segments) {
            const Bytes packet = ipv4(tcp);
            table.on_segment(std::get<TcpSegment>(find_segment(LinkType::RawIp, packet)), {});
        }
    }
    EXPECT_LE(table.held_bytes(), 100'000u);
    EXPECT_GT(table.held_bytes(), 90'000u);
}

TEST(FrameSorter, PutsFramesInOrderOfTimeAndKeepsTies) {
    std::vector<int> order;
    SorterLimits limits;
    limits.max_frames = 2;
    FrameSorter sorter([&](const ports::Frame& frame) { order.push_back(std::stoi(frame.topic)); }, limits);
    const auto push = [&](int number, std::int64_t time) {
        ports::Frame frame;
        frame.topic = std::to_string(number);
        frame.received = base::from_unix_s(time);
        sorter.push(std::move(frame));
    };
    push(1, 20);
    push(2, 10);
    push(3, 20);
    EXPECT_EQ(order, (Numbers{2}));
    push(4, 20);
    sorter.finish();
    EXPECT_EQ(order, (Numbers{2, 1, 3, 4}));
}

TEST(CaptureFile, SaysWhichFileCannotBeRead) {
    const auto missing = read_capture_file("/nonexistent/x.pcap", {}, [](const ports::Frame&) {});
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().message, "/nonexistent/x.pcap: No such file or directory");
    EXPECT_FALSE(read_capture_file("/", {}, [](const ports::Frame&) {})) << "a folder";
    EXPECT_FALSE(read_capture_file(MILLRACE_SOURCE_DIR "/CMakeLists.txt", {}, [](const ports::Frame&) {}));
}

}  // namespace
}  // namespace millrace::capture
