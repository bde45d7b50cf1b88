// Bytes in, control packets out, one at a time.
//
// Feed whatever arrived, in pieces of any size, then call next() until it answers NeedMore. A broken stream stays
// broken: MQTT has no way to find the next packet, so the caller closes the connection (server) or stops decoding it
// (tap). Copies what it needs; the fed bytes may be reused at once. The bytes
// of a CONNECT, which may hold a password, are wiped once it is returned. Between packets a parser holds at most
// kIdleCapacityBytes. Any thread, one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "base/bytes.h"
#include "mqtt/malformed.h"
#include "mqtt/packet.h"

namespace millrace::mqtt {

struct ParserLimits {
    // The bridge itself accepts packets up to 1472 bytes; 64 KiB leaves room for other firmware and for a cloud that
    // says more, and bounds what one connection can make us hold. Counts the fixed header too.
    std::size_t max_packet_bytes = 64 * 1024;
};

struct NeedMore {};
struct Broken {
    Malformed reason;
};
using ParseResult = std::variant<NeedMore, Packet, Broken>;

class PacketParser {
public:
    // A bridge's usual message fits, so that a quiet connection neither allocates for each packet nor holds much.
    static constexpr std::size_t kIdleCapacityBytes = 1024;

    explicit PacketParser(ParserLimits limits = {});

    void feed(base::ByteView bytes);
    [[nodiscard]] ParseResult next();

    // The size on the wire of the packet last returned.
    [[nodiscard]] std::size_t packet_bytes() const { return packet_bytes_; }

    // Bytes fed and not yet part of a returned packet: more than zero means a packet has begun.
    [[nodiscard]] std::size_t buffered_bytes() const { return buffer_.size() - consumed_; }

    // Gives up the bytes that are not yet part of a returned packet; the next byte fed begins a packet.
    [[nodiscard]] base::Bytes take_rest();

    // Forgets everything fed, and that the stream was broken: the next byte fed begins a packet.
    void restart();

private:
    ParseResult break_off(Malformed reason);
    void release();

    ParserLimits limits_;
    base::Bytes buffer_;
    std::size_t consumed_ = 0;  // the front of buffer_ that returned packets were made of
    std::size_t packet_bytes_ = 0;
    bool broken_ = false;
    Malformed reason_{};
};

}  // namespace millrace::mqtt
