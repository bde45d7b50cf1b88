// Which way a message travelled.
#pragma once

#include <cstdint>
#include <string_view>

namespace millrace::base {

enum class Direction : std::uint8_t { ToCloud, ToBridge };

// "to_cloud" or "to_bridge", as in the output of `millrace decode` and in the frame archive's API.
[[nodiscard]] constexpr std::string_view name(Direction direction) {
    return direction == Direction::ToCloud ? "to_cloud" : "to_bridge";
}

}  // namespace millrace::base
