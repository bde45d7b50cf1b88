#include "store/archive_row.h"

#include <algorithm>

#include <SQLiteCpp/Database.h>

#include "store/connection.h"

namespace millrace::store {

ArchiveRow load_archive(const SQLite::Database& connection) {
    ArchiveRow row;
    SQLite::Statement saved(connection,
                            "SELECT counted_to, frames, sealed_frames, frame_bytes, dropped_by_age, dropped_by_size,"
                            " baseline_frame, baseline_received_ms, rebuilds, passed_to FROM archive");
    if (saved.executeStep()) {
        row.saved_to = int_at(saved, 0);
        row.frames = int_at(saved, 1);
        row.sealed_frames = int_at(saved, 2);
        row.frame_bytes = int_at(saved, 3);
        row.dropped_by_age = int_at(saved, 4);
        row.dropped_by_size = int_at(saved, 5);
        row.baseline_frame = int_at(saved, 6);
        row.baseline_received = time_at(saved, 7);
        row.rebuilds = int_at(saved, 8);
        row.passed_to = int_at(saved, 9);
    }
    SQLite::Statement since(connection,
                            "SELECT count(*), coalesce(sum(opened = 0), 0),"
                            " coalesce(sum(length(CAST(topic AS BLOB)) + length(payload)), 0), coalesce(max(id), 0)"
                            " FROM frames WHERE id > ?");
    since.bind(1, row.saved_to);
    if (since.executeStep()) {
        row.frames += int_at(since, 0);
        row.sealed_frames += int_at(since, 1);
        row.frame_bytes += int_at(since, 2);
        row.last_id = std::max({int_at(since, 3), row.saved_to, row.baseline_frame});
    }
    return row;
}

void save_archive(SQLite::Database& connection, ArchiveRow& row) {
    SQLite::Statement save(connection,
                           "INSERT OR REPLACE INTO archive (row, counted_to, frames, sealed_frames, frame_bytes,"
                           " dropped_by_age, dropped_by_size, baseline_frame, baseline_received_ms, rebuilds,"
                           " passed_to) VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    run(save, row.last_id, row.frames, row.sealed_frames, row.frame_bytes, row.dropped_by_age, row.dropped_by_size,
        row.baseline_frame, row.baseline_received, row.rebuilds, row.passed_to);
    row.saved_to = row.last_id;
}

std::optional<base::WallTime> oldest_frame(const SQLite::Database& connection) {
    SQLite::Statement query(connection, "SELECT received_ms FROM frames ORDER BY id LIMIT 1");
    const auto received_ms = number_from(query);
    return received_ms ? std::optional(base::from_unix_ms(*received_ms)) : std::nullopt;
}

}  // namespace millrace::store
