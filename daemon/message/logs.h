// Logs, as a value. What is known of the wire form stands in logs.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace millrace::message {

// A line of the bridge's own log; levels 1, 2, 4, 8 rise in severity.
struct LogLine {
    std::int64_t timestamp_s = 0;
    std::int64_t type = 0;
    std::int64_t level = 0;
    std::string text;
    std::string unknown;  // other members as a JSON object, empty when there are none
};

struct Logs {
    std::vector<LogLine> lines;
};

[[nodiscard]] std::string encode(const Logs& logs);

}  // namespace millrace::message
