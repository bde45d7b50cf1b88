// `millrace rebuild`.
#pragma once

#include <iosfwd>

#include "app/effective_settings.h"

namespace millrace::app {

// With `digest_only` nothing is rebuilt: prints a digest of the projections as they are, for comparing two stores.
// Findings are frames that stay sealed or cannot be decoded. Refuses to make readings vanish: a sealed archive is not
// rebuilt without the key that opens it once there are readings.
[[nodiscard]] int rebuild_store(const CommonOptions& options, bool digest_only, std::ostream& out, std::ostream& err);

}  // namespace millrace::app
