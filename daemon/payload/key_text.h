// The content of a key file, read straight into a key's own bytes, so that no copy of them is left behind.
//
// For this room's .cpp files only. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace millrace::payload {

// As many raw bytes as `key` has, or two hexadecimal digits for each, with white space around them. Gives the error,
// which tells what was found instead by length only, or nothing when all went well; after an error `key` may hold the
// digits before the wrong one.
[[nodiscard]] std::optional<base::Error> read_key_text(base::ByteView content, std::span<std::uint8_t> key);

}  // namespace millrace::payload
