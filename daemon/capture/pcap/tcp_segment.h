// One TCP segment taken out of a captured packet, whatever carried it.
//
// Pure; any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <variant>

#include "base/bytes.h"

namespace millrace::capture {

// The link types we read. Captures name them by number; `link_type.h` translates.
enum class LinkType : std::uint8_t {
    Ethernet,
    LinuxCooked,   // version 1, as `tcpdump -i any` wrote it for long
    LinuxCooked2,  // version 2, as it writes it now
    RawIp,
    Loopback,  // BSD null and loop: an address family, then IP
};

struct Endpoint {
    std::array<std::uint8_t, 16> address{};  // IPv4 addresses stand in the last four bytes, behind ::ffff
    std::uint16_t port = 0;

    friend auto operator<=>(const Endpoint&, const Endpoint&) = default;
};

struct TcpSegment {
    Endpoint source;
    Endpoint destination;
    std::uint32_t sequence = 0;         // of the first payload byte, or of the SYN
    std::uint32_t acknowledgement = 0;  // meaningful with `ack`
    bool syn = false;
    bool ack = false;
    bool fin = false;  // the last byte of this direction comes right before it
    bool rst = false;
    base::ByteView payload;  // into the packet; shorter than what was sent when the capture cut the packet
};

enum class NoSegment : std::uint8_t {
    OtherProtocol,
    Fragment,   // a part of an IP packet: not put together
    Malformed,  // lengths that contradict each other, or headers cut off
};

// The segment's payload lives as long as `packet` does.
[[nodiscard]] std::variant<TcpSegment, NoSegment> find_segment(LinkType link, base::ByteView packet);

}  // namespace millrace::capture
