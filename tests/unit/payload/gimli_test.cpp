#include "payload/gimli.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "base/bytes.h"
#include "support/bytewise_secretbox.h"

namespace millrace::payload {
namespace {

using Words = std::array<std::uint32_t, 12>;

Words permuted(const Words& words) {
    GimliState state;
    std::memcpy(&state.a, words.data(), 16);
    std::memcpy(&state.b, words.data() + 4, 16);
    std::memcpy(&state.c, words.data() + 8, 16);
    permute(state);
    Words out;
    std::memcpy(out.data(), &state.a, 16);
    std::memcpy(out.data() + 4, &state.b, 16);
    std::memcpy(out.data() + 8, &state.c, 16);
    return out;
}

// The test vector of the design's publication: word i starts as i^3 + i * 0x9e3779b9.
TEST(Gimli, PermutesThePublishedVector) {
    Words words;
    for (std::uint32_t i = 0; i < words.size(); ++i) words[i] = i * i * i + i * 0x9e3779b9U;
    const Words expected{0xba11c85a, 0x91bad119, 0x380ce880, 0xd24c2c68, 0x3eceffea, 0x277a921c,
                         0x4f73a0bd, 0xda5a9cd8, 0x84b673f0, 0x34e52ff7, 0x9e2bef49, 0xf41bb8d6};
    EXPECT_EQ(permuted(words), expected);
}

TEST(Gimli, AgreesWithTheBytewiseFormOnRandomStates) {
    std::mt19937 random(20);  // NOLINT: a fixed seed makes a failure repeatable
    for (int n = 0; n < 1000; ++n) {
        Words words;
        for (auto& word : words) word = static_cast<std::uint32_t>(random());
        std::array<std::uint8_t, 48> bytes;
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = static_cast<std::uint8_t>(words[i / 4] >> (8 * (i % 4)));
        test::bytewise_gimli(bytes.data());
        const Words out = permuted(words);
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            ASSERT_EQ(static_cast<std::uint8_t>(out[i / 4] >> (8 * (i % 4))), bytes[i])
                << "state " << n << " byte " << i;
        }
    }
}

TEST(Gimli, LoadsAndStoresRowsLittleEndian) {
    base::Bytes bytes(16);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(i + 1);
    const GimliRow row = load_row(bytes.data());
    EXPECT_EQ(row[0], 0x04030201U);
    EXPECT_EQ(row[3], 0x100f0e0dU);
    base::Bytes back(16);
    store_row(back.data(), row);
    EXPECT_EQ(back, bytes);
}

}  // namespace
}  // namespace millrace::payload
