#include "capture/packet_counter.h"

#include <algorithm>

namespace millrace::capture {

void PacketCounter::on_bytes(base::ByteView bytes) {
    constexpr unsigned kBitsOfFourLengthBytes = 28;
    std::size_t at = 0;
    while (at < bytes.size() && expect_ != Expect::Nothing) {
        switch (expect_) {
            case Expect::Header:
                type_ = bytes[at++] >> 4;
                remaining_ = 0;
                shift_ = 0;
                expect_ = type_ == 0 || type_ >= kPacketTypes ? Expect::Nothing : Expect::Length;
                break;
            case Expect::Length: {
                const std::uint8_t byte = bytes[at++];
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
                remaining_ -= skip;
                break;
            }
            case Expect::Nothing: break;
        }
        if (expect_ == Expect::Body && remaining_ == 0) {
            counters_.count_packet(direction_, type_);
            expect_ = Expect::Header;
        }
    }
}

}  // namespace millrace::capture
