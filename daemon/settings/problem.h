// What is wrong with a config file, and where.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace millrace::settings {

struct Position {
    std::size_t line = 0;  // from 1; 0 when the problem is with the whole file
    std::size_t column = 0;
};

struct Problem {
    Position at;
    std::string key;      // "mqtt.port"; empty when it is about the file
    std::string message;  // what is wrong and what is allowed; never a secret's value
};

using Problems = std::vector<Problem>;

// More than these are not worth reading; the rest is left out.
inline constexpr std::size_t kMaxProblems = 50;

// "FILE:LINE:COL: key: message"
[[nodiscard]] std::string to_line(const std::string& file, const Problem& problem);

}  // namespace millrace::settings
