// The packet parser on any bytes, cut anywhere. The first byte decides where the rest is cut. How a stream is cut must
// not change what is read, and what was read must survive being written and read again.
#include <cstdlib>
#include <vector>

#include "mqtt/packet_parser.h"
#include "mqtt/packet_writer.h"

using namespace millrace;

namespace {

struct Outcome {
    std::vector<mqtt::Packet> packets;
    bool broken = false;

    bool operator==(const Outcome&) const = default;
};

void require(bool holds) {
    if (!holds) std::abort();
}

void drain(mqtt::PacketParser& parser, Outcome& outcome) {
    while (true) {
        mqtt::ParseResult result = parser.next();
        if (auto* packet = std::get_if<mqtt::Packet>(&result)) {
            outcome.packets.push_back(std::move(*packet));
            continue;
        }
        outcome.broken = std::holds_alternative<mqtt::Broken>(result);
        return;
    }
}

Outcome parse_in_pieces(base::ByteView bytes, unsigned seed) {
    mqtt::PacketParser parser;
    Outcome outcome;
    while (!bytes.empty()) {
        seed = seed * 1'103'515'245U + 12'345U;
        const std::size_t piece = std::min<std::size_t>(1 + (seed >> 16) % 23, bytes.size());
        parser.feed(bytes.first(piece));
        bytes = bytes.subspan(piece);
        drain(parser, outcome);
    }
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const base::ByteView stream(data + 1, size - 1);
    mqtt::PacketParser parser;
    parser.feed(stream);
    Outcome whole;
    drain(parser, whole);
    require(parse_in_pieces(stream, data[0]) == whole);

    base::Bytes wire;
    for (const mqtt::Packet& packet : whole.packets) mqtt::write(packet, wire);
    mqtt::PacketParser again;
    again.feed(wire);
    Outcome repeated;
    drain(again, repeated);
    require(!repeated.broken && repeated.packets == whole.packets && again.buffered_bytes() == 0);
    return 0;
}
