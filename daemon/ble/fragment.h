// The fragments in which a receiver notifies frames; FORMAT.md has their layout. Plain values; any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace millrace::ble {

inline constexpr std::size_t kFragmentHeader = 2;
inline constexpr std::size_t kLongestFragment = 512;  // the longest value of an attribute
inline constexpr std::size_t kLongestFrame = 65'536;
inline constexpr base::Seconds kFramePatience{10};

inline constexpr std::uint8_t kFirstFragment = 1U << 0U;
inline constexpr std::uint8_t kLastFragment = 1U << 1U;

}  // namespace millrace::ble
