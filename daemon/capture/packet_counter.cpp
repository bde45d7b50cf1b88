#include "capture/packet_counter.h"

#include <algorithm>

namespace millrace::capture {

void PacketCounter::on_bytes(base::ByteView bytes) {
    constexpr unsigned kBitsOfFourLengthBytes = 28;
    std::size_t at = 0;
    while (at < bytes.size() && expect_ != Expect::Nothing) {
        switch (expect_) {
            case Expect::Header:
                packet_.type = bytes[at] >> 4;
                packet_.flags = bytes[at++] & 0x0f;
                packet_.bytes = 1;
                remaining_ = 0;
                shift_ = 0;
                expect_ = packet_.type == 0 || packet_.type >= kPacketTypes ? Expect::Nothing : Expect::Length;
                break;
            case Expect::Length: {
                const std::uint8_t byte = bytes[at++];
                ++packet_.bytes;
                remaining_ |= static_cast<std::size_t>(byte & 0x7f) << shift_;
                shift_ += 7;
                if ((byte & 0x80) != 0) {
                    if (shift_ == kBitsOfFourLengthBytes) expect_ = Expect::Nothing;
                    break;
                }
                expect_ = Expect::Body;
                break;
            }
            case Expect::Body: {
                const std::size_t skip = std::min(remaining_, bytes.size() - at);
                at += skip;
                packet_.bytes += skip;
                remaining_ -= skip;
                break;
            }
            case Expect::Nothing: break;
        }
        if (expect_ == Expect::Body && remaining_ == 0) {
            counters_.count_packet(direction_, packet_.type);
            if (on_packet_) on_packet_(packet_);
            expect_ = Expect::Header;
        }
    }
}

}  // namespace millrace::capture
