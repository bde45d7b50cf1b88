// `millrace check-config`.
#pragma once

#include <iosfwd>

#include "app/commands/run.h"

namespace millrace::app {

// Exit code 0 when the file is good, 3 with findings, 1 when it cannot be read.
[[nodiscard]] int check_config(const RunOptions& options, std::ostream& out, std::ostream& err);

}  // namespace millrace::app
