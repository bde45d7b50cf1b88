// The fourteen control packets of MQTT 3.1.1 as values.
//
// Names are those of the OASIS standard "MQTT Version 3.1.1". A packet says nothing about bytes: `packet_parser.h`
// reads them off the wire, `packet_writer.h` puts them back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"

namespace millrace::mqtt {

using PacketId = std::uint16_t;

enum class Qos : std::uint8_t { AtMostOnce = 0, AtLeastOnce = 1, ExactlyOnce = 2 };

struct Will {
    std::string topic;
    base::Bytes message;
    Qos qos = Qos::AtMostOnce;
    bool retain = false;

    bool operator==(const Will&) const = default;
};

struct Connect {
    std::string client_id;
    bool clean_session = true;
    std::uint16_t keep_alive_s = 0;  // 0: the client promises nothing
    std::optional<Will> will;
    std::optional<std::string> user_name;
    std::optional<base::Bytes> password;  // never logged, stored or shown
    std::uint8_t protocol_level = 4;      // 4 is version 3.1.1

    bool operator==(const Connect&) const = default;
};

enum class ConnectReturnCode : std::uint8_t {
    Accepted = 0,
    UnacceptableProtocolVersion = 1,
    IdentifierRejected = 2,
    ServerUnavailable = 3,
    BadUserNameOrPassword = 4,
    NotAuthorized = 5,
};

struct Connack {
    bool session_present = false;
    ConnectReturnCode return_code = ConnectReturnCode::Accepted;

    bool operator==(const Connack&) const = default;
};

struct Publish {
    bool dup = false;
    Qos qos = Qos::AtMostOnce;
    bool retain = false;
    std::string topic;
    PacketId packet_id = 0;  // meaningful only above QoS 0
    base::Bytes payload;

    bool operator==(const Publish&) const = default;
};

struct Puback {
    PacketId packet_id = 0;
    bool operator==(const Puback&) const = default;
};
struct Pubrec {
    PacketId packet_id = 0;
    bool operator==(const Pubrec&) const = default;
};
struct Pubrel {
    PacketId packet_id = 0;
    bool operator==(const Pubrel&) const = default;
};
struct Pubcomp {
    PacketId packet_id = 0;
    bool operator==(const Pubcomp&) const = default;
};

struct Subscription {
    std::string topic_filter;
    Qos qos = Qos::AtMostOnce;

    bool operator==(const Subscription&) const = default;
};

struct Subscribe {
    PacketId packet_id = 0;
    std::vector<Subscription> subscriptions;

    bool operator==(const Subscribe&) const = default;
};

struct Suback {
    static constexpr std::uint8_t kFailure = 0x80;

    PacketId packet_id = 0;
    std::vector<std::uint8_t> return_codes;  // the granted QoS, or kFailure

    bool operator==(const Suback&) const = default;
};

struct Unsubscribe {
    PacketId packet_id = 0;
    std::vector<std::string> topic_filters;

    bool operator==(const Unsubscribe&) const = default;
};

struct Unsuback {
    PacketId packet_id = 0;
    bool operator==(const Unsuback&) const = default;
};
struct Pingreq {
    bool operator==(const Pingreq&) const = default;
};
struct Pingresp {
    bool operator==(const Pingresp&) const = default;
};
struct Disconnect {
    bool operator==(const Disconnect&) const = default;
};

using Packet = std::variant<Connect, Connack, Publish, Puback, Pubrec, Pubrel, Pubcomp, Subscribe, Suback, Unsubscribe,
                            Unsuback, Pingreq, Pingresp, Disconnect>;

}  // namespace millrace::mqtt
