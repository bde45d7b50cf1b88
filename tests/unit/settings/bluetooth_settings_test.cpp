#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "settings/settings.h"
#include "unit/settings/reading.h"

namespace millrace::settings {
namespace {

using ::testing::HasSubstr;

const base::BluetoothAddress kBoiler = *base::BluetoothAddress::parse("A4:C1:38:00:11:22");

TEST(BluetoothSettings, NothingIsHeardUnlessAskedFor) {
    const Settings settings = parsed("");
    EXPECT_FALSE(settings.ble.enabled);
    EXPECT_FALSE(settings.ble.passive);
    EXPECT_TRUE(settings.ble.adapters.empty());
    EXPECT_TRUE(settings.ble.receivers.empty());
    EXPECT_TRUE(settings.hub.bluetooth_devices.empty());
}

TEST(BluetoothSettings, EveryKeyGetsWhereItBelongs) {
    const Settings settings = parsed(R"(
bluetooth:
  enabled: true
  adapters: [hci0, hci12]
  passive: true
  devices:
    - address: a4:c1:38:00:11:22
      name: Boiler
      room: basement
      key_file: /keys/boiler.key
    - {address: "A4:C1:38:00:11:23", name: Garden, role: meter}
  receivers:
    - address: A4:C1:38:00:11:33
      service: 7C5B4001-2F0E-4D3A-9A63-2F6F6D696C6C
      characteristic: 7c5b4002-2f0e-4d3a-9a63-2f6f6d696c6c
)");
    EXPECT_TRUE(settings.ble.enabled);
    EXPECT_TRUE(settings.ble.passive);
    EXPECT_EQ(settings.ble.adapters, (std::vector<std::string>{"hci0", "hci12"}));
    ASSERT_EQ(settings.hub.bluetooth_devices.size(), 2u);
    EXPECT_EQ(settings.hub.bluetooth_devices[0],
              (ports::AdoptedDevice{kBoiler, ports::BluetoothRole::Puck, "Boiler", "basement", true}));
    EXPECT_EQ(settings.hub.bluetooth_devices[1].role, ports::BluetoothRole::Meter);
    ASSERT_EQ(settings.keys.bridges.size(), 1u);
    EXPECT_EQ(settings.keys.bridges[0], std::pair(kBoiler.device_id(), std::string("/keys/boiler.key")));
    ASSERT_EQ(settings.ble.receivers.size(), 1u);
    EXPECT_EQ(settings.ble.receivers[0].service, "7c5b4001-2f0e-4d3a-9a63-2f6f6d696c6c");
}

TEST(BluetoothSettings, MistakesAreNamedWithLineAndKey) {
    const auto wrong = [](const std::string& text) { return lines("bluetooth:\n" + text); };
    EXPECT_THAT(wrong("  adapters: [eth0]\n"), HasSubstr("must be a list of names such as [hci0]"));
    EXPECT_THAT(wrong("  devices: [{name: Boiler}]\n"), HasSubstr("bluetooth.devices[0]: lacks `address`"));
    EXPECT_THAT(wrong("  devices: [{address: \"A4:C1:38:00:11:22\"}]\n"), HasSubstr("lacks `name`"));
    EXPECT_THAT(wrong("  devices: [{address: A4C138001122, name: a}]\n"), HasSubstr("must be an address such as"));
    EXPECT_THAT(wrong("  devices: [{address: \"A4:C1:38:00:11:22\", name: a, role: tap}]\n"), HasSubstr("role"));
    EXPECT_THAT(wrong("  devices:\n    - {address: \"A4:C1:38:00:11:22\", name: a}\n"
                      "    - {address: \"a4:c1:38:00:11:22\", name: b}\n"),
                HasSubstr("bluetooth.devices[1]: has the address of another one before it"));
    EXPECT_THAT(wrong("  receivers: [{address: \"A4:C1:38:00:11:22\"}]\n"), HasSubstr("needs `service` and"));
    EXPECT_THAT(wrong("  receivers: [{address: \"A4:C1:38:00:11:22\", service: FCD2, characteristic: x}]\n"),
                HasSubstr("must be a UUID such as"));
}

}  // namespace
}  // namespace millrace::settings
