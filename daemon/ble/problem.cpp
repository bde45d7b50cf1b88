#include "ble/problem.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace millrace::ble {
namespace {

using ports::BluetoothPart;

constexpr std::string_view kBusRefuses = "org.freedesktop.DBus.Error.AccessDenied";
constexpr std::array<std::string_view, 4> kBluezRefuses = {
    "org.bluez.Error.NotAuthorized", "org.bluez.Error.NotPermitted", "org.bluez.Error.AuthenticationFailed",
    "org.bluez.Error.AuthenticationRejected"};
constexpr std::array<std::string_view, 4> kSilence = {"org.freedesktop.DBus.Error.NoReply",
                                                      "org.freedesktop.DBus.Error.Timeout",
                                                      "org.freedesktop.DBus.Error.TimedOut", "System.Error.ETIMEDOUT"};

template <std::size_t size>
bool is_one_of(const std::array<std::string_view, size>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Condition refused(const Answer& answer, const std::string& what) {
    const std::string said = short_text(answer.text.empty() ? answer.error : answer.text);
    if (answer.error == kBusRefuses) {
        return {BluetoothPart::Forbidden,
                "the message bus does not let us ask BlueZ to " + what +
                    ": the daemon's user must be allowed to send to org.bluez in /etc/dbus-1/system.d, where some "
                    "systems want it in the group bluetooth (it says: " +
                    said + ")"};
    }
    if (is_one_of(kBluezRefuses, answer.error)) {
        return {BluetoothPart::Forbidden, "BlueZ may not " + what + " (it says: " + said +
                                              "); a device that wants to be paired is paired with `bluetoothctl pair`"};
    }
    if (is_one_of(kSilence, answer.error)) {
        return {BluetoothPart::Waiting,
                "BlueZ does not answer when asked to " + what + "; if that lasts, `systemctl restart bluetooth`"};
    }
    return {BluetoothPart::Waiting, "BlueZ could not " + what + ": " + said + " (" + short_text(answer.error) + ")"};
}

Condition switched_off(const std::string& name, const AdapterObject& adapter) {
    if (adapter.blocked) {
        return {BluetoothPart::Waiting, name + " is blocked: `rfkill unblock bluetooth`, then `bluetoothctl power on`"};
    }
    return {BluetoothPart::Waiting, name +
                                        " is switched off: `bluetoothctl power on`; if that is refused, "
                                        "`rfkill unblock bluetooth` first"};
}

}  // namespace millrace::ble
