#include "unit/doctor/facts.h"

namespace millrace::doctor {
namespace {

using ports::BluetoothPart;
using ports::CheckState;

const base::BluetoothAddress kPuck = *base::BluetoothAddress::parse("A4:C1:38:00:11:22");
const base::BluetoothAddress kMeter = *base::BluetoothAddress::parse("A4:C1:38:00:11:33");

ports::BluetoothAdapter adapter(const std::string& name, BluetoothPart state, const std::string& problem = "") {
    ports::BluetoothAdapter one;
    one.name = name;
    one.state = state;
    one.problem = problem;
    return one;
}

ports::HeardDevice heard(const base::BluetoothAddress& address, const std::string& problem = "") {
    ports::HeardDevice device;
    device.address = address;
    device.last_heard = kNow - base::Seconds{30};
    device.problem = problem;
    return device;
}

// One adapter that listens, and a puck of the house that is heard.
Known with_bluetooth() {
    Known known = good_known();
    House& house = *known.house;
    house.bluetooth.state = BluetoothPart::Working;
    house.bluetooth.adapters = {adapter("hci0", BluetoothPart::Working)};
    house.adopted = {{kPuck, ports::BluetoothRole::Puck, "Boiler", "basement", false}};
    house.heard_by_bluetooth = {heard(kPuck)};
    ports::LivePuck puck;
    puck.id = kPuck.device_id();
    puck.says.name = "Boiler";
    puck.last_seen = kNow - base::Seconds{30};
    house.live.pucks = {puck};
    return known;
}

Findings bluetooth_findings(const Known& known) {
    Findings findings;
    judge_bluetooth(known, findings);
    for (const auto& one : findings) EXPECT_EQ(one.is_finding() && one.remedy.empty(), false) << one.id;
    return findings;
}

ports::Check finding(const Known& known, const std::string& id) {
    return find(bluetooth_findings(known), id);
}

// Nothing was heard for so long.
void silence(Known& known, base::Seconds time, bool trigger_based) {
    known.house->heard_by_bluetooth.clear();
    known.house->live.pucks[0].last_seen = kNow - time;
    known.house->live.pucks[0].says.trigger_based = trigger_based;
}

TEST(Bluetooth, ThatIsOffIsNotSpokenOf) {
    EXPECT_TRUE(bluetooth_findings(good_known()).empty());
    EXPECT_TRUE(bluetooth_findings(without_daemon()).empty());
}

TEST(Bluetooth, ThatIsOffWhileThereAreDevicesIsAWarning) {
    Known known = with_bluetooth();
    known.house->bluetooth = {};
    EXPECT_EQ(finding(known, "bluetooth").state, CheckState::Warning);
    EXPECT_EQ(bluetooth_findings(known).size(), 1U);
}

TEST(Bluetooth, WithoutADaemonIsNotKnown) {
    Known known = without_daemon();
    known.bluetooth = true;
    const auto check = finding(known, "bluetooth");
    EXPECT_EQ(check.state, CheckState::Note);
    EXPECT_NE(check.summary.find("only a running daemon"), std::string::npos);
}

TEST(Bluetooth, ThatListensIsGood) {
    const auto findings = bluetooth_findings(with_bluetooth());
    ASSERT_EQ(findings.size(), 3U);
    for (const auto& one : findings) EXPECT_EQ(one.state, CheckState::Ok) << one.id << ": " << one.summary;
    EXPECT_EQ(find(findings, "bluetooth").summary, "hci0 listens for Bluetooth devices.");
    EXPECT_EQ(find(findings, "bluetooth_heard").summary, "1 device is heard by Bluetooth, 1 of the house.");
}

TEST(Bluetooth, WithoutBluezIsAProblemAndTheRestIsLeftOut) {
    Known known = with_bluetooth();
    known.house->bluetooth.state = BluetoothPart::Missing;
    known.house->bluetooth.problem = "BlueZ does not run";
    known.house->bluetooth.adapters.clear();
    const auto check = finding(known, "bluetooth");
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_NE(check.summary.find("BlueZ does not run"), std::string::npos);
    EXPECT_NE(check.remedy.find("apt install bluez"), std::string::npos);
    EXPECT_EQ(bluetooth_findings(known).size(), 1U);
}

TEST(Bluetooth, ThatIsRefusedSaysHowToAllowIt) {
    Known known = with_bluetooth();
    known.house->bluetooth.state = BluetoothPart::Forbidden;
    known.house->bluetooth.adapters = {adapter("hci0", BluetoothPart::Waiting, "hci0 is switched off"),
                                       adapter("hci1", BluetoothPart::Forbidden, "the message bus does not let us")};
    const auto check = finding(known, "bluetooth");
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_NE(check.summary.find("hci1: the message bus does not let us"), std::string::npos);
    EXPECT_NE(check.remedy.find("/etc/dbus-1/system.d"), std::string::npos);
    EXPECT_NE(all_of(check).find("hci0=waiting: hci0 is switched off"), std::string::npos);
}

TEST(Bluetooth, OfWhichOneAdapterIsDeafIsAWarning) {
    Known known = with_bluetooth();
    known.house->bluetooth.adapters.push_back(adapter("hci1", BluetoothPart::Waiting, "hci1 is switched off"));
    const auto check = finding(known, "bluetooth");
    EXPECT_EQ(check.state, CheckState::Warning);
    EXPECT_EQ(check.summary, "Of the Bluetooth adapters only hci0 listens: hci1 is switched off.");
    known.house->bluetooth.adapters[0] = adapter("hci0", BluetoothPart::Waiting, "no");
    known.house->bluetooth.state = BluetoothPart::Waiting;
    EXPECT_EQ(finding(known, "bluetooth").state, CheckState::Problem);
}

TEST(Bluetooth, ThatIsBeingAskedIsANote) {
    Known known = with_bluetooth();
    known.house->bluetooth.state = BluetoothPart::Waiting;
    known.house->bluetooth.adapters = {adapter("hci0", BluetoothPart::Waiting)};
    EXPECT_EQ(finding(known, "bluetooth").state, CheckState::Note);
}

TEST(Receivers, ThatAreAwayAreAWarning) {
    Known known = with_bluetooth();
    EXPECT_FALSE(has(bluetooth_findings(known), "receivers"));
    ports::BluetoothReceiver receiver;
    receiver.address = kMeter;
    receiver.state = BluetoothPart::Working;
    known.house->bluetooth.receivers = {receiver};
    EXPECT_EQ(finding(known, "receivers").state, CheckState::Ok);
    known.house->bluetooth.receivers[0].state = BluetoothPart::Waiting;
    known.house->bluetooth.receivers[0].problem = "BlueZ has not seen it";
    const auto check = finding(known, "receivers");
    EXPECT_EQ(check.state, CheckState::Warning);
    EXPECT_NE(all_of(check).find("BlueZ has not seen it"), std::string::npos);
}

TEST(Heard, NothingIsAWarningOnceThereAreDevicesOfTheHouse) {
    Known known = with_bluetooth();
    known.house->heard_by_bluetooth.clear();
    EXPECT_EQ(finding(known, "bluetooth_heard").state, CheckState::Warning);
    known.house->adopted.clear();
    EXPECT_EQ(finding(known, "bluetooth_heard").state, CheckState::Note);
    EXPECT_FALSE(has(bluetooth_findings(known), "bluetooth_devices"));
}

TEST(Devices, WithoutTheirKeyAreAProblem) {
    Known known = with_bluetooth();
    known.house->live.pucks[0].says.problem = "What it says is encrypted: give its key.";
    const auto check = finding(known, "bluetooth_devices");
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_EQ(check.summary,
              "The leak puck Boiler (A4:C1:38:00:11:22) is not understood. What it says is encrypted: give its key.");
}

TEST(Devices, ThatWereNeverHeardAreAWarning) {
    Known known = with_bluetooth();
    known.house->adopted.push_back({kMeter, ports::BluetoothRole::Meter, "Garden", "", false});
    const auto check = finding(known, "bluetooth_devices");
    EXPECT_EQ(check.state, CheckState::Warning);
    EXPECT_NE(check.summary.find("The meter Garden (A4:C1:38:00:11:33) has not been heard yet."), std::string::npos);
}

TEST(Devices, SilentForLongAreAWarningByTheWayTheySpeak) {
    Known known = with_bluetooth();
    silence(known, base::Seconds{3'600}, false);
    EXPECT_EQ(finding(known, "bluetooth_devices").state, CheckState::Ok);
    silence(known, base::Seconds{3'601}, false);
    EXPECT_EQ(finding(known, "bluetooth_devices").state, CheckState::Warning);
    silence(known, base::Seconds{86'400}, true);
    EXPECT_EQ(finding(known, "bluetooth_devices").state, CheckState::Ok);
    silence(known, base::Seconds{86'401}, true);
    EXPECT_EQ(finding(known, "bluetooth_devices").state, CheckState::Warning);
}

TEST(Devices, AProblemGoesBeforeASilence) {
    Known known = with_bluetooth();
    known.house->adopted.insert(known.house->adopted.begin(),
                                {kMeter, ports::BluetoothRole::Meter, "Garden", "", false});
    known.house->heard_by_bluetooth[0].problem = "The key that was given does not open what it says.";
    const auto check = finding(known, "bluetooth_devices");
    EXPECT_EQ(check.state, CheckState::Problem);
    EXPECT_NE(all_of(check).find("A4:C1:38:00:11:33=Garden, last heard never"), std::string::npos);
}

TEST(Devices, WithoutABridgeMakeAHouseToo) {
    Known known = with_bluetooth();
    known.house->live.bridges.clear();
    ports::LiveSensor meter;
    meter.id = kMeter.device_id();
    meter.says.emplace();
    meter.calibrated = true;
    meter.last_reading = meter.last_seen = kNow - base::Seconds{7'200};
    known.house->live.sensors = {meter};
    Findings findings;
    judge_water(known, findings);
    EXPECT_EQ(find(findings, "bridge").state, CheckState::Note);
    EXPECT_FALSE(has(findings, "sensor"));
}

}  // namespace
}  // namespace millrace::doctor
