// What the state directory is like. Looks only: nothing is made, opened or locked. Any thread.
#pragma once

#include <string>

#include "doctor/facts.h"

namespace millrace::doctor {

[[nodiscard]] FolderFacts look_at(const std::string& state_dir);

// The name of a user, else its number.
[[nodiscard]] std::string user_name(unsigned id);

}  // namespace millrace::doctor
