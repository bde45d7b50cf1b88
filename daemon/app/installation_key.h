// A key of this installation, kept in the state directory so that what was signed with it holds over a restart. It is
// in no backup.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "ports/random.h"

namespace millrace::app {

using InstallationKey = std::array<std::uint8_t, 32>;

// Reads `state_dir`/`name`, or makes it, readable for its owner only. Where that fails the key lasts until the end of
// the program, and the log says so, and for what: "buttons in notices work".
[[nodiscard]] InstallationKey installation_key(const std::string& state_dir, const std::string& name,
                                               const std::string& what_ends, ports::Random& random);

}  // namespace millrace::app
