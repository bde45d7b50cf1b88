// Byte strings, and the few conversions every room needs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::base {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

// The bytes of a text, without copying; valid as long as the text is.
[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// The text view of some bytes, without copying or checking that they are UTF-8.
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[nodiscard]] inline Bytes to_bytes(std::string_view text) {
    return {text.begin(), text.end()};
}

// Lower-case hexadecimal digits, two per byte.
[[nodiscard]] std::string to_hex(ByteView bytes);

// As a part of an address: all but letters, digits and "-._~" (what RFC 3986 calls unreserved) escaped.
[[nodiscard]] std::string percent_encoded(std::string_view text);

// Nothing when the text has an odd length or holds anything but hexadecimal digits.
[[nodiscard]] std::optional<Bytes> from_hex(std::string_view text);

}  // namespace millrace::base
