// The table `archive`, one row: how much the frame archive holds, and how far its baseline reaches.
//
// The figures are kept in memory and written now and then; what came since is counted when the store is opened, so
// that neither a commit nor the start pays for them. Throws sql::Error.
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"

namespace millrace::sql {
class Connection;
}  // namespace millrace::sql

namespace millrace::store {

struct ArchiveRow {
    std::int64_t last_id = 0;  // the newest frame there ever was
    std::int64_t frames = 0;
    std::int64_t sealed_frames = 0;  // of these, that no key has opened
    std::int64_t frame_bytes = 0;
    std::int64_t dropped_by_age = 0;
    std::int64_t dropped_by_size = 0;
    // All frames up to this one are in the baseline, those too that are still there; 0: no baseline.
    std::int64_t baseline_frame = 0;
    base::WallTime baseline_received;  // the newest receipt among them
    std::int64_t passed_to = 0;        // frames up to here that retention left are sealed or wait
    std::int64_t rebuilds = 0;         // begun, ever
    std::int64_t saved_to = 0;         // `last_id` when the row was last written

    [[nodiscard]] bool has_baseline() const { return baseline_frame > 0; }
};

// Reads the row and counts the frames that came after it was written.
[[nodiscard]] ArchiveRow load_archive(const sql::Connection& connection);

// Inside the caller's transaction.
void save_archive(sql::Connection& connection, ArchiveRow& row);

[[nodiscard]] std::optional<base::WallTime> oldest_frame(const sql::Connection& connection);

}  // namespace millrace::store
