// Bytes in, control packets out, one at a time.
//
// Feed whatever arrived, in pieces of any size, then call next() until it answers NeedMore. A broken stream stays
// broken: MQTT has no way to find the next packet, so the caller closes the connection (server) or stops decoding it
// (tap). Copies what it needs; the fed bytes may be reused at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "mqtt/packet.h"

namespace millrace::mqtt {

// Why a byte stream is not MQTT 3.1.1, each with the section of the standard that says so in its description.
enum class Malformed : std::uint8_t {
    ReservedPacketType,
    ReservedFlags,
    RemainingLengthTooLong,
    PacketTooLarge,
    LengthMismatch,      // the packet ends inside a field, or goes on after the last one
    InvalidUtf8,
    InvalidTopic,        // empty, or with wildcards where none may stand
    InvalidQos,
    ZeroPacketId,
    InvalidProtocolName,
    InvalidConnectFlags,
    InvalidReturnCode,
    NoSubscriptions,
};

// One sentence for a log or an error, without any byte of the packet.
[[nodiscard]] std::string_view describe(Malformed malformed);

struct ParserLimits {
    // The bridge itself accepts packets up to 1472 bytes; 64 KiB leaves room for other firmware and for a cloud that
    // says more, and bounds what one connection can make us hold.
    std::size_t max_packet_bytes = 64 * 1024;
};

struct NeedMore {};
struct Broken {
    Malformed reason;
};
using ParseResult = std::variant<NeedMore, Packet, Broken>;

class PacketParser {
public:
    explicit PacketParser(ParserLimits limits = {});

    void feed(base::ByteView bytes);
    [[nodiscard]] ParseResult next();

    // Bytes fed and not yet part of a returned packet: more than zero means a packet has begun.
    [[nodiscard]] std::size_t buffered_bytes() const { return buffer_.size() - consumed_; }

private:
    ParserLimits limits_;
    base::Bytes buffer_;
    std::size_t consumed_ = 0;
    bool broken_ = false;
    Malformed reason_{};
};

}  // namespace millrace::mqtt
