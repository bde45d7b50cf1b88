#include "doctor/sntp.h"

namespace millrace::doctor {
namespace {

constexpr std::size_t kOriginate = 24;
constexpr std::size_t kReceive = 32;
constexpr std::size_t kTransmit = 40;
constexpr std::uint8_t kVersionFourClient = 0x23;
constexpr std::uint8_t kModeBits = 0x07;
constexpr std::uint8_t kServer = 4;
constexpr std::uint8_t kUnsynchronised = 3;
constexpr std::uint8_t kMostStratum = 15;

std::uint64_t number_at(base::ByteView packet, std::size_t at) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8U | packet[at + i];
    return value;
}

base::WallTime time_of(std::uint64_t stamp) {
    constexpr std::int64_t kFrom1900To1970 = 2'208'988'800;
    constexpr std::int64_t kEra = 1LL << 32;
    auto seconds = static_cast<std::int64_t>(stamp >> 32U);
    if (seconds < kEra / 2) seconds += kEra;
    const auto milliseconds = static_cast<std::int64_t>((stamp & 0xffffffffU) * 1'000 >> 32U);
    return base::from_unix_ms((seconds - kFrom1900To1970) * 1'000 + milliseconds);
}

}  // namespace

SntpPacket sntp_question(std::uint64_t cookie) {
    SntpPacket packet{};
    packet[0] = kVersionFourClient;
    for (std::size_t i = 0; i < 8; ++i) {
        packet[kTransmit + i] = static_cast<std::uint8_t>(cookie >> (8 * (7 - i)));
    }
    return packet;
}

base::Result<SntpTime, base::Error> sntp_answer(base::ByteView packet, std::uint64_t cookie) {
    const auto bad = [](const char* why) { return base::failure(base::Error{why}); };
    if (packet.size() < kSntpBytes) return bad("its answer is too short");
    if ((packet[0] & kModeBits) != kServer) return bad("its answer is not one of a time server");
    if (number_at(packet, kOriginate) != cookie) return bad("its answer is not to our question");
    if (packet[1] == 0) return bad("it wants no questions now");
    if (packet[1] > kMostStratum || packet[0] >> 6U == kUnsynchronised) return bad("it does not know the time itself");
    if (number_at(packet, kTransmit) == 0) return bad("its answer has no time in it");
    return SntpTime{time_of(number_at(packet, kReceive)), time_of(number_at(packet, kTransmit))};
}

}  // namespace millrace::doctor
