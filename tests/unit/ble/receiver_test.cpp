// Receivers of a bridge's frames, against a real message bus and a mock of BlueZ.
#include "ble/fragment_splitter.h"
#include "ble/frame_bytes.h"
#include "unit/ble/bluez_fixture.h"

namespace millrace::ble {
namespace {

using ports::BluetoothPart;
using test::BluezTest;
using test::Json;

constexpr const char* kReceiver = "C4:DD:57:0A:0B:0C";
constexpr const char* kService = "6d696c6c-7261-6365-0001-000000000001";
constexpr const char* kCharacteristic = "6d696c6c-7261-6365-0001-000000000002";

class ReceiverLink : public BluezTest {
protected:
    void TearDown() override {
        if (radio) radio->stop();
    }

    void start(const std::vector<std::string>& adapters = {"hci0"}, bool passive = false) {
        start_house(adapters);
        Settings settings;
        settings.passive = passive;
        settings.receivers = {{*base::BluetoothAddress::parse(kReceiver), kService, kCharacteristic}};
        start_radio(settings);
    }
    void appear(const std::string& service = kService, const std::string& characteristic = kCharacteristic,
                const std::string& adapter = "hci0") {
        air({{"do", "device"},
             {"adapter", adapter},
             {"address", kReceiver},
             {"offers", Json::array({service, characteristic})}});
    }
    void act(const std::string& what) { air({{"do", what}, {"adapter", "hci0"}, {"address", kReceiver}}); }

    void expect_state(BluetoothPart part, const std::string& words = "") {
        EXPECT_TRUE(run_until([&] {
            const auto receiver = state().receivers.at(0);
            const bool says =
                words.empty() ? receiver.problem.empty() : receiver.problem.find(words) != std::string::npos;
            return receiver.state == part && says;
        })) << name(state().receivers.at(0).state)
            << " " << state().receivers.at(0).problem;
    }
    [[nodiscard]] std::ptrdiff_t calls(const std::string& method) const { return count_events("call", method); }

    static ports::Frame frame_of(std::size_t size) {
        ports::Frame frame;
        frame.topic = "2/7/2/61F6F57900000001/1";
        frame.bridge = base::DeviceId::parse("61F6F57900000001");
        frame.qos = 1;
        frame.payload.assign(size, 0x5A);
        return frame;
    }
    // What the receiver would notify for it.
    Json notifications(const ports::Frame& frame) {
        Json values = Json::array();
        for (const base::Bytes& fragment : splitter.split(*write_frame(frame)))
            values.push_back(base::to_hex(fragment));
        return values;
    }
    void notify(const Json& values) {
        air({{"do", "notify"}, {"adapter", "hci0"}, {"address", kReceiver}, {"values", values}});
    }

    FragmentSplitter splitter{20};
};

TEST_F(ReceiverLink, BringsAWholeFrameToTheSink) {
    start();
    expect_state(BluetoothPart::Waiting, "not seen yet");
    EXPECT_FALSE(health().ok);
    appear();
    expect_state(BluetoothPart::Working);
    EXPECT_TRUE(health().ok) << health().detail;
    ASSERT_EQ(sink.opened.size(), 1U);
    EXPECT_EQ(sink.opened[0].door, ports::Door::Bluetooth);
    EXPECT_EQ(sink.opened[0].connection, last_connection);
    EXPECT_EQ(sink.opened[0].peer, kReceiver);
    EXPECT_FALSE(sink.opened[0].bridge);
    EXPECT_FALSE(sink.had_link);
    const ports::Frame sent = frame_of(300);
    notify(notifications(sent));
    ASSERT_TRUE(run_until([&] { return sink.frames.size() == 1; }));
    EXPECT_FALSE(sink.unknown);
    EXPECT_EQ(sink.frames[0].topic, sent.topic);
    EXPECT_EQ(sink.frames[0].payload, sent.payload);
    EXPECT_EQ(sink.frames[0].bridge, sent.bridge);
    EXPECT_EQ(sink.frames[0].door, ports::Door::Bluetooth);
    EXPECT_EQ(sink.frames[0].qos, 1);
    EXPECT_GT(base::unix_ms(sink.frames[0].received), 0);
    EXPECT_EQ(state().receivers[0].frames, 1U);
    EXPECT_EQ(state().receivers[0].broken, 0U);
}

TEST_F(ReceiverLink, CountsWhatIsNoFrameAndGoesOn) {
    start();
    appear();
    expect_state(BluetoothPart::Working);
    Json torn = notifications(frame_of(100));
    torn.erase(2);
    notify(torn);
    notify({"0703ff", "ff", std::string(1200, '0')});
    notify(notifications(frame_of(5)));
    ASSERT_TRUE(run_until([&] { return sink.frames.size() == 1; }));
    EXPECT_EQ(sink.frames[0].payload.size(), 5U);
    EXPECT_GT(state().receivers[0].broken, 0U);
    EXPECT_EQ(metric("millrace_bluetooth_broken_fragments_total", kReceiver),
              static_cast<double>(state().receivers[0].broken));
    EXPECT_EQ(metric("millrace_bluetooth_frames_total", kReceiver), 1);
}

TEST_F(ReceiverLink, ConnectsAndSubscribesAgainAfterALoss) {
    start();
    appear();
    expect_state(BluetoothPart::Working);
    Json half = notifications(frame_of(100));
    half.erase(half.size() - 1);
    notify(half);
    act("break_off");
    ASSERT_TRUE(run_until([&] { return sink.closed.size() == 1; }));
    EXPECT_EQ(sink.closed[0].connection, sink.opened[0].connection);
    EXPECT_NE(sink.closed[0].reason.find("connection broke"), std::string::npos);
    ASSERT_TRUE(run_until([&] { return sink.opened.size() == 2; }));
    EXPECT_NE(sink.opened[1].connection, sink.opened[0].connection);
    notify(notifications(frame_of(1)));
    ASSERT_TRUE(run_until([&] { return sink.frames.size() == 1; }));
    EXPECT_EQ(metric("millrace_bluetooth_subscriptions_total", kReceiver), 2);
    EXPECT_EQ(state().receivers[0].broken, half.size());
}

TEST_F(ReceiverLink, WaitsForTheWordThatItIsConnected) {
    start();
    air({{"do", "device"},
         {"adapter", "hci0"},
         {"address", kReceiver},
         {"offers", Json::array({kService, kCharacteristic})},
         {"late", true}});
    ASSERT_TRUE(run_until([&] { return calls("Connect") == 1; }));
    air({{"do", "device"}, {"adapter", "hci0"}, {"address", "11:22:33:44:55:66"}});  // has all looked at
    expect_state(BluetoothPart::Working);
    EXPECT_EQ(calls("Connect"), 1);
}

TEST_F(ReceiverLink, NeedsNoWordThatItIsConnected) {
    start();
    air({{"do", "device"},
         {"adapter", "hci0"},
         {"address", kReceiver},
         {"offers", Json::array({kService, kCharacteristic})},
         {"silent", true}});
    expect_state(BluetoothPart::Working);
    air({{"do", "device"}, {"adapter", "hci0"}, {"address", "11:22:33:44:55:66"}});  // has all looked at
    notify(notifications(frame_of(10)));
    ASSERT_TRUE(run_until([&] { return sink.frames.size() == 1; }));
    EXPECT_TRUE(sink.closed.empty());
    act("break_off");
    EXPECT_TRUE(run_until([&] { return sink.opened.size() == 2; }));
}

TEST_F(ReceiverLink, ConnectsOnlyWhenBluezHasDisconnected) {
    start();
    air({{"do", "refuse"}, {"method", "StartNotify"}, {"error", "org.bluez.Error.Failed"}});
    air({{"do", "device"},
         {"adapter", "hci0"},
         {"address", kReceiver},
         {"offers", Json::array({kService, kCharacteristic})},
         {"dawdles", true}});
    expect_state(BluetoothPart::Waiting, "notifications");
    ASSERT_TRUE(run_until([&] { return calls("Connect") >= 2; }));
    std::vector<std::string> order;
    for (const Json& event : events) {
        const std::string call = event.value("call", "");
        if (call == "Connect" || call == "Disconnect" || call == "disconnected") order.push_back(call);
    }
    order.resize(4);
    EXPECT_EQ(order, (std::vector<std::string>{"Connect", "Disconnect", "disconnected", "Connect"}));
}

TEST_F(ReceiverLink, SubscribesAgainWhenItsNotificationsEnd) {
    start();
    appear();
    expect_state(BluetoothPart::Working);
    act("stop_notifying");
    EXPECT_TRUE(run_until([&] { return sink.opened.size() == 2; }));
    EXPECT_EQ(sink.closed.size(), 1U);
}

TEST_F(ReceiverLink, WaitsForADeviceThatBluezForgot) {
    start();
    appear();
    expect_state(BluetoothPart::Working);
    act("forget");
    expect_state(BluetoothPart::Waiting, "not seen yet");
    EXPECT_EQ(sink.closed.size(), 1U);
    appear();
    expect_state(BluetoothPart::Working);
}

TEST_F(ReceiverLink, SaysThatTheServiceIsMissing) {
    start();
    appear("0000180f-0000-1000-8000-00805f9b34fb");
    expect_state(BluetoothPart::Waiting, std::string("no service ") + kService);
    EXPECT_TRUE(run_until([&] { return calls("Disconnect") >= 1; }));
    EXPECT_TRUE(sink.opened.empty());
}

TEST_F(ReceiverLink, SaysThatTheCharacteristicIsMissing) {
    start();
    appear(kService, "00002a19-0000-1000-8000-00805f9b34fb");
    expect_state(BluetoothPart::Waiting, std::string("no characteristic ") + kCharacteristic);
    EXPECT_EQ(calls("StartNotify"), 0);
}

TEST_F(ReceiverLink, SaysThatNotificationsAreRefused) {
    start_house();
    air({{"do", "refuse"}, {"method", "StartNotify"}, {"error", "org.bluez.Error.NotPermitted"}});
    Settings settings;
    settings.receivers = {{*base::BluetoothAddress::parse(kReceiver), kService, kCharacteristic}};
    start_radio(settings);
    appear();
    expect_state(BluetoothPart::Forbidden, "bluetoothctl pair");
    air({{"do", "allow"}, {"method", "StartNotify"}});
    expect_state(BluetoothPart::Working);
}

TEST_F(ReceiverLink, TriesAFailedConnectionAgainWithLongerAndLongerWaits) {
    start();
    air({{"do", "refuse"},
         {"method", "Connect"},
         {"error", "org.bluez.Error.Failed"},
         {"text", "le-connection-abort-by-local"}});
    appear();
    expect_state(BluetoothPart::Waiting, "le-connection-abort-by-local");
    const auto start = clock.steady_now();
    const auto tries = calls("Connect");
    ASSERT_TRUE(run_until([&] { return calls("Connect") >= tries + 5; }));
    EXPECT_GE(clock.steady_now() - start, base::Milliseconds{1'000});
    air({{"do", "allow"}, {"method", "Connect"}});
    expect_state(BluetoothPart::Working);
}

TEST_F(ReceiverLink, TriesTheOtherAdapterWhenOneFails) {
    start_house({"hci0", "hci1"});
    air({{"do", "device"}, {"adapter", "hci0"}, {"address", kReceiver}});  // its services are never told
    appear(kService, kCharacteristic, "hci1");
    Settings settings;
    settings.receivers = {{*base::BluetoothAddress::parse(kReceiver), kService, kCharacteristic}};
    Limits limits = test::quick();
    limits.services = base::Milliseconds{200};
    start_radio(settings, limits);
    expect_state(BluetoothPart::Working);
    EXPECT_EQ(last_call("StartNotify")["path"], "/org/bluez/hci1/dev_C4_DD_57_0A_0B_0C/service0010/char0011");
}

TEST_F(ReceiverLink, ScansActivelyOnlyUntilItIsSeenWhereListeningIsPassive) {
    start({"hci0"}, true);
    ASSERT_TRUE(run_until([&] { return calls("StartDiscovery") == 1; }));
    appear();
    expect_state(BluetoothPart::Working);
    EXPECT_TRUE(run_until([&] { return calls("StopDiscovery") == 1; }));
}

TEST_F(ReceiverLink, ClosesItsConnectionWhenBluezGoes) {
    start();
    appear();
    expect_state(BluetoothPart::Working);
    bluez.kill();
    ASSERT_TRUE(run_until([&] { return sink.closed.size() == 1; }));
    EXPECT_EQ(sink.closed[0].reason, "BlueZ has gone");
    start_bluez();
    air({{"do", "adapter"}, {"name", "hci0"}});
    appear();
    expect_state(BluetoothPart::Working);
    EXPECT_EQ(sink.opened.size(), 2U);
}

TEST_F(ReceiverLink, DisconnectsWhenStopped) {
    start();
    appear();
    expect_state(BluetoothPart::Working);
    radio->stop();
    ASSERT_EQ(sink.closed.size(), 1U);
    EXPECT_EQ(sink.closed[0].reason, "the daemon stops");
    EXPECT_TRUE(run_until([&] { return calls("Disconnect") == 1; }));
}

}  // namespace
}  // namespace millrace::ble
