// MQTT packets out of one direction of a captured connection, in spite of holes.
//
// As long as nothing is missing, packets are framed by their lengths. When a hole lies within one packet, its length
// says where the next begins. Otherwise, and when the capture began in the middle of a connection, bytes are dropped
// until an offset is found from which well-formed packets follow one another, beginning with a PUBLISH on a topic of
// the bridge's or with a CONNECT. Passwords are blanked before a packet is made of their bytes. Pure; any thread, one
// at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "capture/pcap/tcp_reassembler.h"
#include "capture/pcap/wiped_bytes.h"
#include "mqtt/packet.h"
#include "mqtt/packet_parser.h"

namespace millrace::capture {

struct CapturedPacket {
    base::WallTime time;  // when its last byte had been captured
    mqtt::Packet packet;
};

struct StreamCounts {
    std::uint64_t packets = 0;
    std::uint64_t gaps = 0;           // holes in the stream of bytes, each of which may have cost packets
    std::uint64_t missing_bytes = 0;  // in those holes whose size is known
    std::uint64_t resyncs = 0;        // searches for a packet that found one
    std::uint64_t broken = 0;         // places where the bytes are not MQTT although none is missing
};

class PacketStream {
public:
    explicit PacketStream(mqtt::ParserLimits limits = {}) : limits_(limits) {}

    void feed(const Stretch& stretch, std::vector<CapturedPacket>& out);

    // Before the first packet a stream may be anything, so nothing but packets is counted until then.
    [[nodiscard]] const StreamCounts& counts() const { return counts_; }
    [[nodiscard]] std::size_t buffered_bytes() const { return buffer_.size(); }

private:
    void on_gap(std::uint64_t bytes);
    void search_again();
    // Takes whole packets off the buffer; stops when it must search.
    void take_packets(base::WallTime time, std::vector<CapturedPacket>& out);
    // True when the buffer now begins with a packet.
    [[nodiscard]] bool search();
    [[nodiscard]] bool starts_at(std::size_t at);
    void forget_search();

    mqtt::ParserLimits limits_;
    StreamCounts counts_;
    bool searching_ = false;
    std::uint64_t skip_ = 0;  // bytes up to the next packet, of one that lost a part
    WipedBytes buffer_;
    std::size_t searched_ = 0;             // while searching: how far
    std::vector<std::size_t> candidates_;  // offsets before that, rising, which more bytes will decide
};

}  // namespace millrace::capture
