// A frame: one MQTT PUBLISH as it came, the unit everything else is derived from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/device_id.h"
#include "base/direction.h"
#include "base/time.h"

namespace millrace::ports {

// Through which door a frame came in. The numbers are stored.
enum class Door : std::uint8_t { Relay = 1, StandIn = 2, Pcap = 3, JsonLines = 4, Guest = 5, Bluetooth = 6 };

// Numbers a connection within one run of the daemon; 0 means none (a file).
using ConnectionId = std::uint64_t;

struct Frame {
    std::int64_t id = 0;  // position in the archive, from 1 and rising; 0 until the hub has numbered it
    base::WallTime received;
    base::Direction direction = base::Direction::ToCloud;
    Door door = Door::StandIn;
    std::optional<base::DeviceId> bridge;  // the connection's client id, when that is a uuid
    std::uint8_t qos = 0;
    bool dup = false;
    bool retain = false;
    std::string topic;
    base::Bytes payload;
};

}  // namespace millrace::ports
