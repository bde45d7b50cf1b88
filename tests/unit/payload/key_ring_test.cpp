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

TEST(KeyRing, BindKeysBelongToOneDeviceEach) {
    KeyRing ring;
    ring.set_default(key_of(1));
    EXPECT_EQ(ring.bind_key(*kFirst), nullptr) << "the default key is for bridges";
    ring.set_bind_key(*kFirst, *BindKey::from_bytes(base::Bytes(16, 5)));
    ring.set_bind_key(*kFirst, *BindKey::from_bytes(base::Bytes(16, 6)));
    ASSERT_NE(ring.bind_key(*kFirst), nullptr);
    EXPECT_TRUE(*ring.bind_key(*kFirst) == *BindKey::from_bytes(base::Bytes(16, 6)));
    EXPECT_EQ(ring.bind_key(*kSecond), nullptr);
    EXPECT_EQ(ring.all().size(), 1u) << "a bind key opens no bridge's message";
}

TEST(KeyRing, IsNotEmptyWithABindKeyOnly) {
    KeyRing ring;
    ring.set_bind_key(*kFirst, *BindKey::from_bytes(base::Bytes(16, 5)));
    EXPECT_FALSE(ring.empty());
    EXPECT_EQ(ring.find(kFirst), nullptr);
}

}  // namespace
}  // namespace millrace::payload
