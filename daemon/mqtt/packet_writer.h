// Control packets to bytes.
#pragma once

#include "base/bytes.h"
#include "mqtt/packet.h"

namespace millrace::mqtt {

// Appends the packet as MQTT 3.1.1 puts it on the wire. Strings and payloads must fit the standard's limits (65,535
// bytes for a string, 268,435,455 for a whole packet); longer ones are our own bug and asserted on.
void write(const Packet& packet, base::Bytes& out);

[[nodiscard]] base::Bytes to_wire(const Packet& packet);

}  // namespace millrace::mqtt
