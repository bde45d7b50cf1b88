// The topics a bridge and its cloud publish on, and our own for Bluetooth devices, taken apart and put together.
//
// Upstream `2/<type>/<flags>/<uuid>/<last>`, downstream `responses/<uuid>/<type>/<flags>` with up to two more
// elements, and the two upstream forms `…/orient/<x>` and `…/fxos/raw/<x>`. FORMAT.md says where each was seen. What a
// Bluetooth device advertises has no topic; it goes by `bthome/<role>/<flags>/<uuid>` (BTHOME.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bluetooth_address.h"
#include "base/device_id.h"
#include "base/direction.h"

namespace millrace::message {

using base::Direction;

// What a message is about, as far as its topic and (for the two downstream uses of a type) its content tell.
enum class Kind : std::uint8_t {
    Boot,
    Samples,
    States,
    Logs,
    Events,
    Heartbeat,
    HeartbeatEcho,
    BootResponse,
    Error,
    KeyExchange,
    Calibration,
    Advertisement,
    Unknown,
};

// The words of `millrace decode`: "boot", "samples", "states", "logs", "events", "heartbeat", "heartbeat_echo",
// "boot_response", "error", "key_exchange", "calibration", "advertisement", "unknown".
[[nodiscard]] std::string_view name(Kind kind);

// What the owner has made of a Bluetooth device. It stands in the topic, so that the archive alone tells how to read
// it.
enum class Role : std::uint8_t {
    Meter,  // a water meter, whose totalizer counts
    Puck,   // lies where no water should be
};

// "meter", "puck".
[[nodiscard]] std::string_view name(Role role);
[[nodiscard]] std::optional<Role> role_named(std::string_view name);

// How the payload is wrapped. Bits 4 and 8 alone are unknown, so other values are kept as numbers.
inline constexpr std::uint32_t kFlagsBinary = 1;
inline constexpr std::uint32_t kFlagsPlain = 2;
inline constexpr std::uint32_t kFlagsSealed = 12;

struct Topic {
    Direction direction = Direction::ToCloud;
    Kind kind = Kind::Unknown;
    std::uint32_t type = 0;  // the number in the topic; 0 for the two special forms
    std::uint32_t flags = 0;
    std::optional<base::DeviceId> device;  // bridge, sensor or Bluetooth device
    std::optional<Role> role;              // of an advertisement
    std::vector<std::string> rest;         // what follows: the time of publishing upstream, extra elements downstream

    [[nodiscard]] bool sealed() const { return flags == kFlagsSealed; }
};

// Never fails: a topic of no known form is Kind::Unknown, with its direction told by the leading "responses/".
// Topics longer than 512 bytes are not taken apart.
[[nodiscard]] Topic parse_topic(std::string_view topic);

// `2/<type>/<flags>/<uuid>/<unix time>`.
[[nodiscard]] std::string upstream_topic(std::uint32_t type, std::uint32_t flags, const base::DeviceId& device,
                                         std::int64_t unix_time_s);
// `responses/<uuid>/<type>/<flags>`.
[[nodiscard]] std::string downstream_topic(const base::DeviceId& device, std::uint32_t type, std::uint32_t flags);
// `bthome/<role>/<flags>/<uuid>`; `sealed`: whether the service data is encrypted.
[[nodiscard]] std::string advertisement_topic(Role role, bool sealed, const base::BluetoothAddress& address);

namespace upstream {
inline constexpr std::uint32_t kSamples = 1, kStates = 2, kLogs = 3, kEvents = 4, kHeartbeatEcho = 6, kBoot = 7,
                               kKeyExchange = 9;
}
namespace downstream {
inline constexpr std::uint32_t kBootResponse = 1, kHeartbeat = 4, kError = 6, kKeyExchangeReply = 7;
}

}  // namespace millrace::message
