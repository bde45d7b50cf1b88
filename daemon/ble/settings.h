// What the config file may set for this room. Plain values; any thread.
#pragma once

#include <string>
#include <vector>

#include "base/bluetooth_address.h"

namespace millrace::ble {

// A device whose notifications carry a bridge's frames (FORMAT.md).
struct ReceiverSettings {
    base::BluetoothAddress address;
    std::string service;  // UUIDs as 36 characters in lower case
    std::string characteristic;

    bool operator==(const ReceiverSettings&) const = default;
};

struct Settings {
    bool enabled = false;
    std::vector<std::string> adapters;  // "hci0"; empty: all there are
    bool passive = false;               // listen without asking devices for more; needs a BlueZ that offers it
    std::vector<ReceiverSettings> receivers;
    std::string bus_address;  // as D-Bus writes addresses; empty: the system's bus
};

}  // namespace millrace::ble
