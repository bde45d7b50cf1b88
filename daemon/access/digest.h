// The few things of cryptography that access needs. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace millrace::access {

using Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] Digest sha256(std::string_view text);
[[nodiscard]] Digest hmac_sha256(base::ByteView key, std::string_view text);

// In a time that does not tell how much of it is right.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);
[[nodiscard]] bool equal_in_constant_time(const Digest& a, const Digest& b);

}  // namespace millrace::access
