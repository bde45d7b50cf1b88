// What a bridge, its cloud and Bluetooth devices say, as values.
//
// One file per message type decodes and encodes it and opens with what is known of it. `decode` picks the file by the
// topic's kind. What we do not know is kept as JSON text and never guessed at.
#pragma once

#include <variant>

#include "base/bytes.h"
#include "base/result.h"
#include "message/boot.h"
#include "message/boot_response.h"
#include "message/bthome.h"
#include "message/calibration.h"
#include "message/error_reply.h"
#include "message/events.h"
#include "message/heartbeat.h"
#include "message/logs.h"
#include "message/samples.h"
#include "message/states.h"
#include "message/topic.h"

namespace millrace::message {

// A message of a type we do not know, or a binary key-exchange packet: its payload stays as it is.
struct Raw {};

using Message = std::variant<Raw, Boot, Samples, States, Logs, Events, Heartbeat, HeartbeatEcho, BootResponse,
                             ErrorReply, Calibration, Advertised>;

// How a payload fails to be the message its topic announces.
enum class DecodeFault : std::uint8_t { NotJson, WrongShape, InsaneValue, TooLarge };
inline constexpr std::size_t kDecodeFaults = static_cast<std::size_t>(DecodeFault::TooLarge) + 1;

struct DecodeError {
    DecodeFault fault;
    std::string detail;  // what was expected and where, without the payload's own bytes
};

// Larger payloads are not parsed; the bridge's own packets stay under 1472 bytes.
inline constexpr std::size_t kMaxPayloadBytes = 64 * 1024;

// `plain` is the opened payload; of JSON one trailing NUL or white-space byte is expected and ignored.
[[nodiscard]] base::Result<Message, DecodeError> decode(const Topic& topic, base::ByteView plain);

}  // namespace millrace::message
