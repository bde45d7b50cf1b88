#include "mqtt/packet_body.h"

#include <utility>

#include "base/utf8.h"
#include "mqtt/topic_filter.h"

namespace millrace::mqtt {
namespace {

// Reads fields one after the other. The first fault sticks and every later read gives an empty value, so that callers
// read a packet straight through and ask once at the end.
class FieldReader {
public:
    explicit FieldReader(base::ByteView body) : rest_(body) {}

    void fail(Malformed fault) {
        if (!fault_) fault_ = fault;
        rest_ = {};
    }

    std::uint8_t byte() {
        if (rest_.empty()) return fail(Malformed::LengthMismatch), std::uint8_t{0};
        const std::uint8_t value = rest_.front();
        rest_ = rest_.subspan(1);
        return value;
    }

    std::uint16_t two_bytes() {
        const unsigned high = byte();
        return static_cast<std::uint16_t>(high << 8 | byte());
    }

    PacketId packet_id() {
        const PacketId id = two_bytes();
        if (id == 0) fail(Malformed::ZeroPacketId);
        return id;
    }

    // A field with two bytes of length before it. The view is valid as long as the body is.
    base::ByteView counted() {
        const std::size_t length = two_bytes();
        if (length > rest_.size()) return fail(Malformed::LengthMismatch), base::ByteView{};
        const base::ByteView field = rest_.first(length);
        rest_ = rest_.subspan(length);
        return field;
    }

    std::string text() {
        const base::ByteView field = counted();
        if (!base::is_mqtt_utf8(field)) return fail(Malformed::InvalidUtf8), std::string{};
        return std::string(base::as_text(field));
    }

    std::string topic_name() {
        std::string topic = text();
        if (!is_topic_name(topic)) fail(Malformed::InvalidTopic);
        return topic;
    }

    // Whether its wildcards stand where they may is for the SUBACK to say; an empty filter is malformed.
    std::string topic_filter() {
        std::string filter = text();
        if (filter.empty()) fail(Malformed::InvalidTopic);
        return filter;
    }

    base::ByteView take_rest() { return std::exchange(rest_, {}); }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    // The packet, unless a field was at fault or bytes are left over.
    template <typename T>
    base::Result<Packet, Malformed> finish(T&& packet) {
        if (!rest_.empty()) fail(Malformed::LengthMismatch);
        if (fault_) return base::failure(*fault_);
        return Packet{std::forward<T>(packet)};
    }

private:
    base::ByteView rest_;
    std::optional<Malformed> fault_;
};

constexpr std::uint8_t kCleanSession = 0x02, kWillFlag = 0x04, kWillRetain = 0x20, kPasswordFlag = 0x40,
                       kUserNameFlag = 0x80;

unsigned will_qos(std::uint8_t connect_flags) {
    return connect_flags >> 3 & 3U;
}

// Section 3.1.2.3 to 3.1.2.9.
bool valid_connect_flags(std::uint8_t flags) {
    if ((flags & 0x01) != 0) return false;
    if ((flags & kWillFlag) == 0 && (will_qos(flags) != 0 || (flags & kWillRetain) != 0)) return false;
    if (will_qos(flags) == 3) return false;
    return (flags & kUserNameFlag) != 0 || (flags & kPasswordFlag) == 0;
}

base::Result<Packet, Malformed> parse_connect(FieldReader reader) {
    constexpr std::string_view kProtocolName = "MQTT";
    Connect connect;
    if (base::as_text(reader.counted()) != kProtocolName) reader.fail(Malformed::InvalidProtocolName);
    connect.protocol_level = reader.byte();
    if (connect.protocol_level != 4) {
        // Another version's layout is unknown from here on. The level is what its sender must be told about.
        (void)reader.take_rest();
        return reader.finish(std::move(connect));
    }
    const std::uint8_t flags = reader.byte();
    if (!valid_connect_flags(flags)) reader.fail(Malformed::InvalidConnectFlags);
    connect.clean_session = (flags & kCleanSession) != 0;
    connect.keep_alive_s = reader.two_bytes();
    connect.client_id = reader.text();
    if ((flags & kWillFlag) != 0) {
        Will will;
        will.topic = reader.topic_name();
        const base::ByteView message = reader.counted();
        will.message.assign(message.begin(), message.end());
        will.qos = static_cast<Qos>(will_qos(flags));
        will.retain = (flags & kWillRetain) != 0;
        connect.will = std::move(will);
    }
    if ((flags & kUserNameFlag) != 0) connect.user_name = reader.text();
    if ((flags & kPasswordFlag) != 0) {
        const base::ByteView password = reader.counted();
        connect.password.emplace(password.begin(), password.end());
    }
    return reader.finish(std::move(connect));
}

base::Result<Packet, Malformed> parse_connack(FieldReader reader) {
    const std::uint8_t acknowledge_flags = reader.byte();
    const std::uint8_t code = reader.byte();
    if (acknowledge_flags > 1) reader.fail(Malformed::ReservedFlags);
    if (code > static_cast<std::uint8_t>(ConnectReturnCode::NotAuthorized)) reader.fail(Malformed::InvalidReturnCode);
    if (acknowledge_flags == 1 && code != 0) reader.fail(Malformed::InvalidReturnCode);
    return reader.finish(Connack{acknowledge_flags == 1, static_cast<ConnectReturnCode>(code)});
}

base::Result<Packet, Malformed> parse_publish(std::uint8_t first, FieldReader reader) {
    Publish publish;
    publish.dup = (first & 0x08) != 0;
    publish.qos = static_cast<Qos>(first >> 1 & 3);
    publish.retain = (first & 0x01) != 0;
    publish.topic = reader.topic_name();
    if (publish.qos != Qos::AtMostOnce) publish.packet_id = reader.packet_id();
    const base::ByteView payload = reader.take_rest();
    publish.payload.assign(payload.begin(), payload.end());
    return reader.finish(std::move(publish));
}

template <typename Acknowledgement>
base::Result<Packet, Malformed> parse_acknowledgement(FieldReader reader) {
    return reader.finish(Acknowledgement{reader.packet_id()});
}

base::Result<Packet, Malformed> parse_subscribe(FieldReader reader) {
    Subscribe subscribe;
    subscribe.packet_id = reader.packet_id();
    if (reader.at_end()) reader.fail(Malformed::NoSubscriptions);
    while (!reader.at_end()) {
        std::string filter = reader.topic_filter();
        const std::uint8_t requested = reader.byte();
        if (requested > 2) reader.fail(Malformed::InvalidQos);
        subscribe.subscriptions.push_back({std::move(filter), static_cast<Qos>(requested)});
    }
    return reader.finish(std::move(subscribe));
}

base::Result<Packet, Malformed> parse_suback(FieldReader reader) {
    Suback suback;
    suback.packet_id = reader.packet_id();
    if (reader.at_end()) reader.fail(Malformed::NoSubscriptions);
    const base::ByteView codes = reader.take_rest();
    for (const std::uint8_t code : codes) {
        if (code > 2 && code != Suback::kFailure) reader.fail(Malformed::InvalidReturnCode);
    }
    suback.return_codes.assign(codes.begin(), codes.end());
    return reader.finish(std::move(suback));
}

base::Result<Packet, Malformed> parse_unsubscribe(FieldReader reader) {
    Unsubscribe unsubscribe;
    unsubscribe.packet_id = reader.packet_id();
    if (reader.at_end()) reader.fail(Malformed::NoSubscriptions);
    while (!reader.at_end()) unsubscribe.topic_filters.push_back(reader.topic_filter());
    return reader.finish(std::move(unsubscribe));
}

}  // namespace

std::optional<Malformed> check_first_byte(std::uint8_t first) {
    const unsigned type = first >> 4;
    const unsigned flags = first & 0x0F;
    if (type == 0 || type == 15) return Malformed::ReservedPacketType;
    switch (static_cast<PacketType>(type)) {
        case PacketType::Publish:
            if ((flags & 0x06) == 0x06) return Malformed::InvalidQos;
            if ((flags & 0x0E) == 0x08) return Malformed::InvalidQos;
            return std::nullopt;
        case PacketType::Pubrel:
        case PacketType::Subscribe:
        case PacketType::Unsubscribe:
            if (flags != 0x02) return Malformed::ReservedFlags;
            return std::nullopt;
        default:
            if (flags != 0) return Malformed::ReservedFlags;
            return std::nullopt;
    }
}

std::optional<std::size_t> fixed_remaining_length(PacketType type) {
    switch (type) {
        case PacketType::Connack:
        case PacketType::Puback:
        case PacketType::Pubrec:
        case PacketType::Pubrel:
        case PacketType::Pubcomp:
        case PacketType::Unsuback: return 2;
        case PacketType::Pingreq:
        case PacketType::Pingresp:
        case PacketType::Disconnect: return 0;
        case PacketType::Connect:
        case PacketType::Publish:
        case PacketType::Subscribe:
        case PacketType::Suback:
        case PacketType::Unsubscribe: return std::nullopt;
    }
    return std::nullopt;
}

base::Result<Packet, Malformed> parse_body(std::uint8_t first, base::ByteView body) {
    FieldReader reader(body);
    switch (static_cast<PacketType>(first >> 4)) {
        case PacketType::Connect: return parse_connect(reader);
        case PacketType::Connack: return parse_connack(reader);
        case PacketType::Publish: return parse_publish(first, reader);
        case PacketType::Puback: return parse_acknowledgement<Puback>(reader);
        case PacketType::Pubrec: return parse_acknowledgement<Pubrec>(reader);
        case PacketType::Pubrel: return parse_acknowledgement<Pubrel>(reader);
        case PacketType::Pubcomp: return parse_acknowledgement<Pubcomp>(reader);
        case PacketType::Subscribe: return parse_subscribe(reader);
        case PacketType::Suback: return parse_suback(reader);
        case PacketType::Unsubscribe: return parse_unsubscribe(reader);
        case PacketType::Unsuback: return parse_acknowledgement<Unsuback>(reader);
        case PacketType::Pingreq: return reader.finish(Pingreq{});
        case PacketType::Pingresp: return reader.finish(Pingresp{});
        case PacketType::Disconnect: return reader.finish(Disconnect{});
    }
    return base::failure(Malformed::ReservedPacketType);
}

}  // namespace millrace::mqtt
