// What an emulated Bluetooth device says of itself in BTHome's format, with no I/O: a leak puck that gets wet, a meter
// whose register rises.
//
// One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "base/bluetooth_address.h"
#include "base/bytes.h"
#include "base/time.h"
#include "base/units.h"
#include "message/bthome.h"
#include "payload/bind_key.h"

namespace millrace::emulate {

struct PuckSettings {
    std::optional<base::Milliseconds> wet_after;  // the start; unset: it stays dry
    std::optional<base::Milliseconds> dry_after;  // it got wet; unset: it stays wet
    std::int64_t battery_percent = 90;
};

struct MeterSettings {
    base::FlowRate flow{100'000};  // all the time
    base::Volume total;            // of the register at the start
    std::int64_t battery_percent = 90;
};

// With what it encrypts. Counters below `counter` are never used, so that a later run begins above all of this one's.
struct Seal {
    base::BluetoothAddress address;  // as its advertisements carry it
    payload::BindKey key;
    std::uint32_t counter = 0;
};

class Beacon {
public:
    // Without a seal it speaks in the clear.
    Beacon(std::variant<PuckSettings, MeterSettings> device, std::optional<Seal> seal);

    // The service data, behind the UUID, so long after the start. With a seal no two calls give the same bytes; without
    // one the packet id rises with each change of what is said.
    [[nodiscard]] base::Bytes say(base::Milliseconds since_start);

    // When a puck's contacts change next after that; nothing when they do not.
    [[nodiscard]] std::optional<base::Milliseconds> next_change(base::Milliseconds since_start) const;

private:
    [[nodiscard]] message::Advertised values(base::Milliseconds since_start) const;

    std::variant<PuckSettings, MeterSettings> device_;
    std::optional<Seal> seal_;
    std::optional<message::Advertised> said_;
    std::uint8_t packet_id_ = 0;
};

}  // namespace millrace::emulate
