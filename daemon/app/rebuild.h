// Makes all projections anew from the frames, with the daemon stopped.
#pragma once

#include "app/replay.h"
#include "base/result.h"
#include "payload/key_ring.h"
#include "store/database.h"

namespace millrace::app {

// Refuses to make readings vanish for want of the key they were made with.
[[nodiscard]] base::Result<ReplayFigures, base::Error> rebuild(store::Database& database, payload::KeyRing keys);

}  // namespace millrace::app
