#include "payload/secretbox.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "support/bytewise_secretbox.h"

namespace millrace::payload {
namespace {

using base::Bytes;

SecretKey filled_key(std::uint8_t fill) {
    return *SecretKey::from_bytes(Bytes(SecretKey::kBytes, fill));
}

constexpr std::array<std::uint8_t, kIvBytes> kIv{3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4};

Bytes text_of(std::size_t size) {
    Bytes text(size);
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<std::uint8_t>(i * 37 + 11);
    return text;
}

Bytes with_flipped_bit(Bytes bytes, std::size_t bit) {
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
    return bytes;
}

nlohmann::json vectors() {
    std::ifstream file(MILLRACE_SOURCE_DIR "/tests/fixtures/secretbox-vectors.json");
    return nlohmann::json::parse(file).at("vectors");
}

TEST(Secretbox, OpensEveryGenuineVectorAndRefusesEveryBadOne) {
    int good = 0;
    int bad = 0;
    for (const auto& vector : vectors()) {
        const auto key = SecretKey::parse(base::as_bytes(vector.at("key").get<std::string>()));
        ASSERT_TRUE(key);
        const auto sealed = base::from_hex(vector.at("ciphertext").get<std::string>());
        ASSERT_TRUE(sealed);
        const auto plain =
            open(*sealed, *key, vector.at("context").get<std::string>(), vector.at("message_id").get<std::uint64_t>());
        if (vector.at("valid").get<bool>()) {
            ASSERT_TRUE(plain) << vector;
            EXPECT_EQ(base::to_hex(*plain), vector.at("plaintext").get<std::string>());
            ++good;
        } else {
            EXPECT_FALSE(plain) << vector;
            ++bad;
        }
    }
    EXPECT_EQ(good, 83);
    EXPECT_EQ(bad, 24);
}

TEST(Secretbox, SealedTextOpensAgainAtEverySize) {
    const auto key = filled_key(0x42);
    for (std::size_t size = 0; size <= 200; ++size) {
        const Bytes sealed = seal(text_of(size), key, kIv);
        ASSERT_EQ(sealed.size(), size + kSealOverhead);
        const auto plain = open(sealed, key);
        ASSERT_TRUE(plain) << size;
        EXPECT_EQ(*plain, text_of(size));
    }
}

TEST(Secretbox, AgreesWithTheBytewiseForm) {
    std::mt19937 random(7);  // NOLINT: a fixed seed makes a failure repeatable
    const auto random_bytes = [&random](std::size_t size) {
        Bytes bytes(size);
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
        return bytes;
    };
    for (std::size_t size = 0; size <= 400; ++size) {
        const Bytes raw_key = random_bytes(SecretKey::kBytes);
        const auto key = SecretKey::from_bytes(raw_key).value();
        const Bytes raw_context = random_bytes(8);
        const std::string context(base::as_text(raw_context));
        const std::uint64_t id = (std::uint64_t{random()} << 32) | random();
        std::array<std::uint8_t, kIvBytes> iv;
        std::ranges::copy(random_bytes(kIvBytes), iv.begin());
        const Bytes text = random_bytes(size);

        const Bytes sealed = seal(text, key, iv, context, id);
        ASSERT_EQ(sealed, test::bytewise_seal(text, raw_key.data(), iv.data(), context, id)) << size;
        ASSERT_EQ(test::bytewise_open(sealed, raw_key.data(), context, id), text) << size;
        ASSERT_EQ(open(sealed, key, context, id), text) << size;
        ASSERT_EQ(open(with_flipped_bit(sealed, random() % (8 * sealed.size())), key, context, id), std::nullopt);
    }
}

TEST(Secretbox, RefusesEverySingleFlippedBit) {
    const auto key = filled_key(0x42);
    for (const std::size_t size : {0U, 1U, 16U, 45U}) {
        const Bytes sealed = seal(text_of(size), key, kIv);
        for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
            ASSERT_FALSE(open(with_flipped_bit(sealed, bit), key)) << "size " << size << " bit " << bit;
        }
    }
}

TEST(Secretbox, RefusesEveryFlippedBitOfTheKey) {
    const Bytes raw(SecretKey::kBytes, 0x42);
    const Bytes sealed = seal(text_of(20), filled_key(0x42), kIv);
    for (std::size_t bit = 0; bit < raw.size() * 8; ++bit) {
        ASSERT_FALSE(open(sealed, *SecretKey::from_bytes(with_flipped_bit(raw, bit)))) << bit;
    }
}

TEST(Secretbox, RefusesTruncationAtEveryLengthAndAnyExtension) {
    const auto key = filled_key(0x42);
    const Bytes sealed = seal(text_of(70), key, kIv);
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        ASSERT_FALSE(open(base::ByteView(sealed).first(size), key)) << size;
    }
    Bytes longer = sealed;
    longer.push_back(0);
    EXPECT_FALSE(open(longer, key));
}

TEST(Secretbox, RefusesAnotherContextOrMessageId) {
    const auto key = filled_key(0x42);
    const Bytes sealed = seal(text_of(33), key, kIv, "contextA", 5);
    EXPECT_TRUE(open(sealed, key, "contextA", 5));
    EXPECT_FALSE(open(sealed, key, "contextB", 5));
    EXPECT_FALSE(open(sealed, key, "contextA", 4));
    EXPECT_FALSE(open(sealed, key));
    for (int bit = 0; bit < 64; ++bit) {
        EXPECT_FALSE(open(sealed, key, "contextA", 5ULL ^ (1ULL << bit))) << bit;
    }
}

TEST(Secretbox, RefusesAContextThatIsNotEightBytes) {
    const auto key = filled_key(0x42);
    const Bytes sealed = seal(text_of(3), key, kIv, std::string_view("1234567\0", 8));
    EXPECT_TRUE(open(sealed, key, std::string_view("1234567\0", 8)));
    EXPECT_FALSE(open(sealed, key, "1234567"));
    EXPECT_FALSE(open(sealed, key, std::string_view("1234567\0x", 9)));
}

TEST(Secretbox, IvComesFromRandomBytesAndText) {
    const auto key = filled_key(0x42);
    auto other_iv = kIv;
    other_iv[19] ^= 1;
    const auto iv_of = [](const Bytes& sealed) { return Bytes(sealed.begin(), sealed.begin() + kIvBytes); };
    const Bytes sealed = seal(text_of(64), key, kIv);
    EXPECT_EQ(sealed, seal(text_of(64), key, kIv));
    EXPECT_NE(iv_of(sealed), iv_of(seal(text_of(64), key, other_iv)));
    EXPECT_NE(iv_of(sealed), iv_of(seal(with_flipped_bit(text_of(64), 511), key, kIv)));
    EXPECT_NE(iv_of(sealed), Bytes(kIv.begin(), kIv.end()));
}

}  // namespace
}  // namespace millrace::payload
