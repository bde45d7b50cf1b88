// A bridge's 32-byte static key, kept out of sight.
//
// The key is wiped from memory when the value dies, prints as stars, and has no accessor for logging. Nothing but
// this room reads its bytes. Beside them it keeps the sponge's state after the key is in (FORMAT.md, step 3), because
// that is the same for every message. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "payload/gimli.h"

namespace millrace::payload {

class SecretKey {
public:
    static constexpr std::size_t kBytes = 32;

    SecretKey(const SecretKey&) = default;
    SecretKey& operator=(const SecretKey&) = default;
    ~SecretKey();

    // Exactly 32 raw bytes.
    [[nodiscard]] static std::optional<SecretKey> from_bytes(base::ByteView bytes);

    // The content of a key file or of a --key argument: 64 hexadecimal digits, with white space around them, or 32
    // raw bytes. The error says what was found instead, by length only.
    [[nodiscard]] static base::Result<SecretKey, base::Error> parse(base::ByteView content);

    [[nodiscard]] std::span<const std::uint8_t, kBytes> bytes() const { return bytes_; }

    // The state from which every text sealed for the bridges' context goes on.
    [[nodiscard]] const GimliState& text_start() const { return text_start_; }

    // Compares in constant time.
    friend bool operator==(const SecretKey& a, const SecretKey& b);

private:
    SecretKey() = default;
    void prepare();

    std::array<std::uint8_t, kBytes> bytes_{};
    GimliState text_start_;
};

}  // namespace millrace::payload
