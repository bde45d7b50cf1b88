// What is wrong with Bluetooth, in words for its owner. Pure; any thread.
#pragma once

#include <string>

#include "ble/bus.h"
#include "ble/objects.h"
#include "ports/bluetooth.h"

namespace millrace::ble {

// How something does: its state, and what is wrong with it and how to mend that; empty: nothing.
struct Condition {
    ports::BluetoothPart state = ports::BluetoothPart::Waiting;
    std::string problem;

    bool operator==(const Condition&) const = default;
};

// That BlueZ or the bus refused something; `what` continues "BlueZ refuses to …", "scan for devices".
[[nodiscard]] Condition refused(const Answer& answer, const std::string& what);

// That an adapter is switched off; `name` is "hci0".
[[nodiscard]] Condition switched_off(const std::string& name, const AdapterObject& adapter);

}  // namespace millrace::ble
