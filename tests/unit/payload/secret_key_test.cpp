#include "payload/secret_key.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <new>

namespace millrace::payload {
namespace {

const std::string kHex = "000102030405060708090A0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

base::Bytes counting_bytes(std::size_t size) {
    base::Bytes bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i);
    return bytes;
}

TEST(SecretKey, ParsesHexDigitsOfBothCases) {
    const auto key = SecretKey::parse(base::as_bytes(kHex));
    ASSERT_TRUE(key);
    EXPECT_TRUE(std::ranges::equal(key->bytes(), counting_bytes(32)));
}

TEST(SecretKey, ParsesHexDigitsWithWhiteSpaceAround) {
    EXPECT_TRUE(SecretKey::parse(base::as_bytes(kHex + "\n")));
    EXPECT_TRUE(SecretKey::parse(base::as_bytes(" \t" + kHex + "\r\n\n")));
}

TEST(SecretKey, ParsesRawBytesEvenWhereTheyLookLikeSpace) {
    base::Bytes raw(32, '\n');
    raw[7] = 0;
    const auto key = SecretKey::parse(raw);
    ASSERT_TRUE(key);
    EXPECT_TRUE(std::ranges::equal(key->bytes(), raw));
}

TEST(SecretKey, RefusesOtherLengths) {
    for (const std::size_t size : {0U, 1U, 31U, 33U, 63U, 65U, 128U}) {
        EXPECT_FALSE(SecretKey::parse(base::Bytes(size, 'a'))) << size;
    }
    EXPECT_FALSE(SecretKey::from_bytes(base::Bytes(31)));
    EXPECT_FALSE(SecretKey::from_bytes(base::Bytes(33)));
}

TEST(SecretKey, RefusesForeignDigitsAndInnerSpace) {
    for (const char foreign : {'g', 'G', ' ', '\0', '/', ':', '@', '`'}) {
        for (const std::size_t at : {1U, 32U, 62U}) {
            std::string text = kHex;
            text[at] = foreign;
            EXPECT_FALSE(SecretKey::parse(base::as_bytes(text))) << foreign << " at " << at;
        }
    }
}

TEST(SecretKey, ErrorTellsTheLengthAndNotTheContent) {
    const std::string content = "correct horse battery staple";
    const auto wrong_length = SecretKey::parse(base::as_bytes(content));
    ASSERT_FALSE(wrong_length);
    EXPECT_NE(wrong_length.error().message.find("28"), std::string::npos);
    EXPECT_EQ(wrong_length.error().message.find("horse"), std::string::npos);

    std::string text = kHex;
    text[5] = '~';
    const auto wrong_digit = SecretKey::parse(base::as_bytes(text));
    ASSERT_FALSE(wrong_digit);
    EXPECT_EQ(wrong_digit.error().message.find("0102"), std::string::npos);
    EXPECT_EQ(wrong_digit.error().message.find('~'), std::string::npos);
}

TEST(SecretKey, EqualityLooksAtEveryByte) {
    const auto key = SecretKey::from_bytes(counting_bytes(32));
    EXPECT_TRUE(*key == *SecretKey::parse(base::as_bytes(kHex)));
    for (std::size_t i = 0; i < 32; ++i) {
        auto other = counting_bytes(32);
        other[i] = 0xff;
        EXPECT_FALSE(*key == *SecretKey::from_bytes(other)) << i;
    }
}

// Read through storage that outlives the key: stores into a dying object are what an optimiser drops.
TEST(SecretKey, IsGoneFromMemoryOnceDestroyed) {
    alignas(SecretKey) unsigned char storage[sizeof(SecretKey)];
    const auto source = SecretKey::from_bytes(base::Bytes(32, 0x77));
    auto* key = new (storage) SecretKey(*source);
    const volatile unsigned char* seen = storage;
    const auto count_zeros = [&] {
        std::size_t zeros = 0;
        for (std::size_t i = 0; i < sizeof storage; ++i) zeros += seen[i] == 0;
        return zeros;
    };
    ASSERT_LT(count_zeros(), 10U);
    key->~SecretKey();
    EXPECT_EQ(count_zeros(), sizeof storage);
}

}  // namespace
}  // namespace millrace::payload
