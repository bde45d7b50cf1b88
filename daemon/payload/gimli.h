// The Gimli permutation on 48 bytes, one vector a row.
//
// Every round does the same to the four columns of the state, so a row of four words is one 128-bit vector. The
// vectors are the compiler's own (GCC and clang), which become SSE2 on any amd64 and NEON on any arm64, without
// intrinsics or special flags. FORMAT.md gives the permutation. A pure value; any thread.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace millrace::payload {

// Four 32-bit words.
using GimliRow = std::uint32_t __attribute__((vector_size(16)));

inline constexpr std::size_t kGimliRowBytes = 16;

struct GimliState {
    GimliRow a{}, b{}, c{};  // bytes 0..15, 16..31 and 32..47
};

void permute(GimliState& state);

// Turns the words of a row between the machine's byte order and the state's, which is little-endian.
[[nodiscard]] inline GimliRow little_endian(GimliRow row) {
    if constexpr (std::endian::native == std::endian::big) {
        row = (row >> 24) | ((row >> 8) & 0xff00U) | ((row << 8) & 0xff0000U) | (row << 24);
    }
    return row;
}

[[nodiscard]] inline GimliRow load_row(const std::uint8_t* bytes) {
    GimliRow row;
    std::memcpy(&row, bytes, sizeof row);
    return little_endian(row);
}

inline void store_row(std::uint8_t* bytes, GimliRow row) {
    row = little_endian(row);
    std::memcpy(bytes, &row, sizeof row);
}

}  // namespace millrace::payload
