// The name of a bridge or a sensor: 16 hexadecimal digits, as they stand in its topics.
//
// The digits are kept as the device wrote them, because the topics we answer on must match byte for byte.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::base {

class DeviceId {
public:
    static constexpr std::size_t kDigits = 16;

    // Nothing when the text is not exactly 16 hexadecimal digits.
    [[nodiscard]] static std::optional<DeviceId> parse(std::string_view text);

    [[nodiscard]] std::string_view text() const { return {digits_.data(), digits_.size()}; }
    [[nodiscard]] std::string str() const { return std::string(text()); }

    friend auto operator<=>(const DeviceId&, const DeviceId&) = default;

private:
    std::array<char, kDigits> digits_{};
};

}  // namespace millrace::base

template <>
struct std::hash<millrace::base::DeviceId> {
    std::size_t operator()(const millrace::base::DeviceId& id) const noexcept {
        return std::hash<std::string_view>{}(id.text());
    }
};
