// `millrace rebuild`.
#pragma once

#include <iosfwd>

#include "app/commands/run.h"

namespace millrace::app {

// With `digest_only` nothing is rebuilt: prints a digest of the projections as they are, for comparing two stores.
[[nodiscard]] int rebuild_store(const RunOptions& options, bool digest_only, std::ostream& out, std::ostream& err);

}  // namespace millrace::app
