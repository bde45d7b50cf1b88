#include "ble/objects.h"

#include <gtest/gtest.h>

namespace millrace::ble {
namespace {

constexpr const char* kDevice = "/org/bluez/hci0/dev_A4_C1_38_00_11_22";

Properties device_properties() {
    return {{"Address", std::string("A4:C1:38:00:11:22")},
            {"Adapter", std::string("/org/bluez/hci0")},
            {"RSSI", std::int64_t{-70}},
            {"Name", std::string("Cellar")}};
}

TEST(Objects, KeepsWhatIsNotChanged) {
    Objects objects;
    objects.apply(kDevice, kDeviceInterface, device_properties());
    objects.apply(kDevice, kDeviceInterface, {{"RSSI", std::int64_t{-50}}});
    const DeviceObject* device = objects.device(kDevice);
    ASSERT_NE(device, nullptr);
    EXPECT_EQ(device->name, "Cellar");
    EXPECT_EQ(device->rssi_dbm, -50);
    objects.forget(kDevice, kDeviceInterface, {"RSSI"});
    EXPECT_FALSE(objects.device(kDevice)->rssi_dbm);
    objects.remove(kDevice, kDeviceInterface);
    EXPECT_EQ(objects.device(kDevice), nullptr);
}

TEST(Objects, TakesNoSignalStrengthThatWasNotMeasured) {
    Objects objects;
    objects.apply(kDevice, kDeviceInterface, device_properties());
    for (const std::int64_t unknown : {127, 0, -128, 21, 5'000}) {
        objects.apply(kDevice, kDeviceInterface, {{"RSSI", std::int64_t{-50}}});
        objects.apply(kDevice, kDeviceInterface, {{"RSSI", unknown}});
        EXPECT_FALSE(objects.device(kDevice)->rssi_dbm) << unknown;
    }
}

TEST(Objects, KnowsNoDeviceWithoutAnAddress) {
    Objects objects;
    objects.apply("/a", kDeviceInterface, {{"Name", std::string("x")}});
    objects.apply("/b", kDeviceInterface, {{"Address", std::string("nonsense")}});
    EXPECT_EQ(objects.device("/a"), nullptr);
    EXPECT_EQ(objects.device("/b"), nullptr);
}

TEST(Objects, TakesNoMoreThanItsLimits) {
    Objects objects;
    Properties properties = device_properties();
    for (std::size_t i = 0; i < Objects::kMostDevices + 10; ++i) {
        objects.apply("/d" + std::to_string(i), kDeviceInterface, properties);
    }
    EXPECT_EQ(objects.devices(*base::BluetoothAddress::parse("A4:C1:38:00:11:22")).size(), Objects::kMostDevices);
    objects.apply("/d0", kDeviceInterface, {{"Name", std::string("still")}});
    EXPECT_EQ(objects.device("/d0")->name, "still");
}

TEST(Objects, FindsACharacteristicBelowItsDeviceAndServiceOnly) {
    Objects objects;
    const std::string device = "/d/dev_1";
    const std::string neighbour = "/d/dev_10";
    for (const std::string& path : {device, neighbour}) {
        objects.apply(path + "/s1", kServiceInterface, {{"UUID", "service of " + path}});
        objects.apply(path + "/s1/c1", kCharacteristicInterface,
                      {{"UUID", std::string("c")}, {"Service", path + "/s1"}});
    }
    EXPECT_EQ(objects.characteristic(device, "service of " + device, "c"), device + "/s1/c1");
    EXPECT_FALSE(objects.characteristic(device, "service of " + neighbour, "c"));
    EXPECT_FALSE(objects.characteristic(device, "service of " + device, "d"));
    EXPECT_TRUE(objects.has_service(neighbour, "service of " + neighbour));
    EXPECT_FALSE(objects.has_service(device, "service of " + neighbour));
}

}  // namespace
}  // namespace millrace::ble
