// One decoder a message type, each in the file of that type. `message.cpp` holds the table that picks one.
#pragma once

#include <string_view>

#include "message/message.h"

namespace millrace::message {

// `text` is the opened payload without its trailing byte.
using DecodeResult = base::Result<Message, DecodeError>;

[[nodiscard]] DecodeResult decode_boot(std::string_view text);
[[nodiscard]] DecodeResult decode_samples(std::string_view text);
[[nodiscard]] DecodeResult decode_states(std::string_view text);
[[nodiscard]] DecodeResult decode_logs(std::string_view text);
[[nodiscard]] DecodeResult decode_events(std::string_view text);
[[nodiscard]] DecodeResult decode_heartbeat(std::string_view text);
[[nodiscard]] DecodeResult decode_heartbeat_echo(std::string_view text);
[[nodiscard]] DecodeResult decode_boot_response(std::string_view text);
[[nodiscard]] DecodeResult decode_error_reply(std::string_view text);
[[nodiscard]] DecodeResult decode_calibration(std::string_view text);
[[nodiscard]] DecodeResult decode_advertisement(std::string_view text);  // bytes, of which none is dropped

// The general reading of samples, without the short cut for the usual form; apart so that a test can compare the two.
[[nodiscard]] DecodeResult decode_samples_of_any_form(std::string_view text);

}  // namespace millrace::message
