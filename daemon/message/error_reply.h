// Error, as a value. What is known of the wire form stands in error_reply.cpp.
#pragma once

#include <cstdint>
#include <string>

namespace millrace::message {

// The cloud's complaint about something the bridge sent.
struct ErrorReply {
    std::int64_t code = 0;
    std::string message;
    std::int64_t timestamp_s = 0;
    std::string unknown;  // other members as a JSON object, empty when there are none
};

[[nodiscard]] std::string encode(const ErrorReply& error);

}  // namespace millrace::message
