// One question to a time server and its answer, after RFC 4330 (SNTP 4). Pure; no I/O.
//
//  byte  0       leap indicator (2 bits), version (3), mode (3): 3 client, 4 server
//        1       stratum: 0 kiss of death, 1 to 15 a clock
//        24..31  originate time: what the client sent as its transmit time
//        32..39  receive time, 40..47 transmit time: seconds since 1900 and their fraction, 32 bits each
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace millrace::doctor {

inline constexpr std::size_t kSntpBytes = 48;
using SntpPacket = std::array<std::uint8_t, kSntpBytes>;

// `cookie` goes as the transmit time and must come back, so that nobody who does not see the question can answer it.
[[nodiscard]] SntpPacket sntp_question(std::uint64_t cookie);

struct SntpTime {
    base::WallTime received;
    base::WallTime sent;
};

// The server's times, or in words why they mean nothing. Seconds below 2^31 are those from 2036 on.
[[nodiscard]] base::Result<SntpTime, base::Error> sntp_answer(base::ByteView packet, std::uint64_t cookie);

}  // namespace millrace::doctor
