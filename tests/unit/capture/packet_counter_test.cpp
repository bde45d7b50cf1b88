#include "capture/packet_counter.h"

#include <gtest/gtest.h>

#include "mqtt/packet_writer.h"

namespace millrace::capture {
namespace {

base::Bytes stream() {
    base::Bytes wire;
    mqtt::write(mqtt::Pingreq{}, wire);
    mqtt::Publish publish;
    publish.topic = "a/b";
    publish.payload = base::Bytes(300, 0xc0);  // looks like PINGREQ headers
    mqtt::write(publish, wire);
    mqtt::write(mqtt::Puback{7}, wire);
    mqtt::write(mqtt::Disconnect{}, wire);
    return wire;
}

void expect_all(const Counters& counters, std::size_t cut) {
    const auto& packets = counters.packets[0];
    EXPECT_EQ(packets[12], 1U) << cut;
    EXPECT_EQ(packets[3], 1U) << cut;
    EXPECT_EQ(packets[4], 1U) << cut;
    EXPECT_EQ(packets[14], 1U) << cut;
}

TEST(PacketCounter, CountsTheSameHoweverTheBytesAreCut) {
    const auto wire = stream();
    for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
        Counters counters;
        PacketCounter counter(base::Direction::ToCloud, counters);
        counter.on_bytes(base::ByteView(wire).first(cut));
        counter.on_bytes(base::ByteView(wire).subspan(cut));
        expect_all(counters, cut);
    }
}

TEST(PacketCounter, CountsAPacketOnlyWhenItIsWhole) {
    const auto wire = mqtt::to_wire(mqtt::Puback{7});
    Counters counters;
    PacketCounter counter(base::Direction::ToBridge, counters);
    counter.on_bytes(base::ByteView(wire).first(wire.size() - 1));
    EXPECT_EQ(counters.packets[1][4], 0U);
    counter.on_bytes(base::ByteView(wire).last(1));
    EXPECT_EQ(counters.packets[1][4], 1U);
}

TEST(PacketCounter, StopsAtAFiveByteLength) {
    const base::Bytes broken = {0x30, 0x80, 0x80, 0x80, 0x80, 0x00, 0xc0, 0x00};
    Counters counters;
    PacketCounter counter(base::Direction::ToCloud, counters);
    counter.on_bytes(broken);
    for (const auto count : counters.packets[0]) EXPECT_EQ(count, 0U);
}

TEST(PacketCounter, TellsTypeFlagsAndSizeOfEachPacketHoweverTheBytesAreCut) {
    mqtt::Publish publish;
    publish.topic = "a/b";
    publish.qos = mqtt::Qos::AtLeastOnce;
    publish.dup = true;
    publish.packet_id = 9;
    publish.payload = base::Bytes(300, 0);
    const auto wire = mqtt::to_wire(publish);
    for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
        std::vector<PacketSeen> told;
        Counters counters;
        PacketCounter counter(base::Direction::ToCloud, counters,
                              [&](const PacketSeen& packet) { told.push_back(packet); });
        counter.on_bytes(base::ByteView(wire).first(cut));
        counter.on_bytes(base::ByteView(wire).subspan(cut));
        counter.on_bytes(mqtt::to_wire(mqtt::Pingreq{}));
        ASSERT_EQ(told.size(), 2U) << cut;
        EXPECT_EQ(told[0].type, 3U);
        EXPECT_EQ(told[0].flags, 0x0a);
        EXPECT_EQ(told[0].bytes, wire.size());
        EXPECT_EQ(told[1].type, 12U);
        EXPECT_EQ(told[1].bytes, 2U);
    }
}

}  // namespace
}  // namespace millrace::capture
