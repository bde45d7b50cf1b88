// Watching both directions of somebody else's MQTT connection.
//
// Never answers and never judges more than framing: what a tap cannot parse ends decoding of this connection in both
// directions, is reported once, and the bytes it was copied from flow on untouched. Loop thread only.
#pragma once

#include <optional>
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

private:
    PacketParser client_;
    PacketParser server_;
    bool broken_ = false;
};

}  // namespace millrace::mqtt
