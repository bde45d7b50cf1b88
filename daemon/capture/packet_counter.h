// Counts the control packets in a byte stream by their fixed headers alone.
//
// For the stand-in, whose session shows only what its owner must act on. Skips over bodies without looking at them;
// stops for good at a remaining length no packet may have. Loop thread only.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

#include "base/bytes.h"
#include "base/direction.h"
#include "capture/connection_life.h"
#include "capture/counters.h"

namespace millrace::capture {

class PacketCounter {
public:
    using OnPacket = std::function<void(const PacketSeen&)>;

    // `on_packet` is told of each whole packet.
    PacketCounter(base::Direction direction, Counters& counters, OnPacket on_packet = {})
        : direction_(direction), counters_(counters), on_packet_(std::move(on_packet)) {}

    void on_bytes(base::ByteView bytes);

private:
    enum class Expect : std::uint8_t { Header, Length, Body, Nothing };

    base::Direction direction_;
    Counters& counters_;
    OnPacket on_packet_;
    Expect expect_ = Expect::Header;
    PacketSeen packet_;
    unsigned shift_ = 0;
    std::size_t remaining_ = 0;
};

}  // namespace millrace::capture
