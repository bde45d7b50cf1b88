#include "payload/key_ring.h"

#include <gtest/gtest.h>

namespace millrace::payload {
namespace {

const auto kFirst = base::DeviceId::parse("61F6F57900000001");
const auto kSecond = base::DeviceId::parse("61F6F57900000002");

SecretKey key_of(std::uint8_t fill) {
    return *SecretKey::from_bytes(base::Bytes(32, fill));
}

TEST(KeyRing, EmptyRingHasNoKey) {
    const KeyRing ring;
    EXPECT_TRUE(ring.empty());
    EXPECT_EQ(ring.find(kFirst), nullptr);
    EXPECT_EQ(ring.find(std::nullopt), nullptr);
}

TEST(KeyRing, BridgesOwnKeyComesBeforeTheDefault) {
    KeyRing ring;
    ring.set_default(key_of(1));
    ring.set(*kFirst, key_of(2));
    ASSERT_NE(ring.find(kFirst), nullptr);
    EXPECT_TRUE(*ring.find(kFirst) == key_of(2));
}

TEST(KeyRing, BridgeWithoutOwnKeyUsesTheDefault) {
    KeyRing ring;
    ring.set(*kFirst, key_of(2));
    EXPECT_FALSE(ring.empty());
    EXPECT_EQ(ring.find(kSecond), nullptr);
    ring.set_default(key_of(1));
    ASSERT_NE(ring.find(kSecond), nullptr);
    EXPECT_TRUE(*ring.find(kSecond) == key_of(1));
}

TEST(KeyRing, UnknownBridgeIsTriedWithTheDefaultOnly) {
    KeyRing ring;
    ring.set(*kFirst, key_of(2));
    EXPECT_EQ(ring.find(std::nullopt), nullptr);
    ring.set_default(key_of(1));
    ASSERT_NE(ring.find(std::nullopt), nullptr);
    EXPECT_TRUE(*ring.find(std::nullopt) == key_of(1));
}

TEST(KeyRing, LaterKeyReplacesTheEarlier) {
    KeyRing ring;
    ring.set(*kFirst, key_of(2));
    ring.set(*kFirst, key_of(3));
    EXPECT_TRUE(*ring.find(kFirst) == key_of(3));
}

}  // namespace
}  // namespace millrace::payload
