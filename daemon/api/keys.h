// `/api/v1/keys`: which bridges' messages a key opens, and the way to add one. Keys go in and never come out.
#pragma once

#include <string>

#include "ports/live.h"

namespace millrace::api {

// {"bridges": [{"uuid", "has_key", "messages_open", "frames_opened", "frames_unopened"}]}; `messages_open` is null
// while no sealed message has come in this run.
[[nodiscard]] std::string keys_document(const ports::LiveState& live);

}  // namespace millrace::api
