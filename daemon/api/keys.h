// `/api/v1/keys`: which bridges' messages a key opens, and the way to add one. Keys go in and never come out.
#pragma once

#include <string>

#include "api/json.h"
#include "ports/live.h"

namespace millrace::api {

// Whether a key opens what the bridge and its sensors say; null while no message of it has come in this run.
[[nodiscard]] Json messages_open(const ports::LiveBridge& bridge, const ports::LiveState& live);

// {"bridges": [{"uuid", "has_key", "messages_open", "frames_opened", "frames_unopened"}]}; `messages_open` is null
// while no sealed message has come in this run.
[[nodiscard]] std::string keys_document(const ports::LiveState& live);

}  // namespace millrace::api
