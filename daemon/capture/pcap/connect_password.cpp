#include "capture/pcap/connect_password.h"

#include <string.h>  // explicit_bzero

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace millrace::capture {
namespace {

constexpr std::uint8_t kConnect = 0x10;
constexpr std::size_t kMaxLengthBytes = 4;
constexpr std::uint8_t kWillFlag = 0x04, kPasswordFlag = 0x40, kUserNameFlag = 0x80;

// Takes a field with its two bytes of length off the front of `rest`; gives it, or nothing (and nothing more after it)
// when it is cut off.
std::span<std::uint8_t> take_field(std::span<std::uint8_t>& rest) {
    if (rest.size() < 2) return rest = {};
    const std::size_t length = static_cast<std::size_t>(rest[0]) << 8 | rest[1];
    const auto field = rest.subspan(2, std::min(length, rest.size() - 2));
    rest = rest.subspan(2 + field.size());
    return field;
}

void wipe(std::span<std::uint8_t> bytes) {
    if (!bytes.empty()) ::explicit_bzero(bytes.data(), bytes.size());
}

}  // namespace

void blank_password(std::span<std::uint8_t> packet) {
    if (packet.empty() || (packet[0] & 0xf0) != kConnect) return;
    std::size_t header = 1;
    while (header < packet.size() && header < kMaxLengthBytes && (packet[header] & 0x80) != 0) ++header;
    if (++header > packet.size()) return;
    auto rest = packet.subspan(header);
    // A packet that is searched for is tried at places where none begins, whose bytes must stay as they are.
    constexpr std::string_view kName = "MQTT";
    if (!std::ranges::equal(take_field(rest), kName) || rest.size() < 4) return;
    const std::uint8_t level = rest[0];
    const std::uint8_t flags = rest[1];
    if ((flags & kPasswordFlag) == 0) return;
    rest = rest.subspan(4);  // level, flags, keep alive
    if (level > 4) {
        // Of MQTT 5 we read nothing but that it is one, so all that follows may go.
        return wipe(rest);
    }
    (void)take_field(rest);  // client id
    if ((flags & kWillFlag) != 0) {
        (void)take_field(rest);
        (void)take_field(rest);
    }
    if ((flags & kUserNameFlag) != 0) (void)take_field(rest);
    wipe(take_field(rest));
}

}  // namespace millrace::capture
