#include "payload/secret_key.h"

#include <algorithm>
#include <string>

#include "payload/secret_memory.h"
#include "payload/secretbox.h"
#include "payload/sponge.h"

namespace millrace::payload {

namespace {

bool is_space(std::uint8_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}

base::ByteView without_outer_space(base::ByteView text) {
    while (!text.empty() && is_space(text.front())) text = text.subspan(1);
    while (!text.empty() && is_space(text.back())) text = text.first(text.size() - 1);
    return text;
}

// The value of a hexadecimal digit, or a negative number.
int digit_value(std::uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

SecretKey::~SecretKey() {
    wipe(bytes_.data(), bytes_.size());
    wipe(&text_start_, sizeof text_start_);
}

void SecretKey::prepare() {
    Sponge sponge;
    sponge.take_key(bytes_, kBridgeContext, Tag::Key);
    text_start_ = sponge.state();
}

std::optional<SecretKey> SecretKey::from_bytes(base::ByteView bytes) {
    if (bytes.size() != kBytes) return std::nullopt;
    SecretKey key;
    std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
    key.prepare();
    return key;
}

base::Result<SecretKey, base::Error> SecretKey::parse(base::ByteView content) {
    if (auto raw = from_bytes(content)) return *std::move(raw);
    const base::ByteView digits = without_outer_space(content);
    if (digits.size() != 2 * kBytes) {
        return base::failure(base::Error{"a key is 64 hexadecimal digits or 32 raw bytes, but there are " +
                                         std::to_string(content.size()) + " bytes"});
    }
    // Straight into the key, so that no copy of it is left behind.
    SecretKey key;
    for (std::size_t i = 0; i < kBytes; ++i) {
        const int high = digit_value(digits[2 * i]);
        const int low = digit_value(digits[2 * i + 1]);
        if (high < 0 || low < 0) {
            return base::failure(
                base::Error{"a key is 64 hexadecimal digits or 32 raw bytes, but of 64 characters "
                            "not all are hexadecimal digits"});
        }
        key.bytes_[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    key.prepare();
    return key;
}

bool operator==(const SecretKey& a, const SecretKey& b) {
    return equal_in_constant_time(a.bytes_, b.bytes_);
}

}  // namespace millrace::payload
