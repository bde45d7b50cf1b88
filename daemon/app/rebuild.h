// Makes all projections anew from the frames.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "payload/key_ring.h"
#include "store/database.h"

namespace millrace::app {

struct RebuildSummary {
    std::uint64_t frames = 0;
    std::uint64_t not_opened = 0;
    std::uint64_t not_decoded = 0;
    std::uint64_t readings = 0;
};

// Replays the archive through a fresh pipeline. Calibrations join the registers at the frame after which they were
// entered, so the same archive gives the same registers.
[[nodiscard]] base::Result<RebuildSummary, base::Error> rebuild(store::Database& database, payload::KeyRing keys);

}  // namespace millrace::app
