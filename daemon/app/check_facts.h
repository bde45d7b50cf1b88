// What the checks know before they ask anybody: of the settings, and of the machine.
#pragma once

#include <string>

#include "doctor/facts.h"
#include "settings/settings.h"

namespace millrace::app {

// Without a daemon. `config_file` may be empty.
[[nodiscard]] doctor::Known facts_known(const settings::Settings& settings, const std::string& config_file,
                                        base::WallTime now);

// With all that a running daemon knows; `config_problem` is what would keep it from starting again.
[[nodiscard]] doctor::Known with_house(doctor::Known known, std::string config_problem, doctor::House house);

}  // namespace millrace::app
