#include "capture/pcap/connect_password.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "../capture/pcap_builder.h"
#include "capture/pcap/packet_stream.h"
#include "capture/pcap/wiped_bytes.h"
#include "own_memory.h"

namespace millrace::capture {
namespace {

using base::Bytes;

mqtt::Connect full_connect() {
    mqtt::Connect connect;
    connect.client_id = test::kBridge;
    connect.will = mqtt::Will{"a/b", base::to_bytes("gone"), mqtt::Qos::AtLeastOnce, true};
    connect.user_name = "device";
    connect.password = base::to_bytes("hunter2-hunter2");
    return connect;
}

bool holds(base::ByteView bytes, std::string_view text) {
    const auto wanted = base::as_bytes(text);
    return std::search(bytes.begin(), bytes.end(), wanted.begin(), wanted.end()) != bytes.end();
}

TEST(ConnectPassword, IsTheOnlyThingThatIsBlanked) {
    mqtt::Connect connect = full_connect();
    Bytes packet = mqtt::to_wire(connect);
    ASSERT_TRUE(holds(packet, "hunter2"));
    blank_password(packet);
    connect.password = Bytes(connect.password->size(), 0);
    EXPECT_EQ(packet, mqtt::to_wire(connect));
}

TEST(ConnectPassword, IsFoundWithAndWithoutWhatStandsBeforeIt) {
    mqtt::Connect connect = full_connect();
    connect.will.reset();
    Bytes packet = mqtt::to_wire(connect);
    blank_password(packet);
    EXPECT_FALSE(holds(packet, "hunter2"));
    EXPECT_TRUE(holds(packet, "device"));
}

TEST(ConnectPassword, ABrokenPacketIsNoTrouble) {
    const Bytes whole = mqtt::to_wire(full_connect());
    for (std::size_t length = 0; length <= whole.size(); ++length) {
        Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        blank_password(cut);
        EXPECT_EQ(cut.size(), length);
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
        Bytes flipped = whole;
        flipped[at] = 0xff;
        blank_password(flipped);
        EXPECT_EQ(flipped.size(), whole.size());
    }
}

TEST(ConnectPassword, LeavesAloneWhatIsNoConnect) {
    for (Bytes packet : {test::sample_packet(1), test::connect_packet(), Bytes(40, 0x10), Bytes(40, 0xff)}) {
        const Bytes before = packet;
        blank_password(packet);
        EXPECT_EQ(packet, before);
    }
}

TEST(ConnectPassword, IsInNoPacketThatAStreamGives) {
    const Bytes packet = mqtt::to_wire(full_connect());
    for (const std::uint64_t gap : {std::uint64_t{0}, kUnknownGap}) {  // from the beginning, and found by searching
        PacketStream stream;
        std::vector<CapturedPacket> packets;
        stream.feed({gap, {}, {packet.begin(), packet.begin() + 30}}, packets);
        stream.feed({0, {}, {packet.begin() + 30, packet.end()}}, packets);
        ASSERT_EQ(packets.size(), 1u);
        const auto& connect = std::get<mqtt::Connect>(packets[0].packet);
        EXPECT_EQ(connect.client_id, test::kBridge);
        EXPECT_EQ(connect.password, Bytes(15, 0));
    }
}

TEST(WipedBytes, LeaveNothingWhereTheyStood) {
    if (!test::can_search_own_memory()) GTEST_SKIP() << "a sanitizer keeps its books in the memory to be searched";
    constexpr std::string_view kTurned = "up!cf!gpvoe!opxifsf";
    {
        WipedBytes bytes(1000);
        for (std::size_t i = 0; i < kTurned.size(); ++i) bytes[500 + i] = static_cast<std::uint8_t>(kTurned[i] - 1);
        ASSERT_EQ(test::count_in_own_memory(kTurned, 1), 1u);
        bytes.resize(10'000);  // leaves the place for a larger one
    }
    EXPECT_EQ(test::count_in_own_memory(kTurned, 1), 0u);
}

TEST(WipedBytes, LeaveNothingBehindTheEnd) {
    WipedBytes bytes(100, 7);
    drop_front(bytes, 60);
    ASSERT_EQ(bytes.size(), 40u);
    EXPECT_TRUE(std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 7; }));
    bytes.reserve(bytes.capacity());
    const auto* behind = bytes.data() + bytes.size();
    EXPECT_TRUE(std::all_of(behind, behind + 60, [](std::uint8_t byte) { return byte == 0; }));
}

}  // namespace
}  // namespace millrace::capture
