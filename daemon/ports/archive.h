// What the frame archive holds and what is done with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace millrace::ports {

struct RebuildProgress {
    base::WallTime started;
    std::int64_t frames_done = 0;
    std::int64_t frames_in_all = 0;  // grows while frames come
    std::string reason;              // "asked for", "a key was added", "a new version reads the frames differently"
};

struct ArchiveStatus {
    std::int64_t frames = 0;
    std::int64_t sealed_frames = 0;  // of these, that no key has opened
    std::int64_t frame_bytes = 0;    // topics and payloads
    std::int64_t file_bytes = 0;     // of the database, its log included
    std::int64_t free_bytes = 0;     // inside the file, used again before it grows
    std::optional<base::WallTime> oldest_frame;
    std::int64_t dropped_by_age = 0;  // in all runs
    std::int64_t dropped_by_size = 0;
    std::optional<RebuildProgress> rebuild;  // under way
};

}  // namespace millrace::ports
