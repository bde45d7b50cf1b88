#include <gtest/gtest.h>

#include "capture/pcap/tcp_segment.h"
#include "pcap_builder.h"

namespace millrace::capture {
namespace {

using namespace test;
using base::Bytes;

const Tcp kTcp = [] {
    Tcp tcp;
    tcp.sequence = 0xfffffff0;
    tcp.acknowledgement = 5;
    tcp.payload = {'a', 'b', 'c'};
    return tcp;
}();

void expect_found(LinkType link, const Bytes& packet, std::string_view payload = "abc") {
    const auto found = find_segment(link, packet);
    const auto* segment = std::get_if<TcpSegment>(&found);
    ASSERT_NE(segment, nullptr);
    EXPECT_EQ(segment->source.port, 40001);
    EXPECT_EQ(segment->destination.port, 1883);
    EXPECT_NE(segment->source.address, segment->destination.address);
    EXPECT_EQ(segment->sequence, 0xfffffff0);
    EXPECT_EQ(segment->acknowledgement, 5u);
    EXPECT_TRUE(segment->ack);
    EXPECT_FALSE(segment->syn);
    EXPECT_EQ(base::as_text(segment->payload), payload);
}

void expect_none(LinkType link, const Bytes& packet, NoSegment why) {
    const auto found = find_segment(link, packet);
    ASSERT_TRUE(std::holds_alternative<NoSegment>(found));
    EXPECT_EQ(std::get<NoSegment>(found), why);
}

Bytes cooked(unsigned type, base::ByteView ip) {
    Bytes out(14);
    put_u16(out, type);
    return join(out, ip);
}
Bytes cooked2(unsigned type, base::ByteView ip) {
    Bytes out;
    put_u16(out, type);
    out.resize(20);
    return join(out, ip);
}

TEST(FindSegment, ReadsEveryLinkTypeWithIpv4) {
    expect_found(LinkType::Ethernet, ethernet(ipv4(kTcp)));
    expect_found(LinkType::LinuxCooked, cooked(0x0800, ipv4(kTcp)));
    expect_found(LinkType::LinuxCooked2, cooked2(0x0800, ipv4(kTcp)));
    expect_found(LinkType::RawIp, ipv4(kTcp));
    expect_found(LinkType::Loopback, join({2, 0, 0, 0}, ipv4(kTcp)));
    expect_found(LinkType::Loopback, join({0, 0, 0, 2}, ipv4(kTcp)));
}

TEST(FindSegment, ReadsEveryLinkTypeWithIpv6) {
    expect_found(LinkType::Ethernet, ethernet(ipv6(kTcp), 0x86dd));
    expect_found(LinkType::LinuxCooked, cooked(0x86dd, ipv6(kTcp)));
    expect_found(LinkType::LinuxCooked2, cooked2(0x86dd, ipv6(kTcp)));
    expect_found(LinkType::RawIp, ipv6(kTcp));
    for (const std::uint8_t family : Bytes{10, 24, 28, 30}) {
        expect_found(LinkType::Loopback, join({family, 0, 0, 0}, ipv6(kTcp)));
        expect_found(LinkType::Loopback, join({0, 0, 0, family}, ipv6(kTcp)));
    }
}

TEST(FindSegment, ReadsVlanTags) {
    const Bytes one = join({0x00, 0x05, 0x08, 0x00}, ipv4(kTcp));
    expect_found(LinkType::Ethernet, ethernet(one, 0x8100));
    expect_found(LinkType::LinuxCooked, cooked(0x8100, one));
    expect_found(LinkType::Ethernet, ethernet(join({0x00, 0x06, 0x81, 0x00}, one), 0x88a8));
}

TEST(FindSegment, CutsOffEthernetPadding) {
    Bytes packet = ethernet(ipv4(kTcp));
    packet.resize(packet.size() + 6);
    expect_found(LinkType::Ethernet, packet);
    Bytes six = ethernet(ipv6(kTcp), 0x86dd);
    six.resize(six.size() + 6);
    expect_found(LinkType::Ethernet, six);
}

TEST(FindSegment, TakesAllWhenTheLengthIsLeftToTheNetworkCard) {
    Bytes packet = ipv4(kTcp);
    packet[2] = packet[3] = 0;
    expect_found(LinkType::RawIp, packet);
}

TEST(FindSegment, GivesWhatIsThereOfACutPacket) {
    Bytes packet = ipv4(kTcp);
    packet.pop_back();
    expect_found(LinkType::RawIp, packet, "ab");
}

TEST(FindSegment, SkipsTcpOptionsAndIpOptions) {
    expect_found(LinkType::RawIp, ipv4_bytes(true, tcp_bytes(kTcp, 12)));
    Bytes packet = ipv4(kTcp);
    packet[0] = 0x46;
    packet[3] = static_cast<std::uint8_t>(packet[3] + 4);
    packet.insert(packet.begin() + 20, 4, 1);
    expect_found(LinkType::RawIp, packet);
}

TEST(FindSegment, SkipsIpv6ExtensionHeaders) {
    const Bytes tcp = tcp_bytes(kTcp);
    const Bytes hop_by_hop_then_tcp = join({6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, tcp);
    expect_found(LinkType::RawIp, ipv6_bytes(true, hop_by_hop_then_tcp, 0));
    const Bytes routing = join({0, 0, 0, 0, 0, 0, 0, 0}, hop_by_hop_then_tcp);
    expect_found(LinkType::RawIp, ipv6_bytes(true, routing, 43));
    const Bytes authentication = join({6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, tcp);
    expect_found(LinkType::RawIp, ipv6_bytes(true, authentication, 51));
    const Bytes whole_in_fragment_header = join({6, 0, 0, 0, 0, 0, 0, 9}, tcp);
    expect_found(LinkType::RawIp, ipv6_bytes(true, whole_in_fragment_header, 44));
}

TEST(FindSegment, CountsFragmentsApart) {
    const Bytes tcp = tcp_bytes(kTcp);
    expect_none(LinkType::RawIp, ipv4_bytes(true, tcp, 0x2000), NoSegment::Fragment);
    expect_none(LinkType::RawIp, ipv4_bytes(true, tcp, 0x0010), NoSegment::Fragment);
    expect_found(LinkType::RawIp, ipv4_bytes(true, tcp, 0x4000));  // "do not fragment"
    expect_none(LinkType::RawIp, ipv6_bytes(true, join({6, 0, 0, 1, 0, 0, 0, 9}, tcp), 44), NoSegment::Fragment);
    expect_none(LinkType::RawIp, ipv6_bytes(true, join({6, 0, 0, 8, 0, 0, 0, 9}, tcp), 44), NoSegment::Fragment);
}

TEST(FindSegment, LeavesOtherProtocolsAlone) {
    expect_none(LinkType::Ethernet, ethernet(Bytes(28), 0x0806), NoSegment::OtherProtocol);
    expect_none(LinkType::RawIp, ipv4_bytes(true, Bytes(8), 0, 17), NoSegment::OtherProtocol);
    expect_none(LinkType::RawIp, ipv6_bytes(true, Bytes(8), 17), NoSegment::OtherProtocol);
    expect_none(LinkType::Loopback, join({7, 0, 0, 0}, ipv4(kTcp)), NoSegment::OtherProtocol);
}

TEST(FindSegment, SurvivesEveryCutAndEveryByteChanged) {
    const std::vector<std::pair<LinkType, Bytes>> packets = {
        {LinkType::Ethernet, ethernet(join({0x00, 0x05, 0x08, 0x00}, ipv4(kTcp)), 0x8100)},
        {LinkType::LinuxCooked, cooked(0x86dd, ipv6_bytes(true, join({6, 0, 0, 0, 0, 0, 0, 0}, tcp_bytes(kTcp)), 0))},
        {LinkType::LinuxCooked2, cooked2(0x0800, ipv4(kTcp))},
        {LinkType::Loopback, join({2, 0, 0, 0}, ipv4(kTcp))},
    };
    for (const auto& [link, packet] : packets) {
        for (std::size_t length = 0; length < packet.size(); ++length) {
            // A copy of exactly this length, so that a sanitizer sees every read beyond it.
            const Bytes cut(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(length));
            const auto found = find_segment(link, cut);
            if (length < packet.size() - 3) {
                EXPECT_TRUE(std::holds_alternative<NoSegment>(found)) << length;
            }
        }
        for (std::size_t at = 0; at < packet.size(); ++at) {
            for (int value = 0; value < 256; ++value) {
                Bytes changed = packet;
                changed[at] = static_cast<std::uint8_t>(value);
                const auto found = find_segment(link, changed);
                if (const auto* segment = std::get_if<TcpSegment>(&found)) {
                    EXPECT_LE(segment->payload.size(), packet.size());
                }
            }
        }
    }
}

}  // namespace
}  // namespace millrace::capture
