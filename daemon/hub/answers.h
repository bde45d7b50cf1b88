// What the stand-in answers to a boot frame, ready to be sent.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/time.h"
#include "hub/house.h"
#include "message/heartbeat.h"
#include "payload/key_ring.h"
#include "ports/random.h"

namespace millrace::hub {

struct OutgoingMessage {
    std::string topic;
    base::Bytes payload;  // sealed when `flags` say so
};

// Wraps a plain text as `flags` say: 2 leaves it plain, 12 seals it with the bridge's key. Nothing for other flags, and
// when it has to be sealed and there is no key: a bridge that gets what it cannot open may fall back to plain text,
// which we must not provoke.
[[nodiscard]] std::optional<OutgoingMessage> wrap(const base::DeviceId& device, std::uint32_t type, std::uint32_t flags,
                                                  const std::string& text, const payload::SecretKey* key,
                                                  ports::Random& random);

// The text of the answer to a boot frame of `device`, a bridge or a sensor of this house.
[[nodiscard]] std::string boot_answer(const House& house, const base::DeviceId& device, base::WallTime now);

}  // namespace millrace::hub
