// A frame as the bytes that fragments carry; FORMAT.md has their layout. Pure; any thread.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "ports/frame.h"

namespace millrace::ble {

// With door Bluetooth; when it was received is the caller's to say. Nothing when the bytes break the format.
[[nodiscard]] std::optional<ports::Frame> read_frame(base::ByteView bytes);

// The inverse. Nothing when the frame has no place in the format: a topic or payload too long, wildcards, QoS 3.
[[nodiscard]] std::optional<base::Bytes> write_frame(const ports::Frame& frame);

}  // namespace millrace::ble
