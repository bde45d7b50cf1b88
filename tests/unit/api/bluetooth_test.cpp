#include "api/bluetooth.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const base::BluetoothAddress kDevicesAddress = *base::BluetoothAddress::parse("A4:C1:38:00:11:22");
constexpr const char* kDevicesPath = "/api/v1/bluetooth/devices/A4:C1:38:00:11:22";
constexpr const char* kBindKeyText = "231d39c1d7cc1ab1aee224cd096db932";

class FakeBluetooth final : public ports::BluetoothView, public ports::BluetoothDevices {
public:
    [[nodiscard]] ports::BluetoothState bluetooth() const override { return state; }
    [[nodiscard]] std::vector<ports::HeardDevice> heard() const override { return heard_devices; }
    [[nodiscard]] std::vector<ports::AdoptedDevice> adopted() const override { return devices; }
    void adopt(ports::AdoptedDevice device, std::optional<base::Bytes> key, Done done) override {
        keys.push_back(std::move(key));
        if (!refusal.empty()) return done(base::failure(base::Error{refusal}));
        devices.push_back(std::move(device));
        done({});
    }
    void forget(const base::BluetoothAddress& address, Done done) override {
        if (!refusal.empty()) return done(base::failure(base::Error{refusal}));
        std::erase_if(devices, [&address](const auto& device) { return device.address == address; });
        done({});
    }

    ports::BluetoothState state;
    std::vector<ports::HeardDevice> heard_devices;
    std::vector<ports::AdoptedDevice> devices;
    std::vector<std::optional<base::Bytes>> keys;  // as they were given
    std::string refusal;                           // empty: it is done
};

class BluetoothRoutes : public SiteTest {
protected:
    BluetoothRoutes() {
        site_->dependencies.bluetooth = &bluetooth_;
        site_->dependencies.bluetooth_devices = &bluetooth_;
        add_bluetooth_routes(router_, *site_);
    }
    Response remove(const std::string& path) { return ask(Method::Delete, path); }

    FakeBluetooth bluetooth_;
};

ports::HeardDevice heard_device() {
    ports::HeardDevice heard;
    heard.address = kDevicesAddress;
    heard.adapter = "hci0";
    heard.first_heard = *base::from_rfc3339("2026-11-23T16:00:00Z");
    heard.last_heard = *base::from_rfc3339("2026-11-23T16:20:00Z");
    heard.advertisements = 12;
    heard.rssi_dbm = -60;
    heard.values = {{"battery", "93", "%"}, {"wet", "yes", ""}};
    return heard;
}

TEST_F(BluetoothRoutes, WhereItIsOffAllIsEmpty) {
    const Response answer = get("/api/v1/bluetooth");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(parsed(answer), json::parse(R"({"state": "off", "problem": null, "passive": false, "adapters": [],
        "receivers": [], "adopted": [], "heard": []})"));
}

TEST_F(BluetoothRoutes, TellsOfAdaptersReceiversAndWhatIsHeard) {
    bluetooth_.state.state = ports::BluetoothPart::Working;
    bluetooth_.state.adapters = {
        {"hci0", "00:1A:7D:DA:71:13", ports::BluetoothPart::Working, "", 7, clock_.wall},
        {"hci1", "", ports::BluetoothPart::Waiting, "it is switched off: bluetoothctl power on", 0, {}}};
    bluetooth_.state.receivers = {{kDevicesAddress, ports::BluetoothPart::Working, "", 5, 1}};
    bluetooth_.heard_devices = {heard_device()};
    bluetooth_.devices = {{kDevicesAddress, ports::BluetoothRole::Puck, "Under the sink", "", true}};
    const json document = parsed(get("/api/v1/bluetooth"));
    EXPECT_EQ(document["adapters"][0], json::parse(R"({"name": "hci0", "address": "00:1A:7D:DA:71:13",
        "state": "working", "problem": null, "advertisements": 7, "last_heard": "2026-11-23T09:20:00-07:00"})"));
    EXPECT_EQ(document["adapters"][1]["problem"], "it is switched off: bluetoothctl power on");
    EXPECT_TRUE(document["adapters"][1]["address"].is_null());
    EXPECT_EQ(document["receivers"][0], json::parse(R"({"address": "A4:C1:38:00:11:22", "state": "working",
        "problem": null, "frames": 5, "broken_fragments": 1})"));
    EXPECT_EQ(document["adopted"][0], json::parse(R"({"address": "A4:C1:38:00:11:22", "uuid": "A4C138FFFE001122",
        "role": "leak_puck", "name": "Under the sink", "room": null, "from_config_file": true})"));
    EXPECT_EQ(document["heard"][0], json::parse(R"({"address": "A4:C1:38:00:11:22", "uuid": "A4C138FFFE001122",
        "name": null, "adopted": true, "adapter": "hci0", "rssi_dbm": -60,
        "first_heard": "2026-11-23T09:00:00-07:00", "last_heard": "2026-11-23T09:20:00-07:00", "advertisements": 12,
        "encrypted": false, "trigger_based": false, "problem": null,
        "values": [{"name": "battery", "value": "93", "unit": "%"}, {"name": "wet", "value": "yes", "unit": null}]})"));
}

TEST_F(BluetoothRoutes, WhatADeviceCallsItselfMayBeAnything) {
    ports::HeardDevice heard = heard_device();
    heard.name = "\xff\"<b>";
    bluetooth_.heard_devices = {heard};
    EXPECT_THAT(parsed(get("/api/v1/bluetooth"))["heard"][0]["name"].get<std::string>(), HasSubstr("<b>"));
}

TEST_F(BluetoothRoutes, ADeviceIsAdoptedAndItsKeyIsInNoAnswer) {
    const Response answer = put(kDevicesPath, R"({"role": "meter", "name": "Garden", "room": "Shed", "key": ")" +
                                                  std::string(kBindKeyText) + "\"}");
    EXPECT_EQ(answer.status, 200);
    const ports::AdoptedDevice wanted{kDevicesAddress, ports::BluetoothRole::Meter, "Garden", "Shed", false};
    EXPECT_EQ(bluetooth_.devices, std::vector{wanted});
    ASSERT_THAT(bluetooth_.keys, SizeIs(1));
    EXPECT_EQ(base::as_text(*bluetooth_.keys[0]), kBindKeyText);
    EXPECT_EQ(parsed(answer)["adopted"][0]["name"], "Garden");
    for (const Response& each : {answer, get("/api/v1/bluetooth")}) {
        EXPECT_THAT(each.body, Not(HasSubstr("231d39c1")));
        EXPECT_THAT(each.body, Not(HasSubstr("key")));
    }
}

TEST_F(BluetoothRoutes, WithoutAKeyItKeepsTheOneItHas) {
    EXPECT_EQ(put(kDevicesPath, R"({"role": "leak_puck", "name": "Boiler", "key": null})").status, 200);
    ASSERT_THAT(bluetooth_.keys, SizeIs(1));
    EXPECT_FALSE(bluetooth_.keys[0]);
    EXPECT_EQ(bluetooth_.devices.at(0).role, ports::BluetoothRole::Puck);
}

TEST_F(BluetoothRoutes, AnAddressMayBeInLowerCase) {
    EXPECT_EQ(put("/api/v1/bluetooth/devices/a4:c1:38:00:11:22", R"({"role": "leak_puck", "name": "B"})").status, 200);
    EXPECT_EQ(bluetooth_.devices.at(0).address, kDevicesAddress);
}

TEST_F(BluetoothRoutes, WhatIsNoAddressIsNotFound) {
    for (const char* address : {"A4C138001122", "A4:C1:38:00:11", "A4:C1:38:00:11:2G", "A4C138FFFE001122"}) {
        const std::string path = std::string("/api/v1/bluetooth/devices/") + address;
        EXPECT_EQ(put(path, R"({"role": "leak_puck", "name": "B"})").status, 404) << address;
        EXPECT_EQ(remove(path).status, 404) << address;
    }
    EXPECT_THAT(bluetooth_.keys, IsEmpty());
}

TEST_F(BluetoothRoutes, ABadRequestSaysWhichFieldAndNeverTheKey) {
    const std::vector<std::pair<std::string, std::string>> bad{
        {R"({"role": "leak_puck"})", "name"},
        {R"({"name": "B"})", "role"},
        {R"({"role": "kettle", "name": "B"})", "role"},
        {R"({"role": "leak_puck", "name": ""})", "name"},
        {R"({"role": "leak_puck", "name": "a\nb"})", "name"},
        {R"({"role": "leak_puck", "name": ")" + std::string(61, 'n') + "\"}", "name"},
        {R"({"role": "leak_puck", "name": "B", "room": ")" + std::string(61, 'r') + "\"}", "room"},
        {R"({"role": "leak_puck", "name": "B", "key": "5ec2e7"})", "key"},
        {R"({"role": "leak_puck", "name": "B", "key": "5ec2e7)" + std::string(40, ' ') + "zzz\"}", "key"},
        {R"({"role": "leak_puck", "name": "B", "key": 5})", "key"},
        {R"({"role": "leak_puck", "name": "B", "colour": "red"})", "colour"},
    };
    for (const auto& [body, field] : bad) {
        const Response answer = put(kDevicesPath, body);
        EXPECT_EQ(answer.status, 400) << body;
        EXPECT_EQ(field_of(answer), field) << body;
        EXPECT_THAT(answer.body, Not(HasSubstr("5ec2e7")));
    }
    EXPECT_THAT(bluetooth_.keys, IsEmpty());
}

TEST_F(BluetoothRoutes, ADeviceOfTheConfigFileIsLeftAsItIs) {
    bluetooth_.refusal = "the config file names A4:C1:38:00:11:22, and only that may change it";
    const Response changed =
        put(kDevicesPath, R"({"role": "leak_puck", "name": "B", "key": ")" + std::string(kBindKeyText) + "\"}");
    EXPECT_EQ(changed.status, 409);
    EXPECT_THAT(parsed(changed)["detail"].get<std::string>(), HasSubstr("the config file names"));
    EXPECT_THAT(changed.body, Not(HasSubstr(kBindKeyText)));
    bluetooth_.devices = {{kDevicesAddress, ports::BluetoothRole::Puck, "Boiler", "", true}};
    EXPECT_EQ(remove(kDevicesPath).status, 409);
}

TEST_F(BluetoothRoutes, WhoIsNotOfTheHouseCannotBeForgotten) {
    EXPECT_EQ(remove(kDevicesPath).status, 404);
}

TEST_F(BluetoothRoutes, AForgottenDeviceIsInTheAnswerNoMore) {
    bluetooth_.devices = {{kDevicesAddress, ports::BluetoothRole::Puck, "Boiler", "", false}};
    const Response answer = remove(kDevicesPath);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(parsed(answer)["adopted"], json::array());
}

TEST_F(BluetoothRoutes, WhereNobodyListensThereIsNothing) {
    site_->dependencies.bluetooth = nullptr;
    EXPECT_EQ(get("/api/v1/bluetooth").status, 404);
    EXPECT_EQ(put(kDevicesPath, R"({"role": "leak_puck", "name": "B"})").status, 404);
    EXPECT_EQ(remove(kDevicesPath).status, 404);
}

}  // namespace
}  // namespace millrace::api
