// Whether Bluetooth is heard: bus and adapters, receivers, what is heard at all, and the devices of the house.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "doctor/judgement.h"
#include "doctor/words.h"

namespace millrace::doctor {
namespace {

using ports::BluetoothPart;
using ports::Check;
using ports::CheckState;

// Who speaks by the clock does so every few minutes at the latest.
constexpr base::Seconds kRegularSilence{3'600};
// Who waits for something to happen still shows that he lives, some do it once in many hours.
constexpr base::Seconds kTriggeredSilence{86'400};

// A part's state as its fact, with what is wrong in the words of the room that found it.
std::string told(BluetoothPart state, const std::string& problem) {
    return std::string(name(state)) + (problem.empty() ? "" : ": " + problem);
}

std::string ago(const Known& known, base::WallTime at) {
    return span(std::max(known.now - at, base::Milliseconds{0})) + " ago";
}

void say(Check& check, CheckState state, std::string summary, std::string remedy) {
    check.state = state;
    check.summary = std::move(summary);
    check.remedy = std::move(remedy);
}

std::string remedy_for(BluetoothPart state) {
    switch (state) {
        case BluetoothPart::Missing:
            return "Bluetooth needs an adapter, D-Bus and BlueZ (`apt install bluez`, `systemctl enable --now "
                   "bluetooth`), and a container needs the bus's socket. `bluetoothctl list` shows the adapters.";
        case BluetoothPart::Forbidden:
            return "Let the user that the daemon runs as talk to org.bluez: the group `bluetooth`, or a rule in "
                   "/etc/dbus-1/system.d; then restart the daemon.";
        default:
            return "`bluetoothctl show` tells how the adapter does, `systemctl status bluetooth` how BlueZ does. The "
                   "daemon goes on trying by itself.";
    }
}

Check adapters(const Known& known) {
    const ports::BluetoothState& bluetooth = known.house->bluetooth;
    Check check{"bluetooth", CheckState::Ok, "", "", {}};
    std::vector<std::string> listening;
    const ports::BluetoothAdapter* worst = nullptr;
    for (const ports::BluetoothAdapter& one : bluetooth.adapters) {
        std::string fact = told(one.state, one.problem);
        if (one.last_heard) fact += ", last heard a device " + ago(known, *one.last_heard);
        check.facts.emplace_back(one.name, std::move(fact));
        if (one.state == BluetoothPart::Working) listening.push_back(one.name);
        // A refusal is what to mend first, as nothing mends it by itself.
        const bool refused = one.state == BluetoothPart::Forbidden;
        if (!one.problem.empty() && (worst == nullptr || refused)) worst = &one;
    }
    if (!bluetooth.problem.empty()) {
        say(check, CheckState::Problem, "Bluetooth is switched on, and is not heard: " + bluetooth.problem + ".",
            remedy_for(bluetooth.state));
    } else if (worst != nullptr) {
        const std::string prefix = worst->problem.find(worst->name) == std::string::npos ? worst->name + ": " : "";
        say(check, listening.empty() ? CheckState::Problem : CheckState::Warning,
            (listening.empty() ? "No Bluetooth adapter listens: "
                               : "Of the Bluetooth adapters only " + list_of(listening) + " listens: ") +
                prefix + worst->problem + ".",
            remedy_for(worst->state));
    } else if (listening.empty()) {
        say(check, CheckState::Note, "BlueZ is being asked for Bluetooth adapters.", "Look again in a few seconds.");
    } else {
        check.summary = list_of(listening) + (listening.size() == 1 ? " listens" : " listen") +
                        " for Bluetooth devices" + (bluetooth.passive ? ", passively." : ".");
    }
    return check;
}

std::optional<Check> receivers(const Known& known) {
    const auto& all = known.house->bluetooth.receivers;
    if (all.empty()) return std::nullopt;
    Check check{"receivers", CheckState::Ok, "", "", {}};
    std::vector<std::string> away;
    for (const ports::BluetoothReceiver& one : all) {
        check.facts.emplace_back(one.address.str(), told(one.state, one.problem) + ", " + std::to_string(one.frames) +
                                                        " frames, " + std::to_string(one.broken) + " broken fragments");
        if (one.state != BluetoothPart::Working) away.push_back(one.address.str());
    }
    if (away.empty()) {
        check.summary = all.size() == 1 ? "The receiver " + all.front().address.str() + " is connected."
                                        : "All " + std::to_string(all.size()) + " receivers are connected.";
    } else {
        say(check, CheckState::Warning, "Not connected: receiver " + list_of(away) + ".",
            "Is it switched on and within reach? It must advertise, let itself be connected to, and offer the service "
            "and the characteristic that bluetooth.receivers names.");
    }
    return check;
}

Check heard(const Known& known) {
    const auto& devices = known.house->heard_by_bluetooth;
    Check check{"bluetooth_heard", CheckState::Ok, "", "", {}};
    if (devices.empty()) {
        say(check, known.house->adopted.empty() ? CheckState::Note : CheckState::Warning,
            "No device that speaks BTHome has been heard in the last hour, or since the daemon started.",
            "Bring one near the adapter and wake it: press its button, or wet its contacts. It has to be set to "
            "BTHome, "
            "version 2.");
        return check;
    }
    const auto of_the_house = std::count_if(devices.begin(), devices.end(), [&known](const auto& one) {
        const auto& adopted = known.house->adopted;
        return std::any_of(adopted.begin(), adopted.end(),
                           [&one](const auto& device) { return device.address == one.address; });
    });
    check.facts = {{"heard", std::to_string(devices.size())}, {"of_the_house", std::to_string(of_the_house)}};
    check.summary = std::to_string(devices.size()) + (devices.size() == 1 ? " device is" : " devices are") +
                    " heard by Bluetooth, " + std::to_string(of_the_house) + " of the house.";
    return check;
}

// How a device of the house does, from wherever it is known.
struct Sight {
    std::optional<base::WallTime> last_seen;
    bool trigger_based = false;
    std::string problem;
};

Sight sight_of(const Known& known, const ports::AdoptedDevice& device) {
    const House& house = *known.house;
    const base::DeviceId id = device.address.device_id();
    Sight sight;
    const auto take = [&sight](const ports::LiveAdvertised& says, const std::optional<base::WallTime>& seen) {
        sight.last_seen = seen;
        sight.trigger_based = says.trigger_based;
        sight.problem = says.problem;
    };
    for (const ports::LivePuck& one : house.live.pucks) {
        if (one.id == id) take(one.says, one.last_seen);
    }
    for (const ports::LiveSensor& one : house.live.sensors) {
        if (one.id == id && one.says) take(*one.says, one.last_seen);
    }
    for (const ports::HeardDevice& one : house.heard_by_bluetooth) {
        if (one.address != device.address) continue;
        sight.last_seen = std::max(sight.last_seen, std::optional(one.last_heard));
        sight.trigger_based = sight.trigger_based || one.trigger_based;
        if (sight.problem.empty()) sight.problem = one.problem;
    }
    return sight;
}

std::optional<Check> devices(const Known& known) {
    const auto& adopted = known.house->adopted;
    if (adopted.empty()) return std::nullopt;
    Check check{"bluetooth_devices", CheckState::Ok, "", "", {}};
    for (const ports::AdoptedDevice& device : adopted) {
        const Sight sight = sight_of(known, device);
        check.facts.emplace_back(device.address.str(), device.name + ", last heard " +
                                                           (sight.last_seen ? ago(known, *sight.last_seen) : "never"));
        const std::string who =
            std::string(device.role == ports::BluetoothRole::Puck ? "The leak puck " : "The meter ") + device.name +
            " (" + device.address.str() + ")";
        if (!sight.problem.empty()) {
            if (check.state == CheckState::Problem) continue;
            say(check, CheckState::Problem, who + " is not understood. " + sight.problem,
                "Give its key, or adopt it once more, on the page under devices, or in the config file under "
                "bluetooth.devices.");
            continue;
        }
        const base::Seconds patience = sight.trigger_based ? kTriggeredSilence : kRegularSilence;
        const bool silent = !sight.last_seen || known.now - *sight.last_seen > patience;
        if (!silent || check.state != CheckState::Ok) continue;
        say(check, CheckState::Warning,
            who + (sight.last_seen ? " has been silent for " + span(known.now - *sight.last_seen) + "."
                                   : " has not been heard yet."),
            "Look at its battery, and bring it or an adapter nearer. A puck that cannot be heard cannot warn.");
    }
    if (check.state == CheckState::Ok) {
        check.summary = adopted.size() == 1
                            ? "The Bluetooth device of the house is heard."
                            : "All " + std::to_string(adopted.size()) + " Bluetooth devices of the house are heard.";
    }
    return check;
}

}  // namespace

void judge_bluetooth(const Known& known, Findings& findings) {
    if (!known.house) {
        if (!known.bluetooth) return;
        findings.push_back({"bluetooth",
                            CheckState::Note,
                            "Bluetooth is switched on; how it does, only a running daemon tells.",
                            "",
                            {}});
        return;
    }
    const House& house = *known.house;
    const bool off = house.bluetooth.state == BluetoothPart::Off;
    if (off && house.adopted.empty()) return;
    if (off) {
        findings.push_back({"bluetooth",
                            CheckState::Warning,
                            "There are Bluetooth devices of the house, and Bluetooth is switched off.",
                            "Set `bluetooth: {enabled: true}` and restart the daemon, or forget the devices.",
                            {{"devices", std::to_string(house.adopted.size())}}});
        return;
    }
    findings.push_back(adapters(known));
    if (auto check = receivers(known)) findings.push_back(std::move(*check));
    // Without ears there is nothing to say of what is heard.
    if (house.bluetooth.state != BluetoothPart::Working) return;
    findings.push_back(heard(known));
    if (auto check = devices(known)) findings.push_back(std::move(*check));
}

}  // namespace millrace::doctor
