// Runs emulated bridges against a server until they are done.
#pragma once

#include <iosfwd>

#include "base/time.h"
#include "emulate/settings.h"

namespace millrace::emulate {

// Returns when the duration is over, the water has ended and everything is acknowledged (or the server has not taken it
// in half a minute), or at once on SIGINT or SIGTERM. Says on `log` what it does and, at the end, what was done. The
// answer is an exit code: 0; 1 when something was left unacknowledged or no connection ever came about; 2 for bad
// settings.
[[nodiscard]] int run(const Settings& settings, std::ostream& log);
[[nodiscard]] int run(const Settings& settings, const base::Clock& clock, std::ostream& log);

}  // namespace millrace::emulate
