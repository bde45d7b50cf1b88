#include "base/utf8.h"

#include <cstring>

namespace millrace::base {
namespace {

bool is_continuation(std::uint8_t byte) {
    return (byte & 0xC0) == 0x80;
}

// The length of the sequence that begins at `at`, or 0 when it is not allowed. The second byte's range depends on the
// first one: that is what excludes overlong forms, surrogates and code points past U+10FFFF.
std::size_t sequence_length(ByteView text, std::size_t at) {
    const std::uint8_t lead = text[at];
    const std::size_t left = text.size() - at;
    if (lead < 0x80) return lead == 0 ? 0 : 1;
    if (lead < 0xC2 || lead > 0xF4) return 0;
    if (lead < 0xE0) return left >= 2 && is_continuation(text[at + 1]) ? 2 : 0;

    const std::size_t length = lead < 0xF0 ? 3 : 4;
    if (left < length) return 0;
    std::uint8_t lowest = 0x80;
    std::uint8_t highest = 0xBF;
    if (lead == 0xE0) lowest = 0xA0;
    if (lead == 0xED) highest = 0x9F;
    if (lead == 0xF0) lowest = 0x90;
    if (lead == 0xF4) highest = 0x8F;
    if (text[at + 1] < lowest || text[at + 1] > highest) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if (!is_continuation(text[at + i])) return 0;
    }
    return length;
}

// Whether all eight bytes are ASCII and none is zero.
bool plain_ascii(const std::uint8_t* bytes) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes, sizeof word);
    constexpr std::uint64_t kHighBits = 0x8080808080808080;
    constexpr std::uint64_t kOnes = 0x0101010101010101;
    return ((word | (word - kOnes)) & kHighBits) == 0;
}

}  // namespace

bool is_mqtt_utf8(ByteView text) {
    std::size_t at = 0;
    while (at < text.size()) {
        if (text.size() - at >= 8 && plain_ascii(text.data() + at)) {
            at += 8;
            continue;
        }
        const std::size_t length = sequence_length(text, at);
        if (length == 0) return false;
        at += length;
    }
    return true;
}

}  // namespace millrace::base
