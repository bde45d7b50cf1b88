#include "mqtt/tap_session.h"

#include <gtest/gtest.h>

#include "mqtt/packet_writer.h"
#include "unit/mqtt/sample_packets.h"

namespace millrace::mqtt {
namespace {

Publish publish_of(std::size_t payload_bytes) {
    return {false, Qos::AtMostOnce, false, "2/1/12/61DA80B500000001/1709625555", 0, base::Bytes(payload_bytes, 7)};
}

TEST(TapSession, ShowsBothDirectionsInTheOrderOfTheirBytes) {
    TapSession tap;
    std::vector<TapEvent> events;
    tap.on_bytes(Side::Client, to_wire(full_connect()), events);
    tap.on_bytes(Side::Server, to_wire(Connack{}), events);
    tap.on_bytes(Side::Client, to_wire(publish_of(300)), events);
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(std::get<SawPacket>(events[0]).from, Side::Client);
    EXPECT_EQ(std::get<SawPacket>(events[1]).from, Side::Server);
    EXPECT_EQ(std::get<SawPacket>(events[1]).packet, Packet{Connack{}});
    EXPECT_EQ(std::get<SawPacket>(events[2]).packet, Packet{publish_of(300)});
}

TEST(TapSession, KeepsHalfPacketsOfTheTwoSidesApart) {
    const base::Bytes client = to_wire(publish_of(300));
    const base::Bytes server = to_wire(publish_of(200));
    TapSession tap;
    std::vector<TapEvent> events;
    for (std::size_t i = 0; i < client.size(); ++i) {
        tap.on_bytes(Side::Client, base::ByteView(client).subspan(i, 1), events);
        if (i < server.size()) tap.on_bytes(Side::Server, base::ByteView(server).subspan(i, 1), events);
    }
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(std::get<SawPacket>(events[0]).packet, Packet{publish_of(200)});
    EXPECT_EQ(std::get<SawPacket>(events[1]).packet, Packet{publish_of(300)});
}

TEST(TapSession, NeedsNoConnectToBegin) {
    TapSession tap;
    std::vector<TapEvent> events;
    tap.on_bytes(Side::Server, to_wire(Pingresp{}), events);
    ASSERT_EQ(events.size(), 1U);
    EXPECT_FALSE(tap.broken());
}

TEST(TapSession, DoesNotMindWhatAServerWouldRefuse) {
    TapSession tap;
    std::vector<TapEvent> events;
    tap.on_bytes(Side::Client, to_wire(full_connect()), events);
    tap.on_bytes(Side::Client, to_wire(full_connect()), events);
    tap.on_bytes(Side::Client, to_wire(Connack{}), events);
    EXPECT_EQ(events.size(), 3U);
    EXPECT_FALSE(tap.broken());
}

TEST(TapSession, ABrokenSideEndsBothAndIsToldOnce) {
    TapSession tap;
    std::vector<TapEvent> events;
    tap.on_bytes(Side::Client, *base::from_hex("c000f0"), events);
    tap.on_bytes(Side::Client, to_wire(Pingreq{}), events);
    tap.on_bytes(Side::Server, to_wire(Pingresp{}), events);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(std::get<TapBroken>(events[1]).from, Side::Client);
    EXPECT_EQ(std::get<TapBroken>(events[1]).reason, Malformed::ReservedPacketType);
    EXPECT_TRUE(tap.broken());
}

TEST(TapSession, HoldsOnlyTheBytesOfAHalfPacket) {
    TapSession tap;
    std::vector<TapEvent> events;
    tap.on_bytes(Side::Client, *base::from_hex("c000c000300a00"), events);
    EXPECT_EQ(tap.buffered_bytes(Side::Client), 3U);
    EXPECT_EQ(tap.buffered_bytes(Side::Server), 0U);
}

TEST(TapSession, BeginsAnewAfterAHoleInOneSide) {
    TapSession tap;
    std::vector<TapEvent> events;
    tap.on_bytes(Side::Client, *base::from_hex("300a00"), events);
    tap.on_bytes(Side::Server, *base::from_hex("d0"), events);
    tap.restart(Side::Client);
    tap.on_bytes(Side::Client, to_wire(Pingreq{}), events);
    tap.on_bytes(Side::Server, *base::from_hex("00"), events);
    ASSERT_EQ(events.size(), 2U);
    EXPECT_EQ(std::get<SawPacket>(events[1]).packet, Packet{Pingresp{}});
}

TEST(MayBeginPacket, TakesWholePacketsAndTheBeginningOfOne) {
    for (const SamplePacket& sample : sample_packets()) {
        const bool client = may_begin_packet(Side::Client, sample.wire());
        const bool server = may_begin_packet(Side::Server, sample.wire());
        EXPECT_TRUE(client || server) << sample.name;
        EXPECT_TRUE(!std::holds_alternative<Publish>(sample.packet) || (client && server)) << sample.name;
    }
    EXPECT_TRUE(may_begin_packet(Side::Client, *base::from_hex("c000300a00")));
}

TEST(MayBeginPacket, RefusesTextAndTheOtherSidesPackets) {
    EXPECT_FALSE(may_begin_packet(Side::Client, base::as_bytes(R"([{"timestamp":1709625555,"value":3828906}])")));
    EXPECT_FALSE(may_begin_packet(Side::Client, to_wire(Pingresp{})));
    EXPECT_FALSE(may_begin_packet(Side::Server, to_wire(Pingreq{})));
}

}  // namespace
}  // namespace millrace::mqtt
