#include "base/bluetooth_address.h"

#include <algorithm>
#include <charconv>

namespace millrace::base {
namespace {

constexpr std::size_t kTextLength = BluetoothAddress::kBytes * 3 - 1;
constexpr std::size_t kOrganization = 3;  // bytes of the address before FFFE
constexpr std::string_view kFiller = "FFFE";

void append_hex(std::string& text, std::uint8_t byte) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0xFU];
}

std::optional<std::uint8_t> byte_of(std::string_view pair) {
    std::uint8_t byte = 0;
    const auto [end, fault] = std::from_chars(pair.data(), pair.data() + pair.size(), byte, 16);
    if (fault != std::errc{} || end != pair.data() + pair.size()) return std::nullopt;
    return byte;
}

}  // namespace

std::optional<BluetoothAddress> BluetoothAddress::parse(std::string_view text) {
    if (text.size() != kTextLength) return std::nullopt;
    BluetoothAddress address;
    for (std::size_t i = 0; i < kBytes; ++i) {
        if (i > 0 && text[3 * i - 1] != ':') return std::nullopt;
        const auto byte = byte_of(text.substr(3 * i, 2));
        if (!byte) return std::nullopt;
        address.bytes_.at(i) = *byte;
    }
    return address;
}

std::optional<BluetoothAddress> BluetoothAddress::of(const DeviceId& id) {
    constexpr std::size_t kFillerAt = 2 * kOrganization;
    std::string digits = id.str();
    if (digits.compare(kFillerAt, kFiller.size(), kFiller) != 0) return std::nullopt;
    digits.erase(kFillerAt, kFiller.size());
    BluetoothAddress address;
    for (std::size_t i = 0; i < kBytes; ++i) {
        const auto byte = byte_of(std::string_view(digits).substr(2 * i, 2));
        if (!byte) return std::nullopt;
        address.bytes_.at(i) = *byte;
    }
    return address;
}

std::string BluetoothAddress::str() const {
    std::string text;
    for (const std::uint8_t byte : bytes_) {
        if (!text.empty()) text += ':';
        append_hex(text, byte);
    }
    return text;
}

DeviceId BluetoothAddress::device_id() const {
    std::string digits;
    for (std::size_t i = 0; i < kBytes; ++i) {
        if (i == kOrganization) digits += kFiller;
        append_hex(digits, bytes_.at(i));
    }
    return *DeviceId::parse(digits);  // sixteen digits
}

}  // namespace millrace::base
