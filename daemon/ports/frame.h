// A frame: one MQTT PUBLISH as it came, the unit everything else is derived from.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/device_id.h"
#include "base/direction.h"
#include "base/time.h"

namespace millrace::ports {

// Through which door a frame came in. The numbers are stored.
enum class Door : std::uint8_t { Relay = 1, StandIn = 2, Pcap = 3, JsonLines = 4, Guest = 5, Bluetooth = 6 };
inline constexpr std::array kDoors = {Door::Relay,     Door::StandIn, Door::Pcap,
                                      Door::JsonLines, Door::Guest,   Door::Bluetooth};

// "stand_in", as all that is written out names it.
[[nodiscard]] constexpr std::string_view name(Door door) {
    switch (door) {
        case Door::Relay: return "relay";
        case Door::StandIn: return "stand_in";
        case Door::Pcap: return "pcap";
        case Door::JsonLines: return "json_lines";
        case Door::Guest: return "guest";
        case Door::Bluetooth: return "bluetooth";
    }
    return "unknown";
}

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
