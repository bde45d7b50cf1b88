// What is heard by Bluetooth.
#include <algorithm>

#include "base/bluetooth_address.h"
#include "settings/field_groups.h"

namespace millrace::settings {
namespace {

constexpr std::size_t kMaxNameBytes = 60;

ports::AdoptedDevice& device(Draft& draft) {
    if (draft.adopted.empty()) draft.adopted.emplace_back();
    return draft.adopted.back().device;
}

ble::ReceiverSettings& receiver(Draft& draft) {
    if (draft.receivers.empty()) draft.receivers.emplace_back();
    return draft.receivers.back().receiver;
}

std::string check_address(const Value& value) {
    return base::BluetoothAddress::parse(value.text) ? "" : "must be an address such as A4:C1:38:00:11:22";
}

std::string check_name(const Value& value) {
    return value.text.size() <= kMaxNameBytes ? "" : "has more than 60 bytes";
}

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// "6e400003-b5a3-f393-e0a9-e50e24dcca9e"
std::string check_uuid(const Value& value) {
    constexpr std::string_view kForm = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    const bool good = value.text.size() == kForm.size() &&
                      std::equal(kForm.begin(), kForm.end(), value.text.begin(),
                                 [](char form, char c) { return form == '-' ? c == '-' : is_hex(c); });
    return good ? "" : "must be a UUID such as 6e400003-b5a3-f393-e0a9-e50e24dcca9e";
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

std::string check_adapters(const Value& value) {
    for (const std::string& name : value.list) {
        const bool good = name.size() > 3 && name.size() < 8 && name.starts_with("hci") &&
                          std::all_of(name.begin() + 3, name.end(), [](char c) { return c >= '0' && c <= '9'; });
        if (!good) return "must be a list of names such as [hci0]";
    }
    return {};
}

base::BluetoothAddress address_of(const Value& value) {
    return base::BluetoothAddress::parse(value.text).value_or(base::BluetoothAddress{});
}

std::vector<Field> adapter_fields() {
    return {
        {"bluetooth.enabled",
         ValueType::Boolean,
         {},
         "",
         "Whether Bluetooth is listened to: leak pucks and meters that advertise in the BTHome format, and receivers. "
         "A Flume "
         "bridge has no Bluetooth. Needs BlueZ, which Debian calls `bluez`.",
         [](Draft& d, const Value& v) { d.settings.ble.enabled = v.flag; },
         [](const Settings& s) { return yes_no(s.ble.enabled); }},
        {.key = "bluetooth.adapters",
         .type = ValueType::Texts,
         .help = "Which adapters listen, by name. Empty: all there are.",
         .store = [](Draft& d, const Value& v) { d.settings.ble.adapters = v.list; },
         .fallback = [](const Settings&) -> std::string { return "[]"; },
         .check = check_adapters},
        {"bluetooth.passive",
         ValueType::Boolean,
         {},
         "",
         "Listen without asking devices for more. Spares their batteries; a device that tells its name only when asked "
         "has none. "
         "Older versions of BlueZ offer it only with `--experimental`.",
         [](Draft& d, const Value& v) { d.settings.ble.passive = v.flag; },
         [](const Settings& s) { return yes_no(s.ble.passive); }},
    };
}

std::vector<Field> device_fields() {
    return {
        {.key = "bluetooth.devices[].address",
         .help =
             "Of a device of the house. Devices may also be adopted on the page; those named here only the file may "
             "change.",
         .store = [](Draft& d, const Value& v) { device(d).address = address_of(v); },
         .check = check_address},
        {.key = "bluetooth.devices[].name",
         .help = "How you call it, such as `Boiler`.",
         .store = [](Draft& d, const Value& v) { device(d).name = v.text; },
         .check = check_name},
        {.key = "bluetooth.devices[].room",
         .help = "Where it is, such as `basement`.",
         .store = [](Draft& d, const Value& v) { device(d).room = v.text; },
         .fallback = [](const Settings&) -> std::string { return "\"\""; },
         .check = check_name},
        {"bluetooth.devices[].role",
         ValueType::Choice,
         {0, 0, {"leak_puck", "meter"}},
         "",
         "`leak_puck`: when it feels water, that is an alarm. `meter`: its total is water used, with alarms of its "
         "own.",
         [](Draft& d, const Value& v) { device(d).role = static_cast<ports::BluetoothRole>(v.integer); },
         [](const Settings&) -> std::string { return "leak_puck"; }},
        {"bluetooth.devices[].key_file",
         ValueType::Path,
         {},
         "",
         "File with the 32 digits of its key, where it encrypts what it says.",
         [](Draft& d, const Value& v) { d.adopted.back().key_file = v.text; }},
    };
}

std::vector<Field> receiver_fields() {
    return {
        {.key = "bluetooth.receivers[].address",
         .help = "Of a home-made receiver that passes a bridge's frames on (`daemon/ble/FORMAT.md`).",
         .store = [](Draft& d, const Value& v) { receiver(d).address = address_of(v); },
         .check = check_address},
        {.key = "bluetooth.receivers[].service",
         .help = "UUID of its GATT service.",
         .store = [](Draft& d, const Value& v) { receiver(d).service = lower(v.text); },
         .check = check_uuid},
        {.key = "bluetooth.receivers[].characteristic",
         .help = "UUID of the characteristic that notifies fragments of frames.",
         .store = [](Draft& d, const Value& v) { receiver(d).characteristic = lower(v.text); },
         .check = check_uuid},
    };
}

}  // namespace

std::vector<Field> bluetooth_fields() {
    std::vector<Field> all;
    for (auto* part : {adapter_fields, device_fields, receiver_fields}) {
        for (Field& field : part()) all.push_back(std::move(field));
    }
    return all;
}

}  // namespace millrace::settings
