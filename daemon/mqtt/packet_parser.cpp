#include "mqtt/packet_parser.h"

#include <string.h>  // explicit_bzero, which <cstring> does not promise

#include <utility>

#include "mqtt/packet_body.h"

namespace millrace::mqtt {
namespace {

constexpr std::size_t kMaxLengthBytes = 4;  // of the remaining length, section 2.2.3

struct FixedHeader {
    std::size_t bytes = 0;  // of the header itself; 0 while it is incomplete
    std::size_t remaining_length = 0;
};

// The standard's algorithm, which also takes a length written with more bytes than it needs; a fifth byte is too many.
base::Result<FixedHeader, Malformed> parse_fixed_header(base::ByteView bytes) {
    FixedHeader header;
    for (std::size_t i = 0; i < kMaxLengthBytes; ++i) {
        if (i + 1 >= bytes.size()) return FixedHeader{};
        const std::uint8_t digit = bytes[i + 1];
        header.remaining_length |= static_cast<std::size_t>(digit & 0x7F) << (7 * i);
        if ((digit & 0x80) == 0) {
            header.bytes = i + 2;
            return header;
        }
    }
    return base::failure(Malformed::RemainingLengthTooLong);
}

}  // namespace

std::string_view describe(Malformed malformed) {
    switch (malformed) {
        case Malformed::ReservedPacketType: return "reserved control packet type (MQTT 3.1.1, 2.2.1)";
        case Malformed::ReservedFlags: return "reserved flag bits are set wrongly (MQTT 3.1.1, 2.2.2 and 3.2.2.1)";
        case Malformed::RemainingLengthTooLong: return "remaining length has more than four bytes (MQTT 3.1.1, 2.2.3)";
        case Malformed::PacketTooLarge: return "packet is larger than this side accepts (MQTT 3.1.1, 4.8)";
        case Malformed::LengthMismatch: return "remaining length does not fit the fields (MQTT 3.1.1, 2.2.3)";
        case Malformed::InvalidUtf8: return "string is not UTF-8 or holds U+0000 (MQTT 3.1.1, 1.5.3)";
        case Malformed::InvalidTopic: return "topic is empty or has a wildcard (MQTT 3.1.1, 3.3.2.1 and 4.7)";
        case Malformed::InvalidQos: return "QoS 3, or DUP at QoS 0 (MQTT 3.1.1, 3.3.1 and 3.8.3)";
        case Malformed::ZeroPacketId: return "packet identifier is zero (MQTT 3.1.1, 2.3.1)";
        case Malformed::InvalidProtocolName: return "protocol name is not MQTT (MQTT 3.1.1, 3.1.2.1)";
        case Malformed::InvalidConnectFlags: return "connect flags contradict each other (MQTT 3.1.1, 3.1.2.3)";
        case Malformed::InvalidReturnCode: return "return code is reserved (MQTT 3.1.1, 3.2.2.3 and 3.9.3)";
        case Malformed::NoSubscriptions: return "no topic filter or return code at all (MQTT 3.1.1, 3.8.3 and 3.10.3)";
    }
    return "not MQTT 3.1.1";
}

PacketParser::PacketParser(ParserLimits limits) : limits_(limits) {}

void PacketParser::feed(base::ByteView bytes) {
    if (broken_) return;
    // What is left is moved to the front only when it is no longer than what it leaves behind. So each byte is moved
    // a bounded number of times, however the stream is cut.
    if (consumed_ > 0 && consumed_ >= buffered_bytes()) {
        buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(consumed_));
        consumed_ = 0;
    }
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

ParseResult PacketParser::next() {
    if (broken_) return Broken{reason_};
    const base::ByteView bytes = base::ByteView(buffer_).subspan(consumed_);
    if (bytes.empty()) return release(), ParseResult{NeedMore{}};

    const std::uint8_t first = bytes[0];
    if (const auto fault = check_first_byte(first)) return break_off(*fault);
    const auto header = parse_fixed_header(bytes);
    if (!header) return break_off(header.error());
    if (header->bytes == 0) return NeedMore{};
    const auto fixed = fixed_remaining_length(static_cast<PacketType>(first >> 4));
    if (fixed && header->remaining_length != *fixed) return break_off(Malformed::LengthMismatch);
    const std::size_t packet_bytes = header->bytes + header->remaining_length;
    if (packet_bytes > limits_.max_packet_bytes) return break_off(Malformed::PacketTooLarge);
    if (bytes.size() < packet_bytes) return NeedMore{};

    auto packet = parse_body(first, bytes.subspan(header->bytes, header->remaining_length));
    if (!packet) return break_off(packet.error());
    if (std::holds_alternative<Connect>(*packet)) ::explicit_bzero(buffer_.data() + consumed_, packet_bytes);
    consumed_ += packet_bytes;
    packet_bytes_ = packet_bytes;
    return std::move(*packet);
}

ParseResult PacketParser::break_off(Malformed reason) {
    broken_ = true;
    reason_ = reason;
    buffer_ = {};
    consumed_ = 0;
    return Broken{reason};
}

// Called with nothing left to parse.
void PacketParser::release() {
    consumed_ = 0;
    if (buffer_.capacity() > kIdleCapacityBytes) {
        buffer_ = base::Bytes{};
    } else {
        buffer_.clear();
    }
}

base::Bytes PacketParser::take_rest() {
    base::Bytes rest(buffer_.begin() + static_cast<std::ptrdiff_t>(consumed_), buffer_.end());
    restart();
    return rest;
}

void PacketParser::restart() {
    broken_ = false;
    buffer_.clear();
    release();
}

}  // namespace millrace::mqtt
