// Watching both directions of somebody else's MQTT connection.
//
// Never answers and never judges more than framing: what a tap cannot parse ends decoding of this connection in both
// directions, is reported once, and the bytes it was copied from flow on untouched. It asks for no CONNECT, so it may
// begin in the middle of a connection, as long as that is between two packets. Loop thread only.
#pragma once

#include <cstddef>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "mqtt/packet.h"
#include "mqtt/packet_parser.h"

namespace millrace::mqtt {

enum class Side : std::uint8_t { Client, Server };

struct SawPacket {
    Side from;
    Packet packet;
    std::size_t bytes = 0;  // on the wire
};
struct TapBroken {
    Side from;
    Malformed reason;
};
using TapEvent = std::variant<SawPacket, TapBroken>;

class TapSession {
public:
    explicit TapSession(ParserLimits limits = {});

    // Appends what the bytes complete to `events`. After a TapBroken nothing more comes.
    void on_bytes(Side from, base::ByteView bytes, std::vector<TapEvent>& events);

    [[nodiscard]] bool broken() const { return broken_; }

    // Bytes of a side that are not yet part of a whole packet.
    [[nodiscard]] std::size_t buffered_bytes(Side from) const { return parser(from).buffered_bytes(); }

    // Gives up what a side sent of a packet that is not whole yet.
    [[nodiscard]] base::Bytes take_rest(Side from) { return (from == Side::Client ? client_ : server_).take_rest(); }

    // For captures with holes: forgets half a packet of this side, and what was broken, so that the next byte of the
    // side begins a packet. A live connection has no use for it.
    void restart(Side side);

private:
    [[nodiscard]] const PacketParser& parser(Side side) const { return side == Side::Client ? client_ : server_; }

    PacketParser client_;
    PacketParser server_;
    bool broken_ = false;
};

// Whether bytes look as if a packet begins with them: what is there is well-formed, as far as it goes, in a direction
// this side may send. For finding a place to start in a capture of a connection that was already open. A few random
// bytes can pass; the more bytes, the surer.
[[nodiscard]] bool may_begin_packet(Side from, base::ByteView bytes, ParserLimits limits = {});

}  // namespace millrace::mqtt
