// What the radio says of itself, made of its state. Pure; any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "ble/tally.h"
#include "ports/bluetooth.h"
#include "ports/health.h"

namespace millrace::ble {

// Well when the bus, every adapter and every receiver are; otherwise it says what is wrong first.
[[nodiscard]] ports::HealthItem health_of(const ports::BluetoothState& state);

[[nodiscard]] std::vector<ports::Metric> metrics_of(const ports::BluetoothState& state, const Tally& tally,
                                                    std::uint64_t bus_connections);

}  // namespace millrace::ble
