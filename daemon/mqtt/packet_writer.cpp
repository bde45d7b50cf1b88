#include "mqtt/packet_writer.h"

#include <algorithm>
#include <cassert>
#include <string_view>

#include "mqtt/packet_body.h"

namespace millrace::mqtt {
namespace {

constexpr std::size_t kMaxStringBytes = 65'535;
constexpr std::size_t kMaxRemainingLength = 268'435'455;

std::uint8_t first_byte(PacketType type, unsigned flags) {
    return static_cast<std::uint8_t>(static_cast<unsigned>(type) << 4 | flags);
}

void put_two_bytes(std::size_t value, base::Bytes& out) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
}

void put_counted(base::ByteView field, base::Bytes& out) {
    assert(field.size() <= kMaxStringBytes);
    put_two_bytes(field.size(), out);
    out.insert(out.end(), field.begin(), field.end());
}

void put_text(std::string_view text, base::Bytes& out) {
    put_counted(base::as_bytes(text), out);
}

void put_header(PacketType type, unsigned flags, std::size_t remaining_length, base::Bytes& out) {
    assert(remaining_length <= kMaxRemainingLength);
    constexpr std::size_t kLongestHeader = 5;
    const std::size_t needed = out.size() + kLongestHeader + remaining_length;
    if (needed > out.capacity()) out.reserve(std::max(needed, 2 * out.size()));  // many packets into one buffer
    out.push_back(first_byte(type, flags));
    do {
        const auto digit = static_cast<std::uint8_t>(remaining_length & 0x7F);
        remaining_length >>= 7;
        out.push_back(remaining_length > 0 ? static_cast<std::uint8_t>(digit | 0x80) : digit);
    } while (remaining_length > 0);
}

void put_body(PacketType type, unsigned flags, base::ByteView body, base::Bytes& out) {
    put_header(type, flags, body.size(), out);
    out.insert(out.end(), body.begin(), body.end());
}

void put_id_only(PacketType type, unsigned flags, PacketId packet_id, base::Bytes& out) {
    put_header(type, flags, 2, out);
    put_two_bytes(packet_id, out);
}

std::uint8_t connect_flags(const Connect& connect) {
    unsigned flags = connect.clean_session ? 0x02 : 0;
    if (connect.will) {
        flags |= 0x04;
        flags |= static_cast<unsigned>(connect.will->qos) << 3;
        if (connect.will->retain) flags |= 0x20;
    }
    if (connect.password) flags |= 0x40;
    if (connect.user_name) flags |= 0x80;
    return static_cast<std::uint8_t>(flags);
}

struct Writer {
    base::Bytes& out;

    void operator()(const Connect& connect) const {
        base::Bytes body;
        put_text("MQTT", body);
        body.push_back(connect.protocol_level);
        body.push_back(connect_flags(connect));
        put_two_bytes(connect.keep_alive_s, body);
        put_text(connect.client_id, body);
        if (connect.will) {
            put_text(connect.will->topic, body);
            put_counted(connect.will->message, body);
        }
        if (connect.user_name) put_text(*connect.user_name, body);
        if (connect.password) put_counted(*connect.password, body);
        put_body(PacketType::Connect, 0, body, out);
    }

    void operator()(const Connack& connack) const {
        put_header(PacketType::Connack, 0, 2, out);
        out.push_back(connack.session_present ? 1 : 0);
        out.push_back(static_cast<std::uint8_t>(connack.return_code));
    }

    void operator()(const Publish& publish) const {
        const bool has_id = publish.qos != Qos::AtMostOnce;
        const unsigned flags =
            (publish.dup ? 0x08U : 0U) | static_cast<unsigned>(publish.qos) << 1 | (publish.retain ? 0x01U : 0U);
        const std::size_t remaining_length = 2 + publish.topic.size() + (has_id ? 2 : 0) + publish.payload.size();
        put_header(PacketType::Publish, flags, remaining_length, out);
        put_text(publish.topic, out);
        if (has_id) put_two_bytes(publish.packet_id, out);
        out.insert(out.end(), publish.payload.begin(), publish.payload.end());
    }

    void operator()(const Puback& ack) const { put_id_only(PacketType::Puback, 0, ack.packet_id, out); }
    void operator()(const Pubrec& ack) const { put_id_only(PacketType::Pubrec, 0, ack.packet_id, out); }
    void operator()(const Pubrel& ack) const { put_id_only(PacketType::Pubrel, 2, ack.packet_id, out); }
    void operator()(const Pubcomp& ack) const { put_id_only(PacketType::Pubcomp, 0, ack.packet_id, out); }
    void operator()(const Unsuback& ack) const { put_id_only(PacketType::Unsuback, 0, ack.packet_id, out); }

    void operator()(const Subscribe& subscribe) const {
        base::Bytes body;
        put_two_bytes(subscribe.packet_id, body);
        for (const Subscription& subscription : subscribe.subscriptions) {
            put_text(subscription.topic_filter, body);
            body.push_back(static_cast<std::uint8_t>(subscription.qos));
        }
        put_body(PacketType::Subscribe, 2, body, out);
    }

    void operator()(const Suback& suback) const {
        put_header(PacketType::Suback, 0, 2 + suback.return_codes.size(), out);
        put_two_bytes(suback.packet_id, out);
        out.insert(out.end(), suback.return_codes.begin(), suback.return_codes.end());
    }

    void operator()(const Unsubscribe& unsubscribe) const {
        base::Bytes body;
        put_two_bytes(unsubscribe.packet_id, body);
        for (const std::string& filter : unsubscribe.topic_filters) put_text(filter, body);
        put_body(PacketType::Unsubscribe, 2, body, out);
    }

    void operator()(const Pingreq&) const { put_header(PacketType::Pingreq, 0, 0, out); }
    void operator()(const Pingresp&) const { put_header(PacketType::Pingresp, 0, 0, out); }
    void operator()(const Disconnect&) const { put_header(PacketType::Disconnect, 0, 0, out); }
};

}  // namespace

void write(const Packet& packet, base::Bytes& out) {
    std::visit(Writer{out}, packet);
}

base::Bytes to_wire(const Packet& packet) {
    base::Bytes out;
    write(packet, out);
    return out;
}

}  // namespace millrace::mqtt
