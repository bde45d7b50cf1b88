#include "payload/secret_memory.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace millrace::payload {
namespace {

TEST(SecretMemory, WipeLeavesZerosAndTouchesNothingBeside) {
    std::array<std::uint8_t, 10> memory;
    memory.fill(0xaa);
    wipe(memory.data() + 1, 8);
    EXPECT_EQ(memory.front(), 0xaa);
    EXPECT_EQ(memory.back(), 0xaa);
    EXPECT_EQ(std::count(memory.begin(), memory.end(), 0), 8);
}

TEST(SecretMemory, WipeOfNothingAcceptsNull) {
    wipe(nullptr, 0);
}

TEST(SecretMemory, EqualSeesEverySingleBit) {
    const base::Bytes left(16, 0x5a);
    EXPECT_TRUE(equal_in_constant_time(left, base::Bytes(left)));
    for (std::size_t bit = 0; bit < 16 * 8; ++bit) {
        base::Bytes right = left;
        right[bit / 8] = static_cast<std::uint8_t>(right[bit / 8] ^ (1U << (bit % 8)));
        EXPECT_FALSE(equal_in_constant_time(left, right)) << bit;
    }
}

TEST(SecretMemory, DifferentSizesAreNotEqual) {
    EXPECT_FALSE(equal_in_constant_time(base::Bytes(16), base::Bytes(15)));
    EXPECT_TRUE(equal_in_constant_time({}, {}));
}

}  // namespace
}  // namespace millrace::payload
