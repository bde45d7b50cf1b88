// The address of a Bluetooth LE device: 48 bits, written as six pairs of hexadecimal digits.
//
// Inside the house such a device is named like any other, by 16 digits (DeviceId): its address with FFFE in the middle,
// as the IEEE makes a 64-bit identifier of a 48-bit one.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/device_id.h"

namespace millrace::base {

class BluetoothAddress {
public:
    static constexpr std::size_t kBytes = 6;

    BluetoothAddress() = default;  // 00:00:00:00:00:00, which nobody has
    explicit BluetoothAddress(const std::array<std::uint8_t, kBytes>& bytes) : bytes_(bytes) {}

    // "A4:C1:38:00:11:22", in either case. Nothing when the text is anything else.
    [[nodiscard]] static std::optional<BluetoothAddress> parse(std::string_view text);
    // Of the identifier that device_id() gives; nothing when it is somebody else's.
    [[nodiscard]] static std::optional<BluetoothAddress> of(const DeviceId& id);

    [[nodiscard]] std::string str() const;                                                  // in upper case
    [[nodiscard]] const std::array<std::uint8_t, kBytes>& bytes() const { return bytes_; }  // as it is written
    [[nodiscard]] DeviceId device_id() const;                                               // in upper case

    friend auto operator<=>(const BluetoothAddress&, const BluetoothAddress&) = default;

private:
    std::array<std::uint8_t, kBytes> bytes_{};
};

}  // namespace millrace::base
