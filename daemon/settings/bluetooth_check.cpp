#include "settings/bluetooth_check.h"

#include <set>
#include <string>

namespace millrace::settings {
namespace {

class Complaints {
public:
    explicit Complaints(Problems& problems) : problems_(problems) {}

    void add(Position at, const std::string& key, std::string message) {
        if (problems_.size() < kMaxProblems) problems_.push_back({at, key, std::move(message)});
    }
    // Whether the address is there, and is nobody else's.
    bool is_of_its_own(Position at, const std::string& key, const base::BluetoothAddress& address) {
        if (address == base::BluetoothAddress{}) {
            add(at, key, "lacks `address`, such as A4:C1:38:00:11:22");
            return false;
        }
        if (seen_.insert(address).second) return true;
        add(at, key, "has the address of another one before it");
        return false;
    }

private:
    Problems& problems_;
    std::set<base::BluetoothAddress> seen_;
};

}  // namespace

void check_bluetooth(Draft& draft, Problems& problems) {
    Complaints devices(problems);
    for (AdoptedDraft& each : draft.adopted) {
        if (!devices.is_of_its_own(each.at, each.key, each.device.address)) continue;
        if (each.device.name.empty()) devices.add(each.at, each.key, "lacks `name`, by which you know it");
        if (!each.key_file.empty()) {
            draft.settings.keys.bridges.emplace_back(each.device.address.device_id(), each.key_file);
        }
        each.device.from_file = true;
        draft.settings.hub.bluetooth_devices.push_back(each.device);
    }
    Complaints receivers(problems);
    for (ReceiverDraft& each : draft.receivers) {
        if (!receivers.is_of_its_own(each.at, each.key, each.receiver.address)) continue;
        if (each.receiver.service.empty() || each.receiver.characteristic.empty()) {
            receivers.add(each.at, each.key, "needs `service` and `characteristic`, the UUIDs of what it notifies");
        }
        draft.settings.ble.receivers.push_back(each.receiver);
    }
}

}  // namespace millrace::settings
