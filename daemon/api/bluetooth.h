// `/api/v1/bluetooth`: the adapters, the devices that are heard, and which of them are of the house.
//
// Devices are named by their address, as Bluetooth writes it; in `devices` and everywhere else by their uuid, which is
// made of it. A device's key is taken and never said.
#pragma once

#include <string>

#include "base/time_zone.h"
#include "ports/bluetooth.h"

namespace millrace::api {

[[nodiscard]] std::string bluetooth_document(const ports::BluetoothState& state,
                                             const std::vector<ports::HeardDevice>& heard,
                                             const std::vector<ports::AdoptedDevice>& adopted,
                                             const base::TimeZone& zone);

}  // namespace millrace::api
