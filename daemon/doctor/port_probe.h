// Who listens at a port of this machine, and which other daemons of ours run, as /proc tells. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "doctor/facts.h"

namespace millrace::doctor {

// The whole of a small file; empty when it cannot be read. At most `limit` bytes of it.
[[nodiscard]] std::string read_file(const std::string& path, std::size_t limit = std::size_t{4} << 20);

// Programs of others are seen by root only; their process id is then 0.
[[nodiscard]] std::vector<PortHolder> holders_of(std::uint16_t port, const std::string& proc = "/proc");

// Process ids of `millrace run`, without our own.
[[nodiscard]] std::vector<int> other_daemons(const std::string& proc = "/proc");

}  // namespace millrace::doctor
