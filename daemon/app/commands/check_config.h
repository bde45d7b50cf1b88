// `millrace check-config`.
#pragma once

#include <iosfwd>

#include "app/effective_settings.h"

namespace millrace::app {

// Good when the file is, kExitFindings otherwise; a file that cannot be read is a finding too.
[[nodiscard]] int check_config(const CommonOptions& options, std::ostream& out, std::ostream& err);

}  // namespace millrace::app
