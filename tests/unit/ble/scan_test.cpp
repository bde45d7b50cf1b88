// The scan against a real message bus and a mock of BlueZ.
#include "unit/ble/bluez_fixture.h"

namespace millrace::ble {
namespace {

using ports::BluetoothPart;
using test::BluezTest;
using test::Json;

constexpr const char* kPuck = "A4:C1:38:00:11:22";

class Scan : public BluezTest {
protected:
    using BluezTest::BluezTest;
    Scan() = default;
    void TearDown() override {
        if (radio) radio->stop();
    }

    void expect_working() {
        EXPECT_TRUE(run_until([&] { return works(); })) << state().problem;
    }
    // Until the view has this state, with these words among those of the bus or of the first adapter.
    void expect_state(BluetoothPart part, const std::string& words) {
        EXPECT_TRUE(run_until([&] {
            const auto now = state();
            const std::string said = now.problem + (now.adapters.empty() ? "" : now.adapters[0].problem);
            return now.state == part && said.find(words) != std::string::npos;
        })) << name(state().state)
            << " " << state().problem << (state().adapters.empty() ? "" : state().adapters[0].problem);
    }
    [[nodiscard]] std::ptrdiff_t calls(const std::string& method) const { return count_events("call", method); }
};

TEST_F(Scan, IsOffUnlessEnabled) {
    Radio off({}, {loop, clock, sink, sink, [] { return ports::ConnectionId{1}; }});
    off.start();
    EXPECT_EQ(off.bluetooth(), ports::BluetoothState{});
    std::vector<ports::HealthItem> items;
    off.health(items);
    std::vector<ports::Metric> metrics;
    off.metrics(metrics);
    EXPECT_TRUE(items.empty() && metrics.empty());
    off.stop();
}

TEST_F(Scan, AsksForEveryAdvertisementOfLowEnergyDevices) {
    start_house();
    start_radio();
    expect_working();
    EXPECT_EQ(last_call("SetDiscoveryFilter")["options"], (Json{{"Transport", "le"}, {"DuplicateData", true}}));
    EXPECT_EQ(calls("StartDiscovery"), 1);
    ASSERT_EQ(state().adapters.size(), 1U);
    EXPECT_EQ(state().adapters[0].name, "hci0");
    EXPECT_EQ(state().adapters[0].address, "00:1A:7D:DA:71:00");
    EXPECT_EQ(state().adapters[0].state, BluetoothPart::Working);
    EXPECT_TRUE(health().ok) << health().detail;
}

TEST_F(Scan, HandsEachWordOnOnceWithNameAndSignal) {
    start_house();
    air({{"do", "device"}, {"adapter", "hci0"}, {"address", "11:22:33:44:55:66"}, {"data", "40ff"}});  // an old word
    start_radio();
    expect_working();
    air({{"do", "device"},
         {"adapter", "hci0"},
         {"address", kPuck},
         {"name", "Cellar"},
         {"rssi", -71},
         {"data", "400105"}});
    air({{"do", "hear"}, {"adapter", "hci0"}, {"address", kPuck}, {"data", "400106"}, {"rssi", -60}});
    air({{"do", "rssi"}, {"adapter", "hci0"}, {"address", kPuck}, {"rssi", 127}});
    air({{"do", "hear"}, {"adapter", "hci0"}, {"address", kPuck}, {"data", "400106"}});
    ASSERT_TRUE(run_until([&] { return sink.heard.size() >= 3; }));
    ASSERT_EQ(sink.heard.size(), 3U);
    const auto& first = sink.heard[0];
    EXPECT_EQ(first.address.str(), kPuck);
    EXPECT_EQ(base::to_hex(first.service_data), "400105");
    EXPECT_EQ(first.name, "Cellar");
    EXPECT_EQ(first.rssi_dbm, -71);
    EXPECT_EQ(first.adapter, "hci0");
    EXPECT_GT(base::unix_ms(first.at), 0);
    EXPECT_EQ(sink.heard[1].rssi_dbm, -60);
    EXPECT_FALSE(sink.heard[2].rssi_dbm);
    EXPECT_EQ(base::to_hex(sink.heard[2].service_data), "400106");  // the same word again is a word
    EXPECT_EQ(state().adapters[0].advertisements, 3U);
    EXPECT_TRUE(state().adapters[0].last_heard);
    EXPECT_EQ(metric("millrace_bluetooth_advertisements_total", "hci0"), 3);
}

TEST_F(Scan, TakesNonsenseForNothing) {
    start_house();
    start_radio();
    expect_working();
    air({{"do", "device"}, {"adapter", "hci0"}, {"address", kPuck}, {"name", "Cellar"}});
    air({{"do", "nonsense"}, {"adapter", "hci0"}, {"address", kPuck}});
    air({{"do", "hear"}, {"adapter", "hci0"}, {"address", kPuck}, {"data", "4001"}});
    ASSERT_TRUE(run_until([&] { return !sink.heard.empty(); }));
    ASSERT_EQ(sink.heard.size(), 1U);
    EXPECT_EQ(base::to_hex(sink.heard[0].service_data), "4001");
    EXPECT_EQ(sink.heard[0].name, "Cellar");
    EXPECT_TRUE(works());
}

TEST_F(Scan, UsesAllAdaptersAndTellsThemApart) {
    start_house({"hci1", "hci0"});
    start_radio();
    expect_working();
    for (const char* adapter : {"hci0", "hci1"}) {
        air({{"do", "device"}, {"adapter", adapter}, {"address", kPuck}, {"data", "40"}});
    }
    ASSERT_TRUE(run_until([&] { return sink.heard.size() == 2; }));
    EXPECT_EQ(sink.heard[0].adapter, "hci0");
    EXPECT_EQ(sink.heard[1].adapter, "hci1");
    ASSERT_EQ(state().adapters.size(), 2U);
    EXPECT_EQ(state().adapters[0].name, "hci0");
    EXPECT_EQ(state().adapters[1].name, "hci1");
}

TEST_F(Scan, UsesOnlyTheAdaptersItWasToldTo) {
    start_house({"hci0", "hci1"});
    Settings settings;
    settings.adapters = {"hci1", "hci7"};
    start_radio(settings);
    expect_working();
    for (const char* adapter : {"hci0", "hci1"}) {
        air({{"do", "device"}, {"adapter", adapter}, {"address", kPuck}, {"data", "40"}});
    }
    ASSERT_TRUE(run_until([&] { return !sink.heard.empty(); }));
    EXPECT_EQ(sink.heard.size(), 1U);
    EXPECT_EQ(sink.heard[0].adapter, "hci1");
    EXPECT_EQ(calls("StartDiscovery"), 1);
    ASSERT_EQ(state().adapters.size(), 2U);
    EXPECT_EQ(state().adapters[1].state, BluetoothPart::Missing);
    EXPECT_FALSE(health().ok);
    EXPECT_NE(health().detail.find("no adapter hci7"), std::string::npos);
}

TEST_F(Scan, GoesOnWhenAnAdapterIsBack) {
    start_house();
    start_radio();
    expect_working();
    air({{"do", "unplug"}, {"name", "hci0"}});
    expect_state(BluetoothPart::Waiting, "no adapter");
    air({{"do", "adapter"}, {"name", "hci0"}});
    expect_working();
    EXPECT_EQ(calls("StartDiscovery"), 2);
}

TEST_F(Scan, SaysThatAnAdapterIsOffAndBeginsWhenItIsOn) {
    bus.start();
    start_bluez();
    air({{"do", "adapter"}, {"name", "hci0"}, {"powered", false}});
    start_radio();
    expect_state(BluetoothPart::Waiting, "bluetoothctl power on");
    EXPECT_EQ(calls("StartDiscovery"), 0);
    air({{"do", "power"}, {"name", "hci0"}, {"on", true}});
    expect_working();
    air({{"do", "power"}, {"name", "hci0"}, {"on", false}});
    expect_state(BluetoothPart::Waiting, "bluetoothctl power on");
    air({{"do", "power"}, {"name", "hci0"}, {"on", true}});
    expect_working();
}

TEST_F(Scan, NamesRfkillWhereBluezDoes) {
    bus.start();
    start_bluez();
    air({{"do", "adapter"}, {"name", "hci0"}, {"powered", false}, {"state", "off-blocked"}});
    start_radio();
    expect_state(BluetoothPart::Waiting, "is blocked: `rfkill unblock bluetooth`");
}

TEST_F(Scan, BeginsAnewWhenBluezEndsTheScan) {
    start_house();
    start_radio();
    expect_working();
    air({{"do", "end_scan"}, {"name", "hci0"}});
    EXPECT_TRUE(run_until([&] { return calls("StartDiscovery") == 2 && works(); }));
}

TEST_F(Scan, TriesARefusedScanAgainWithLongerAndLongerWaits) {
    start_house();
    air({{"do", "refuse"}, {"method", "StartDiscovery"}, {"error", "org.bluez.Error.NotAuthorized"}, {"text", "ask"}});
    start_radio();
    expect_state(BluetoothPart::Forbidden, "BlueZ may not scan for devices");
    EXPECT_FALSE(health().ok);
    // 50, 100, 200, 400, 400 ms: five more tries need more than a second.
    const auto start = clock.steady_now();
    const auto tries = calls("StartDiscovery");
    ASSERT_TRUE(run_until([&] { return calls("StartDiscovery") >= tries + 5; }));
    EXPECT_GE(clock.steady_now() - start, base::Milliseconds{1'000});
    air({{"do", "allow"}, {"method", "StartDiscovery"}});
    expect_working();
    EXPECT_EQ(state().adapters[0].problem, "");
}

TEST_F(Scan, GoesOnWithTheNextBluez) {
    start_house();
    start_radio();
    expect_working();
    bluez.kill();
    expect_state(BluetoothPart::Missing, "BlueZ does not run");
    EXPECT_FALSE(health().ok);
    start_bluez();
    expect_state(BluetoothPart::Waiting, "no adapter");
    air({{"do", "adapter"}, {"name", "hci0"}});
    expect_working();
    EXPECT_EQ(metric("millrace_bluetooth_bus_connections_total"), 1);
}

TEST_F(Scan, SaysThatThereIsNoBluezAndWaitsForIt) {
    bus.start();
    start_radio();
    expect_state(BluetoothPart::Missing, "systemctl enable --now bluetooth");
    start_bluez();
    air({{"do", "adapter"}, {"name", "hci0"}});
    expect_working();
}

TEST_F(Scan, SaysThatThereIsNoBusAndWaitsForIt) {
    start_radio();
    expect_state(BluetoothPart::Missing, "no message bus");
    start_house();
    expect_working();
}

TEST_F(Scan, GoesOnWithTheNextBus) {
    start_house();
    start_radio();
    expect_working();
    bus.kill();
    bluez.kill();
    expect_state(BluetoothPart::Missing, "message bus");
    start_house();
    expect_working();
    EXPECT_EQ(metric("millrace_bluetooth_bus_connections_total"), 2);
    air({{"do", "device"}, {"adapter", "hci0"}, {"address", kPuck}, {"data", "40"}});
    EXPECT_TRUE(run_until([&] { return sink.heard.size() == 1; }));
}

TEST_F(Scan, EndsTheScanWhenStopped) {
    start_house();
    start_radio();
    expect_working();
    radio->stop();
    EXPECT_TRUE(run_until([&] { return calls("StopDiscovery") == 1; }));
    radio->stop();
    air({{"do", "device"}, {"adapter", "hci0"}, {"address", kPuck}, {"data", "40"}});
    EXPECT_TRUE(sink.heard.empty());
}

// The bus's own refusal: what it says where the daemon's user is in no group that may speak to BlueZ.
class ForbiddenScan : public Scan {
protected:
    ForbiddenScan()
        : Scan(
              "</policy><policy context=\"mandatory\"><deny send_destination=\"org.bluez\" "
              "send_interface=\"org.freedesktop.DBus.ObjectManager\"/>") {}
};

TEST_F(ForbiddenScan, SaysHowToAllowIt) {
    bus.start();
    start_bluez();
    start_radio();
    expect_state(BluetoothPart::Forbidden, "/etc/dbus-1/system.d");
    EXPECT_FALSE(health().ok);
    EXPECT_EQ(calls("GetManagedObjects"), 0);
}

TEST_F(Scan, ListensPassivelyByAMonitorOfBthomesServiceData) {
    bus.start();
    start_bluez();
    air({{"do", "adapter"}, {"name", "hci0"}, {"monitors", true}});
    Settings settings;
    settings.passive = true;
    start_radio(settings);
    expect_working();
    ASSERT_TRUE(run_until([&] { return !last_call("read").is_null(); }));
    const Json monitor =
        last_call("read")["objects"]["/org/millrace/monitors/hci0/bthome"]["org.bluez.AdvertisementMonitor1"];
    EXPECT_EQ(monitor["Type"], "or_patterns");
    EXPECT_EQ(monitor["Patterns"], (Json::array({Json::array({0, 0x16, "d2fc"})})));
    EXPECT_EQ(monitor["RSSISamplingPeriod"], 0);
    EXPECT_EQ(calls("StartDiscovery"), 0);
    EXPECT_TRUE(state().passive);
    air({{"do", "device"}, {"adapter", "hci0"}, {"address", kPuck}, {"data", "40"}});
    EXPECT_TRUE(run_until([&] { return sink.heard.size() == 1; }));

    air({{"do", "release"}, {"client_path", "/org/millrace/monitors/hci0/bthome"}});
    EXPECT_TRUE(run_until([&] { return calls("RegisterMonitor") == 2 && works(); }));
    radio->stop();
    EXPECT_TRUE(run_until([&] { return calls("UnregisterMonitor") >= 1; }));
}

TEST_F(Scan, SaysWhereBluezCannotListenPassivelyAndDoesNothingElse) {
    start_house();
    Settings settings;
    settings.passive = true;
    start_radio(settings);
    expect_state(BluetoothPart::Waiting, "--experimental");
    EXPECT_EQ(calls("StartDiscovery"), 0);
}

}  // namespace
}  // namespace millrace::ble
