// The 16-byte key that the owner and one Bluetooth device share: BTHome calls it the bind key.
//
// Like a bridge's SecretKey it is wiped from memory when the value dies and has no accessor for logging. Nothing but
// this room reads its bytes. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.h"
#include "base/result.h"

namespace millrace::payload {

class BindKey {
public:
    static constexpr std::size_t kBytes = 16;

    BindKey(const BindKey&) = default;
    BindKey& operator=(const BindKey&) = default;
    ~BindKey();

    // Exactly 16 raw bytes.
    [[nodiscard]] static std::optional<BindKey> from_bytes(base::ByteView bytes);

    // The content of a key file: 32 hexadecimal digits, with white space around them, or 16 raw bytes. The error says
    // what was found instead, by length only.
    [[nodiscard]] static base::Result<BindKey, base::Error> parse(base::ByteView content);

    [[nodiscard]] std::span<const std::uint8_t, kBytes> bytes() const { return bytes_; }

    // Compares in constant time.
    friend bool operator==(const BindKey& a, const BindKey& b);

private:
    BindKey() = default;

    std::array<std::uint8_t, kBytes> bytes_{};
};

}  // namespace millrace::payload
