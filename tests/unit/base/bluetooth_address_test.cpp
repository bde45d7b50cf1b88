#include "base/bluetooth_address.h"

#include <gtest/gtest.h>

#include <string>

namespace millrace::base {
namespace {

TEST(BluetoothAddress, IsWrittenAsItWasReadInUpperCase) {
    const auto address = BluetoothAddress::parse("a4:C1:38:00:1f:22");
    ASSERT_TRUE(address);
    EXPECT_EQ(address->str(), "A4:C1:38:00:1F:22");
    EXPECT_EQ(address->bytes(), (std::array<std::uint8_t, 6>{0xA4, 0xC1, 0x38, 0x00, 0x1F, 0x22}));
}

TEST(BluetoothAddress, AnythingElseIsNone) {
    for (const std::string text : {"", "A4:C1:38:00:1F", "A4:C1:38:00:1F:2", "A4:C1:38:00:1F:2G", "A4-C1-38-00-1F-22",
                                   "A4:C1:38:00:1F:22 ", "A4:C1:38:00:1F:+2", "A4C138001F22FFFFF"}) {
        EXPECT_FALSE(BluetoothAddress::parse(text)) << text;
    }
}

TEST(BluetoothAddress, MakesADeviceIdAndIsFoundInIt) {
    const auto address = BluetoothAddress::parse("A4:C1:38:00:1F:22");
    EXPECT_EQ(address->device_id().str(), "A4C138FFFE001F22");
    EXPECT_EQ(BluetoothAddress::of(address->device_id()), address);
}

TEST(BluetoothAddress, IsNotFoundInTheNameOfABridge) {
    EXPECT_FALSE(BluetoothAddress::of(*DeviceId::parse("61F6F57952E6B438")));
}

}  // namespace
}  // namespace millrace::base
