// Counts the control packets in a byte stream by their fixed headers alone.
//
// For the stand-in, whose session shows only what its owner must act on. Skips over bodies without looking at them;
// stops for good at a remaining length no packet may have. Loop thread only.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/direction.h"
#include "capture/counters.h"

namespace millrace::capture {

class PacketCounter {
public:
    PacketCounter(base::Direction direction, Counters& counters) : direction_(direction), counters_(counters) {}

    void on_bytes(base::ByteView bytes);

private:
    enum class Expect : std::uint8_t { Header, Length, Body, Nothing };

    base::Direction direction_;
    Counters& counters_;
    Expect expect_ = Expect::Header;
    std::size_t type_ = 0;
    unsigned shift_ = 0;
    std::size_t remaining_ = 0;
};

}  // namespace millrace::capture
