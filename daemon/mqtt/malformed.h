// The ways in which a byte stream fails to be MQTT 3.1.1.
#pragma once

#include <cstdint>
#include <string_view>

namespace millrace::mqtt {

// Why a byte stream is not MQTT 3.1.1, each with the section of the standard that says so in its description.
enum class Malformed : std::uint8_t {
    ReservedPacketType,
    ReservedFlags,
    RemainingLengthTooLong,
    PacketTooLarge,
    LengthMismatch,  // the packet ends inside a field, or goes on after the last one
    InvalidUtf8,
    InvalidTopic,  // empty, or with wildcards where none may stand
    InvalidQos,    // 3, or DUP at QoS 0
    ZeroPacketId,
    InvalidProtocolName,
    InvalidConnectFlags,
    InvalidReturnCode,
    NoSubscriptions,
};

// One sentence for a log or an error, without any byte of the packet.
[[nodiscard]] std::string_view describe(Malformed malformed);

}  // namespace millrace::mqtt
