// Asks time servers for the time, each once. Blocks for up to two seconds; any thread.
#pragma once

#include <string>
#include <vector>

#include "doctor/facts.h"
#include "doctor/wait.h"

namespace millrace::doctor {

struct TimeServer {
    std::string name;  // as it was named
    Address address;
    std::uint16_t port = 123;
};

[[nodiscard]] std::vector<TimeAnswer> ask_times(const std::vector<TimeServer>& servers, const Bounds& bounds);

// Whether the kernel says that somebody keeps the clock right; nothing when it does not tell us.
[[nodiscard]] std::optional<bool> kernel_synchronised();

}  // namespace millrace::doctor
