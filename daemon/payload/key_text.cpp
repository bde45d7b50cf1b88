#include "payload/key_text.h"

#include <algorithm>

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

std::optional<base::Error> read_key_text(base::ByteView content, std::span<std::uint8_t> key) {
    if (content.size() == key.size()) {
        std::copy(content.begin(), content.end(), key.begin());
        return std::nullopt;
    }
    const std::string digits_wanted = std::to_string(2 * key.size());
    const std::string wanted =
        "a key is " + digits_wanted + " hexadecimal digits or " + std::to_string(key.size()) + " raw bytes, but ";
    const base::ByteView digits = without_outer_space(content);
    if (digits.size() != 2 * key.size()) {
        return base::Error{wanted + "there are " + std::to_string(content.size()) + " bytes"};
    }
    for (std::size_t i = 0; i < key.size(); ++i) {
        const int high = digit_value(digits[2 * i]);
        const int low = digit_value(digits[2 * i + 1]);
        if (high < 0 || low < 0) {
            return base::Error{wanted + "of " + digits_wanted + " characters not all are hexadecimal digits"};
        }
        key[i] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return std::nullopt;
}

}  // namespace millrace::payload
