// A frame of the archive as a line of JSON, such that reading the line (capture_file.h) gives the same frame again:
// the same bytes, and the door it came in by.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time_zone.h"
#include "ports/frame.h"

namespace millrace::capture {

// The door of that name in ports/frame.h.
[[nodiscard]] std::optional<ports::Door> door_named(std::string_view name);

// The payload's text, when it can be shown as text without losing a byte.
[[nodiscard]] std::optional<std::string_view> text_of(base::ByteView payload);

// Without a line end. The payload comes as JSON where that gives the same bytes when it is read, else as text, else as
// `payload_hex`. The frame's id is left out: it is a place in one archive.
[[nodiscard]] std::string to_json_line(const ports::Frame& frame, const base::TimeZone& zone);

}  // namespace millrace::capture
