#include "payload/gimli.h"

namespace millrace::payload {

namespace {

constexpr std::uint32_t kRoundConstant = 0x9e377900;

template <unsigned kBits>
GimliRow rotate_left(GimliRow row) {
    return (row << kBits) | (row >> (32 - kBits));
}

// `constant` is xored into row a as it leaves the round, where nothing waits for it yet.
inline void round(GimliRow& a, GimliRow& b, GimliRow& c, GimliRow constant = GimliRow{}) {
    const GimliRow x = rotate_left<24>(a);
    const GimliRow y = rotate_left<9>(b);
    const GimliRow z = c;
    c = x ^ (z << 1) ^ ((y & z) << 2);
    b = y ^ x ^ ((x | z) << 1);
    a = (z ^ y ^ constant) ^ ((x & y) << 3);
}

}  // namespace

void permute(GimliState& state) {
    GimliRow a = state.a;
    GimliRow b = state.b;
    GimliRow c = state.c;
    for (std::uint32_t number = 24; number > 0; number -= 4) {
        // Word 0 of the row after the swap is word 1 before it.
        round(a, b, c, GimliRow{0, kRoundConstant | number, 0, 0});
        a = __builtin_shufflevector(a, a, 1, 0, 3, 2);
        round(a, b, c);
        round(a, b, c);
        a = __builtin_shufflevector(a, a, 2, 3, 0, 1);
        round(a, b, c);
    }
    state = {a, b, c};
}

}  // namespace millrace::payload
