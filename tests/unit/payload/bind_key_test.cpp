#include "payload/bind_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <new>

namespace millrace::payload {
namespace {

const std::string kBindHex = "231d39c1D7CC1AB1aee224cd096db932";

TEST(BindKey, ParsesHexDigitsOfBothCasesWithWhiteSpaceAround) {
    const auto expected = *base::from_hex(kBindHex);
    for (const std::string& text : {kBindHex, kBindHex + "\n", " \t" + kBindHex + "\r\n\n"}) {
        const auto key = BindKey::parse(base::as_bytes(text));
        ASSERT_TRUE(key) << text;
        EXPECT_TRUE(std::ranges::equal(key->bytes(), expected));
    }
}

TEST(BindKey, ParsesRawBytesEvenWhereTheyLookLikeSpace) {
    base::Bytes raw(16, '\n');
    raw[7] = 0;
    const auto key = BindKey::parse(raw);
    ASSERT_TRUE(key);
    EXPECT_TRUE(std::ranges::equal(key->bytes(), raw));
}

TEST(BindKey, RefusesOtherLengths) {
    for (const std::size_t size : {0U, 1U, 15U, 17U, 31U, 33U, 64U}) {
        EXPECT_FALSE(BindKey::parse(base::Bytes(size, 'a'))) << size;
    }
    EXPECT_FALSE(BindKey::from_bytes(base::Bytes(15)));
    EXPECT_FALSE(BindKey::from_bytes(base::Bytes(17)));
}

TEST(BindKey, ErrorTellsTheLengthAndNotTheContent) {
    const auto wrong_length = BindKey::parse(base::as_bytes("correct horse"));
    ASSERT_FALSE(wrong_length);
    EXPECT_EQ(wrong_length.error().message, "a key is 32 hexadecimal digits or 16 raw bytes, but there are 13 bytes");
    std::string text = kBindHex;
    text[5] = '~';
    const auto wrong_digit = BindKey::parse(base::as_bytes(text));
    ASSERT_FALSE(wrong_digit);
    EXPECT_EQ(wrong_digit.error().message.find("231d"), std::string::npos);
    EXPECT_EQ(wrong_digit.error().message.find('~'), std::string::npos);
}

TEST(BindKey, EqualityLooksAtEveryByte) {
    const base::Bytes bytes(16, 0x11);
    const auto key = BindKey::from_bytes(bytes);
    EXPECT_TRUE(*key == *BindKey::from_bytes(bytes));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        base::Bytes other = bytes;
        other[i] = 0xff;
        EXPECT_FALSE(*key == *BindKey::from_bytes(other)) << i;
    }
}

// Read through storage that outlives the key: stores into a dying object are what an optimiser drops.
TEST(BindKey, IsGoneFromMemoryOnceDestroyed) {
    alignas(BindKey) unsigned char storage[sizeof(BindKey)];
    const auto source = BindKey::from_bytes(base::Bytes(16, 0x77));
    auto* key = new (storage) BindKey(*source);
    const volatile unsigned char* seen = storage;
    const auto count = [&](unsigned char wanted) {
        std::size_t found = 0;
        for (std::size_t i = 0; i < sizeof storage; ++i) found += seen[i] == wanted;
        return found;
    };
    ASSERT_EQ(count(0x77), sizeof storage);
    key->~BindKey();
    EXPECT_EQ(count(0), sizeof storage);
}

}  // namespace
}  // namespace millrace::payload
