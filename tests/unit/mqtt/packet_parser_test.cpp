#include "mqtt/packet_parser.h"

#include <gtest/gtest.h>

#include "mqtt/packet_writer.h"
#include "unit/mqtt/sample_packets.h"

namespace millrace::mqtt {
namespace {

using base::Bytes;
using base::ByteView;

bool needs_more(const ParseResult& result) {
    return std::holds_alternative<NeedMore>(result);
}

// All packets that a stream holds, up to NeedMore or Broken.
std::vector<Packet> drain(PacketParser& parser) {
    std::vector<Packet> packets;
    while (true) {
        ParseResult result = parser.next();
        auto* packet = std::get_if<Packet>(&result);
        if (packet == nullptr) return packets;
        packets.push_back(std::move(*packet));
    }
}

Bytes all_samples_wire() {
    Bytes stream;
    for (const SamplePacket& sample : sample_packets()) {
        const Bytes wire = sample.wire();
        stream.insert(stream.end(), wire.begin(), wire.end());
    }
    return stream;
}

std::vector<Packet> all_sample_packets() {
    std::vector<Packet> packets;
    for (const SamplePacket& sample : sample_packets()) packets.push_back(sample.packet);
    return packets;
}

class EachPacketType : public testing::TestWithParam<SamplePacket> {};

TEST_P(EachPacketType, IsReadFromItsBytes) {
    PacketParser parser;
    parser.feed(GetParam().wire());
    const ParseResult result = parser.next();
    ASSERT_TRUE(std::holds_alternative<Packet>(result));
    EXPECT_EQ(std::get<Packet>(result), GetParam().packet);
    EXPECT_TRUE(needs_more(parser.next()));
    EXPECT_EQ(parser.buffered_bytes(), 0U);
}

TEST_P(EachPacketType, IsWrittenAsItsBytes) {
    EXPECT_EQ(base::to_hex(to_wire(GetParam().packet)), GetParam().hex);
}

TEST_P(EachPacketType, ComesOutWholeHoweverItIsSplit) {
    const Bytes wire = GetParam().wire();
    for (std::size_t split = 0; split <= wire.size(); ++split) {
        PacketParser parser;
        parser.feed(ByteView(wire).first(split));
        if (split < wire.size()) {
            EXPECT_TRUE(needs_more(parser.next())) << split;
            EXPECT_EQ(parser.buffered_bytes(), split);
        }
        parser.feed(ByteView(wire).subspan(split));
        EXPECT_EQ(drain(parser), std::vector{GetParam().packet}) << split;
    }
}

TEST_P(EachPacketType, NeverComesOutWhenCutShort) {
    const Bytes wire = GetParam().wire();
    for (std::size_t length = 0; length < wire.size(); ++length) {
        PacketParser parser;
        for (std::size_t i = 0; i < length; ++i) {
            parser.feed(ByteView(wire).subspan(i, 1));
            EXPECT_TRUE(needs_more(parser.next())) << length;
        }
    }
}

TEST_P(EachPacketType, WithOneFlippedBitIsBrokenOrStillRoundTrips) {
    const Bytes wire = GetParam().wire();
    for (std::size_t bit = 0; bit < wire.size() * 8; ++bit) {
        Bytes damaged = wire;
        damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        PacketParser parser;
        parser.feed(damaged);
        for (const Packet& packet : drain(parser)) {
            PacketParser again;
            again.feed(to_wire(packet));
            EXPECT_EQ(drain(again), std::vector{packet}) << bit;
        }
    }
}

// A packet whose remaining length is one too small ends inside its last field (or has none), one too large goes on
// after it; only where the last field takes whatever is left may that be another good packet.
TEST_P(EachPacketType, WithAWrongRemainingLengthIsRefusedUnlessItsLastFieldIsOpen) {
    const bool open_end = std::holds_alternative<Publish>(GetParam().packet) ||
                          std::holds_alternative<Suback>(GetParam().packet) || GetParam().name == "connect_other_level";
    Bytes longer = GetParam().wire();
    longer[1] = static_cast<std::uint8_t>(longer[1] + 1);
    longer.push_back(0);
    PacketParser parser;
    parser.feed(longer);
    EXPECT_EQ(std::holds_alternative<Broken>(parser.next()), !open_end);
}

INSTANTIATE_TEST_SUITE_P(PacketParser, EachPacketType, testing::ValuesIn(sample_packets()),
                         [](const auto& param) { return param.param.name; });

TEST(PacketParser, ReadsAStreamOfAllTypesInPiecesOfEverySize) {
    const Bytes stream = all_samples_wire();
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        PacketParser parser;
        std::vector<Packet> packets;
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            parser.feed(ByteView(stream).subspan(at, std::min(piece, stream.size() - at)));
            for (Packet& packet : drain(parser)) packets.push_back(std::move(packet));
        }
        EXPECT_EQ(packets, all_sample_packets()) << piece;
    }
}

TEST(PacketParser, KeepsPacketsFedTogetherUntilTheyAreAskedFor) {
    PacketParser parser;
    for (const SamplePacket& sample : sample_packets()) parser.feed(sample.wire());
    EXPECT_EQ(drain(parser), all_sample_packets());
}

TEST(PacketParser, RemainingLengthGrowsByAByteAtTheStandardsLimits) {
    for (const auto& [payload_bytes, header_bytes] : std::vector<std::pair<std::size_t, std::size_t>>{
             {124, 2}, {125, 3}, {16380, 3}, {16381, 4}, {2097148, 4}, {2097149, 5}}) {
        const Packet packet = Publish{false, Qos::AtMostOnce, false, "a", 0, Bytes(payload_bytes, 0x55)};
        const Bytes wire = to_wire(packet);
        EXPECT_EQ(wire.size(), header_bytes + 3 + payload_bytes);
        PacketParser parser({.max_packet_bytes = 4'000'000});
        parser.feed(wire);
        EXPECT_EQ(drain(parser), std::vector{packet});
    }
}

TEST(PacketParser, TakesARemainingLengthWrittenWithMoreBytesThanNeeded) {
    PacketParser parser;
    parser.feed(
        *base::from_hex("c08000"
                        "4082808000"
                        "0007"));
    EXPECT_EQ(drain(parser), (std::vector<Packet>{Pingreq{}, Puback{7}}));
}

TEST(PacketParser, StopsAtFiveByteRemainingLength) {
    PacketParser parser;
    parser.feed(*base::from_hex("30808080"));
    EXPECT_TRUE(needs_more(parser.next()));
    parser.feed(*base::from_hex("80"));
    const ParseResult result = parser.next();
    ASSERT_TRUE(std::holds_alternative<Broken>(result));
    EXPECT_EQ(std::get<Broken>(result).reason, Malformed::RemainingLengthTooLong);
}

TEST(PacketParser, RefusesALargePacketFromItsFixedHeaderAlone) {
    PacketParser parser({.max_packet_bytes = 100});
    parser.feed(*base::from_hex("3063"));  // 2 + 99 bytes
    const ParseResult result = parser.next();
    ASSERT_TRUE(std::holds_alternative<Broken>(result));
    EXPECT_EQ(std::get<Broken>(result).reason, Malformed::PacketTooLarge);
}

TEST(PacketParser, TakesAPacketOfExactlyTheLimit) {
    PacketParser parser({.max_packet_bytes = 100});
    parser.feed(to_wire(Publish{false, Qos::AtMostOnce, false, "a", 0, Bytes(95, 1)}));
    EXPECT_EQ(drain(parser).size(), 1U);
}

TEST(PacketParser, StaysBrokenAndHoldsNothing) {
    PacketParser parser;
    parser.feed(*base::from_hex("f000"));
    EXPECT_TRUE(std::holds_alternative<Broken>(parser.next()));
    for (int i = 0; i < 3; ++i) {
        parser.feed(to_wire(Pingreq{}));
        const ParseResult result = parser.next();
        ASSERT_TRUE(std::holds_alternative<Broken>(result));
        EXPECT_EQ(std::get<Broken>(result).reason, Malformed::ReservedPacketType);
        EXPECT_EQ(parser.buffered_bytes(), 0U);
    }
}

TEST(PacketParser, GivesTheGoodPacketsBeforeABrokenOne) {
    PacketParser parser;
    parser.feed(*base::from_hex("c000d00000"));
    EXPECT_EQ(drain(parser), (std::vector<Packet>{Pingreq{}, Pingresp{}}));
    EXPECT_TRUE(std::holds_alternative<Broken>(parser.next()));
}

TEST(PacketParser, BeginsAnewAfterRestart) {
    PacketParser parser;
    parser.feed(*base::from_hex("00"));
    EXPECT_TRUE(std::holds_alternative<Broken>(parser.next()));
    parser.restart();
    parser.feed(*base::from_hex("3006"));
    parser.restart();
    EXPECT_EQ(parser.buffered_bytes(), 0U);
    parser.feed(*base::from_hex("c000"));
    EXPECT_EQ(drain(parser), std::vector<Packet>{Pingreq{}});
}

TEST(Malformed, EveryReasonIsDescribedWithItsSection) {
    for (int i = 0; i <= static_cast<int>(Malformed::NoSubscriptions); ++i) {
        EXPECT_NE(describe(static_cast<Malformed>(i)).find("(MQTT 3.1.1, "), std::string_view::npos) << i;
    }
}

}  // namespace
}  // namespace millrace::mqtt
