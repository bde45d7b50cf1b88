// The sealed box a bridge puts its JSON in: libhydrogen's secretbox, written anew here.
//
// `FORMAT.md` beside this file gives the construction byte by byte. A sealed message is 36 bytes longer than its
// text: a 20-byte synthetic iv, a 16-byte mac, then the ciphertext.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "payload/secret_key.h"

namespace millrace::payload {

inline constexpr std::size_t kSealOverhead = 36;
inline constexpr std::size_t kIvBytes = 20;
inline constexpr std::string_view kBridgeContext = "12345678";  // eight bytes, the same in every bridge seen

// The plaintext, or nothing when the box is too short or its mac does not fit key, context and message id. The mac is
// compared in constant time and no plaintext survives a failure.
[[nodiscard]] std::optional<base::Bytes> open(base::ByteView sealed, const SecretKey& key,
                                              std::string_view context = kBridgeContext, std::uint64_t message_id = 0);

// `random_iv` must come fresh from a random generator for each message: pure code has none of its own.
[[nodiscard]] base::Bytes seal(base::ByteView plain, const SecretKey& key,
                               std::span<const std::uint8_t, kIvBytes> random_iv,
                               std::string_view context = kBridgeContext, std::uint64_t message_id = 0);

}  // namespace millrace::payload
