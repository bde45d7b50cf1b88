// What the state directory is like, and whether the database's server answers. Looks only: nothing is made or locked.
// Any thread.
#pragma once

#include <string>

#include "doctor/facts.h"

namespace millrace::doctor {

// Logs in at a PostgreSQL server, within some ten seconds; why it cannot, without what stands for a password. Empty: it
// can.
[[nodiscard]] std::string log_in_at(const std::string& address);

[[nodiscard]] FolderFacts look_at(const std::string& state_dir);

// The name of a user, else its number.
[[nodiscard]] std::string user_name(unsigned id);

}  // namespace millrace::doctor
