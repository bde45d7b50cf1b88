// What follows a fixed header, taken apart: the part of the parser that knows the fourteen packet types.
//
// Private to the room; `packet_parser.h` is the way in. Pure functions, any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "mqtt/malformed.h"
#include "mqtt/packet.h"

namespace millrace::mqtt {

// The control packet types of table 2.1, as they stand in the upper four bits of a fixed header.
enum class PacketType : std::uint8_t {
    Connect = 1,
    Connack = 2,
    Publish = 3,
    Puback = 4,
    Pubrec = 5,
    Pubrel = 6,
    Pubcomp = 7,
    Subscribe = 8,
    Suback = 9,
    Unsubscribe = 10,
    Unsuback = 11,
    Pingreq = 12,
    Pingresp = 13,
    Disconnect = 14,
};

// What the first byte of a packet alone gives away.
[[nodiscard]] std::optional<Malformed> check_first_byte(std::uint8_t first);

// The remaining length that packets of this type always have, if they do.
[[nodiscard]] std::optional<std::size_t> fixed_remaining_length(PacketType type);

// `first` has passed check_first_byte(); `body` is exactly the remaining length's bytes.
[[nodiscard]] base::Result<Packet, Malformed> parse_body(std::uint8_t first, base::ByteView body);

}  // namespace millrace::mqtt
