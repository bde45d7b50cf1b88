#include "capture/pcap/tcp_segment.h"

#include <algorithm>
#include <cstddef>

namespace millrace::capture {
namespace {

using base::ByteView;
using Result = std::variant<TcpSegment, NoSegment>;

constexpr std::uint16_t kEtherIpv4 = 0x0800, kEtherIpv6 = 0x86dd;
constexpr std::uint8_t kProtocolTcp = 6;
constexpr int kMaxVlanTags = 4;           // two are in use; more is nonsense
constexpr int kMaxExtensionHeaders = 16;  // likewise

std::uint16_t read_u16(ByteView bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

std::uint32_t read_u32(ByteView bytes, std::size_t at) {
    return static_cast<std::uint32_t>(read_u16(bytes, at)) << 16 | read_u16(bytes, at + 2);
}

Result read_tcp(ByteView tcp, TcpSegment segment) {
    if (tcp.size() < 20) return NoSegment::Malformed;
    const std::size_t header = static_cast<std::size_t>(tcp[12] >> 4) * 4;
    if (header < 20 || header > tcp.size()) return NoSegment::Malformed;
    segment.source.port = read_u16(tcp, 0);
    segment.destination.port = read_u16(tcp, 2);
    segment.sequence = read_u32(tcp, 4);
    segment.acknowledgement = read_u32(tcp, 8);
    segment.syn = (tcp[13] & 0x02) != 0;
    segment.ack = (tcp[13] & 0x10) != 0;
    segment.fin = (tcp[13] & 0x01) != 0;
    segment.rst = (tcp[13] & 0x04) != 0;
    segment.payload = tcp.subspan(header);
    return segment;
}

// Cuts off what follows the IP packet, such as the padding of short Ethernet frames. A length of 0 is what the
// capturing machine sees of packets its network card will cut up later: then all there is belongs to the packet.
ByteView trim(ByteView ip, std::size_t length) {
    return length == 0 ? ip : ip.first(std::min(length, ip.size()));
}

void set_ipv4(Endpoint& endpoint, ByteView address) {
    endpoint.address[10] = endpoint.address[11] = 0xff;
    std::copy(address.begin(), address.end(), endpoint.address.begin() + 12);
}

Result read_ipv4(ByteView ip) {
    if (ip.size() < 20) return NoSegment::Malformed;
    const std::size_t header = static_cast<std::size_t>(ip[0] & 0x0f) * 4;
    const std::size_t length = read_u16(ip, 2);
    if (header < 20 || header > ip.size() || (length != 0 && length < header)) return NoSegment::Malformed;
    if (ip[9] != kProtocolTcp) return NoSegment::OtherProtocol;
    if ((read_u16(ip, 6) & 0x3fff) != 0) return NoSegment::Fragment;  // "more fragments", or an offset
    TcpSegment segment;
    set_ipv4(segment.source, ip.subspan(12, 4));
    set_ipv4(segment.destination, ip.subspan(16, 4));
    return read_tcp(trim(ip, length).subspan(header), segment);
}

Result read_ipv6(ByteView ip) {
    constexpr std::uint8_t kHopByHop = 0, kRouting = 43, kFragment = 44, kAuthentication = 51, kDestination = 60;
    if (ip.size() < 40) return NoSegment::Malformed;
    TcpSegment segment;
    std::copy_n(ip.begin() + 8, 16, segment.source.address.begin());
    std::copy_n(ip.begin() + 24, 16, segment.destination.address.begin());
    const std::size_t length = read_u16(ip, 4);
    std::uint8_t next = ip[6];
    ByteView rest = trim(ip.subspan(40), length);
    for (int i = 0; i < kMaxExtensionHeaders; ++i) {
        if (next == kProtocolTcp) return read_tcp(rest, segment);
        if (rest.size() < 8) return NoSegment::Malformed;
        std::size_t size = 8;
        switch (next) {
            case kHopByHop:
            case kRouting:
            case kDestination: size = (rest[1] + std::size_t{1}) * 8; break;
            case kAuthentication: size = (rest[1] + std::size_t{2}) * 4; break;
            case kFragment:
                // A fragment header with neither offset nor "more" stands in front of a whole packet.
                if ((read_u16(rest, 2) & 0xfff9) != 0) return NoSegment::Fragment;
                break;
            default: return NoSegment::OtherProtocol;
        }
        if (size > rest.size()) return NoSegment::Malformed;
        next = rest[0];
        rest = rest.subspan(size);
    }
    return NoSegment::Malformed;
}

Result read_ip(ByteView ip) {
    if (ip.empty()) return NoSegment::Malformed;
    switch (ip[0] >> 4) {
        case 4: return read_ipv4(ip);
        case 6: return read_ipv6(ip);
        default: return NoSegment::Malformed;
    }
}

// `payload` begins behind the type field.
Result read_ether_type(std::uint16_t type, ByteView payload) {
    for (int tags = 0; type == 0x8100 || type == 0x88a8 || type == 0x9100; ++tags) {
        if (tags == kMaxVlanTags || payload.size() < 4) return NoSegment::Malformed;
        type = read_u16(payload, 2);
        payload = payload.subspan(4);
    }
    if (type != kEtherIpv4 && type != kEtherIpv6) return NoSegment::OtherProtocol;
    return read_ip(payload);
}

Result read_loopback(ByteView packet) {
    if (packet.size() < 4) return NoSegment::Malformed;
    // The family is in the byte order of the machine that captured, and IPv6 has another number on every system. All
    // of them are below 256, so the order does not matter.
    const std::uint32_t big = read_u32(packet, 0);
    const std::uint32_t family = big < 256 ? big : packet[0];
    switch (family) {
        case 2:  // IPv4 everywhere
        case 10:
        case 24:
        case 28:
        case 30: return read_ip(packet.subspan(4));  // IPv6: Linux, NetBSD, FreeBSD, macOS
        default: return NoSegment::OtherProtocol;
    }
}

}  // namespace

std::variant<TcpSegment, NoSegment> find_segment(LinkType link, ByteView packet) {
    switch (link) {
        case LinkType::Ethernet:
            if (packet.size() < 14) return NoSegment::Malformed;
            return read_ether_type(read_u16(packet, 12), packet.subspan(14));
        case LinkType::LinuxCooked:
            if (packet.size() < 16) return NoSegment::Malformed;
            return read_ether_type(read_u16(packet, 14), packet.subspan(16));
        case LinkType::LinuxCooked2:
            if (packet.size() < 20) return NoSegment::Malformed;
            return read_ether_type(read_u16(packet, 0), packet.subspan(20));
        case LinkType::RawIp: return read_ip(packet);
        case LinkType::Loopback: return read_loopback(packet);
    }
    return NoSegment::OtherProtocol;
}

}  // namespace millrace::capture
