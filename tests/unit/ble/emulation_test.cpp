// What emulations show by BlueZ, against a real message bus and a mock of it.
#include "ble/adapter_address.h"
#include "ble/advertiser.h"
#include "ble/fragment_joiner.h"
#include "ble/frame_bytes.h"
#include "ble/frame_notifier.h"
#include "unit/ble/bluez_fixture.h"

namespace millrace::ble {
namespace {

using ports::BluetoothPart;
using test::BluezTest;
using test::Json;

constexpr const char* kBthome = "0000fcd2-0000-1000-8000-00805f9b34fb";

class Emulation : public BluezTest {
protected:
    [[nodiscard]] Json advertised(const char* what) const {
        const Json& call = last_call(what);
        return call.is_null() ? Json() : call[what == std::string("read") ? "advertisement" : "properties"];
    }
};

TEST_F(Emulation, AdvertisesServiceDataAndName) {
    start_house();
    AdvertiserSettings settings;
    settings.local_name = "Cellar puck";
    settings.bus_address = bus.address();
    Advertiser advertiser(loop, settings, {0x40, 0x20, 0x00}, test::quick());
    advertiser.start();
    ASSERT_TRUE(run_until([&] {
        return advertiser.state() == BluetoothPart::Working && !advertised("read").is_null();
    })) << advertiser.problem();
    EXPECT_EQ(advertised("read"),
              (Json{{"Type", "broadcast"}, {"LocalName", "Cellar puck"}, {"ServiceData", {{kBthome, "402000"}}}}));

    advertiser.set_service_data({0x40, 0x20, 0x01});
    ASSERT_TRUE(run_until([&] { return !advertised("changed").is_null(); }));
    EXPECT_EQ(advertised("changed"), (Json{{"ServiceData", {{kBthome, "402001"}}}}));
    EXPECT_EQ(count_events("call", "RegisterAdvertisement"), 1);

    advertiser.stop();
    EXPECT_TRUE(run_until([&] { return count_events("call", "UnregisterAdvertisement") == 1; }));
}

TEST_F(Emulation, FindsTheAddressOfAnAdapterThatComesLate) {
    bus.start();
    std::vector<base::BluetoothAddress> found;
    AdapterAddress address(
        loop, "hci1", bus.address(), [&](const auto& one) { found.push_back(one); }, test::quick());
    address.start();
    ASSERT_TRUE(run_until([&] { return address.problem().find("BlueZ does not run") != std::string::npos; }));
    start_bluez();
    air({{"do", "adapter"}, {"name", "hci0"}});
    ASSERT_TRUE(run_until([&] { return address.problem().find("could not tell its address") != std::string::npos; }))
        << address.problem();
    air({{"do", "adapter"}, {"name", "hci1"}});
    ASSERT_TRUE(run_until([&] { return !found.empty(); }));
    EXPECT_EQ(found, std::vector{*base::BluetoothAddress::parse("00:1A:7D:DA:71:01")});
    EXPECT_EQ(address.problem(), "");
}

// BlueZ refuses an advertisement whose service data has no bytes.
TEST_F(Emulation, AdvertisesNoServiceDataWhereThereIsNone) {
    start_house();
    AdvertiserSettings settings;
    settings.connectable = true;
    settings.local_name = "Receiver";
    settings.bus_address = bus.address();
    Advertiser advertiser(loop, settings, {}, test::quick());
    advertiser.start();
    ASSERT_TRUE(run_until([&] { return !advertised("read").is_null(); })) << advertiser.problem();
    EXPECT_EQ(advertised("read"),
              (Json{{"Type", "peripheral"}, {"LocalName", "Receiver"}, {"ServiceData", Json::object()}}));
}

TEST_F(Emulation, AdvertisesAgainWithTheNextBluez) {
    start_house();
    AdvertiserSettings settings;
    settings.connectable = true;
    settings.bus_address = bus.address();
    Advertiser advertiser(loop, settings, {0x40}, test::quick());
    advertiser.start();
    ASSERT_TRUE(
        run_until([&] { return advertiser.state() == BluetoothPart::Working && count_events("call", "read") == 1; }));
    bluez.kill();
    ASSERT_TRUE(run_until([&] { return advertiser.state() == BluetoothPart::Missing; }));
    start_bluez();
    air({{"do", "adapter"}, {"name", "hci0"}});
    ASSERT_TRUE(run_until([&] { return advertiser.state() == BluetoothPart::Working; }));
    ASSERT_TRUE(run_until([&] { return count_events("call", "read") == 2; }));
    EXPECT_EQ(advertised("read"), (Json{{"Type", "peripheral"}, {"ServiceData", {{kBthome, "40"}}}}));
}

TEST_F(Emulation, SaysWhyNothingIsAdvertised) {
    start_house();
    air({{"do", "refuse"},
         {"method", "RegisterAdvertisement"},
         {"error", "org.bluez.Error.InvalidLength"},
         {"text", "too long"}});
    AdvertiserSettings settings;
    settings.bus_address = bus.address();
    Advertiser advertiser(loop, settings, {0x40}, test::quick());
    advertiser.start();
    EXPECT_TRUE(
        run_until([&] { return advertiser.problem().find("could not advertise: too long") != std::string::npos; }));
    air({{"do", "allow"}, {"method", "RegisterAdvertisement"}});
    EXPECT_TRUE(run_until([&] { return advertiser.state() == BluetoothPart::Working; }));
}

TEST_F(Emulation, OffersAServiceThatNotifiesFrames) {
    start_house();
    FrameNotifierSettings settings;
    settings.service = "6d696c6c-7261-6365-0001-000000000001";
    settings.characteristic = "6d696c6c-7261-6365-0001-000000000002";
    settings.bus_address = bus.address();
    FrameNotifier notifier(loop, settings, test::quick());
    notifier.start();
    ASSERT_TRUE(run_until([&] { return notifier.state() == BluetoothPart::Working && !last_call("read").is_null(); }))
        << notifier.problem();
    const Json objects = last_call("read")["objects"];
    const std::string service = "/org/millrace/receiver/service0";
    EXPECT_EQ(objects[service]["org.bluez.GattService1"], (Json{{"UUID", settings.service}, {"Primary", true}}));
    const Json characteristic = objects[service + "/frames"]["org.bluez.GattCharacteristic1"];
    EXPECT_EQ(characteristic["UUID"], settings.characteristic);
    EXPECT_EQ(characteristic["Service"], service);
    EXPECT_EQ(characteristic["Flags"], Json::array({"notify"}));

    ports::Frame frame;
    frame.topic = "2/7/2/61F6F57900000001/1";
    frame.payload.assign(500, 0x33);
    EXPECT_FALSE(notifier.notify(frame));  // nobody listens
    air({{"do", "ask_to_notify"}, {"client_path", service + "/frames"}});
    ASSERT_TRUE(run_until([&] { return notifier.has_listener(); }));
    EXPECT_TRUE(notifier.notify(frame));
    FragmentJoiner joiner;
    std::optional<base::Bytes> joined;
    std::size_t next = 0;
    ASSERT_TRUE(run_until([&] {
        for (; next < events.size(); ++next) {
            if (!events[next].contains("call") || events[next]["call"] != "changed") continue;
            const base::Bytes value = *base::from_hex(events[next]["properties"]["Value"].get<std::string>());
            EXPECT_LE(value.size(), 20U);
            if (auto whole = joiner.take(value, {})) joined = std::move(whole);
        }
        return joined.has_value();
    }));
    const auto again = read_frame(*joined);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->topic, frame.topic);
    EXPECT_EQ(again->payload, frame.payload);

    air({{"do", "ask_to_notify"}, {"client_path", service + "/frames"}, {"start", false}});
    EXPECT_TRUE(run_until([&] { return !notifier.has_listener(); }));
}

}  // namespace
}  // namespace millrace::ble
