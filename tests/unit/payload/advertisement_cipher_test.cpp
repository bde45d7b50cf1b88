#include "payload/advertisement_cipher.h"

#include <gtest/gtest.h>

#include <limits>

namespace millrace::payload {
namespace {

// The example that BTHome's page on encryption gives.
const auto kAddress = *base::BluetoothAddress::parse("54:48:E6:8F:80:A5");
const auto kBindKey = *BindKey::parse(base::as_bytes("231d39c1d7cc1ab1aee224cd096db932"));
const base::Bytes kServiceData = *base::from_hex("41e445f3c9962b332211006c7c4519");
const base::Bytes kPlain = *base::from_hex("4002ca0903bf13");
constexpr std::uint32_t kCounter = 1122867;

TEST(AdvertisementCipher, OpensThePublishedExample) {
    const auto opened = open_advertisement(kServiceData, kAddress, kBindKey);
    ASSERT_TRUE(opened);
    EXPECT_EQ(base::to_hex(opened->plain), base::to_hex(kPlain));
    EXPECT_EQ(opened->counter, kCounter);
}

TEST(AdvertisementCipher, SealsThePublishedExample) {
    const auto sealed = seal_advertisement(kPlain, kAddress, kBindKey, kCounter);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(base::to_hex(*sealed), base::to_hex(kServiceData));
}

TEST(AdvertisementCipher, OpensNothingOfWhichAnyBitWasChanged) {
    for (std::size_t bit = 0; bit < kServiceData.size() * 8; ++bit) {
        base::Bytes changed = kServiceData;
        changed[bit / 8] = static_cast<std::uint8_t>(changed[bit / 8] ^ (1U << (bit % 8)));
        EXPECT_FALSE(open_advertisement(changed, kAddress, kBindKey)) << "bit " << bit;
    }
}

TEST(AdvertisementCipher, OpensNothingCutAtAnyLength) {
    for (std::size_t size = 0; size < kServiceData.size(); ++size) {
        // An allocation of its own, so that a sanitizer sees a read behind its end.
        const base::Bytes cut(kServiceData.begin(), kServiceData.begin() + static_cast<std::ptrdiff_t>(size));
        EXPECT_FALSE(open_advertisement(cut, kAddress, kBindKey)) << size;
    }
}

TEST(AdvertisementCipher, OpensNothingOfAnotherDeviceOrKey) {
    const auto other_address = *base::BluetoothAddress::parse("54:48:E6:8F:80:A6");
    EXPECT_FALSE(open_advertisement(kServiceData, other_address, kBindKey));
    EXPECT_FALSE(open_advertisement(kServiceData, kAddress, *BindKey::from_bytes(base::Bytes(16, 1))));
}

TEST(AdvertisementCipher, OpensOnlyWhatSaysThatItIsEncrypted) {
    EXPECT_FALSE(open_advertisement(kPlain, kAddress, kBindKey));
    base::Bytes unmarked = kServiceData;
    unmarked.front() = 0x40;
    EXPECT_FALSE(open_advertisement(unmarked, kAddress, kBindKey));
}

TEST(AdvertisementCipher, KeepsTheOtherBitsOfTheDeviceInformation) {
    const base::Bytes trigger_based = {0x44, 0x20, 0x01};
    const auto sealed = seal_advertisement(trigger_based, kAddress, kBindKey, 1);
    ASSERT_TRUE(sealed);
    EXPECT_EQ(sealed->front(), 0x45);
    const auto opened = open_advertisement(*sealed, kAddress, kBindKey);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->plain, trigger_based);
}

TEST(AdvertisementCipher, OpensWhatItSealsAtEveryLengthAndNoLonger) {
    for (std::size_t size = 2; size <= kMaxServiceDataBytes - kAdvertisementOverhead; ++size) {
        base::Bytes plain(size, static_cast<std::uint8_t>(size));
        plain.front() = 0x40;
        const auto counter = static_cast<std::uint32_t>(0xFFFFFF00U + size);
        const auto sealed = seal_advertisement(plain, kAddress, kBindKey, counter);
        ASSERT_TRUE(sealed) << size;
        const auto opened = open_advertisement(*sealed, kAddress, kBindKey);
        ASSERT_TRUE(opened) << size;
        EXPECT_EQ(opened->plain, plain);
        EXPECT_EQ(opened->counter, counter);
    }
    for (const std::size_t size : {0U, 1U, 245U, 1000U}) {
        EXPECT_FALSE(seal_advertisement(base::Bytes(size, 0x40), kAddress, kBindKey, 1)) << size;
    }
    EXPECT_FALSE(open_advertisement(base::Bytes(kMaxServiceDataBytes + 1, 0x41), kAddress, kBindKey));
}

TEST(Freshness, BelievesOnlyAHigherCounter) {
    constexpr auto kHighest = std::numeric_limits<std::uint32_t>::max();
    EXPECT_EQ(freshness(std::nullopt, 0), Freshness::Fresh) << "the first that is heard";
    EXPECT_EQ(freshness(0, 1), Freshness::Fresh);
    EXPECT_EQ(freshness(100, 100), Freshness::Repeat);
    EXPECT_EQ(freshness(100, 99), Freshness::Replay) << "a recorded beginning is no new battery";
    EXPECT_EQ(freshness(1'000'000, 0), Freshness::Replay);
    EXPECT_EQ(freshness(kHighest - 1, kHighest), Freshness::Fresh);
    EXPECT_EQ(freshness(kHighest, kHighest), Freshness::Repeat);
    EXPECT_EQ(freshness(kHighest, 0), Freshness::Replay);
}

}  // namespace
}  // namespace millrace::payload
