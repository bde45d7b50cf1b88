// Proof that a webhook's request comes from us. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace millrace::notify {

// HMAC-SHA256 in lower-case hexadecimal digits.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view text);

}  // namespace millrace::notify
