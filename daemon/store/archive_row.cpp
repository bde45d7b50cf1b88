#include "store/archive_row.h"

#include <algorithm>

#include "sql/statement.h"
#include "sql/upsert.h"

namespace millrace::store {

ArchiveRow load_archive(const sql::Connection& connection) {
    ArchiveRow row;
    sql::Statement saved(connection,
                         "SELECT counted_to, frames, sealed_frames, frame_bytes, dropped_by_age, dropped_by_size,"
                         " baseline_frame, baseline_received_ms, rebuilds, passed_to FROM archive");
    if (saved.step()) {
        row.saved_to = saved.integer(0);
        row.frames = saved.integer(1);
        row.sealed_frames = saved.integer(2);
        row.frame_bytes = saved.integer(3);
        row.dropped_by_age = saved.integer(4);
        row.dropped_by_size = saved.integer(5);
        row.baseline_frame = saved.integer(6);
        row.baseline_received = saved.time_at(7);
        row.rebuilds = saved.integer(8);
        row.passed_to = saved.integer(9);
    }
    sql::Statement since(connection,
                         "SELECT count(*), count(*) FILTER (WHERE opened = 0),"
                         " coalesce(sum(octet_length(topic) + octet_length(payload)), 0), coalesce(max(id), 0)"
                         " FROM frames WHERE id > ?");
    since.bind(1, row.saved_to);
    if (since.step()) {
        row.frames += since.integer(0);
        row.sealed_frames += since.integer(1);
        row.frame_bytes += since.integer(2);
        row.last_id = std::max({since.integer(3), row.saved_to, row.baseline_frame});
    }
    return row;
}

void save_archive(sql::Connection& connection, ArchiveRow& row) {
    sql::Statement save(connection,
                        sql::upsert("archive", 1,
                                    "row, counted_to, frames, sealed_frames, frame_bytes, dropped_by_age,"
                                    " dropped_by_size, baseline_frame, baseline_received_ms, rebuilds, passed_to"));
    save.run(std::int64_t{1}, row.last_id, row.frames, row.sealed_frames, row.frame_bytes, row.dropped_by_age,
             row.dropped_by_size, row.baseline_frame, row.baseline_received, row.rebuilds, row.passed_to);
    row.saved_to = row.last_id;
}

std::optional<base::WallTime> oldest_frame(const sql::Connection& connection) {
    sql::Statement query(connection, "SELECT received_ms FROM frames ORDER BY id LIMIT 1");
    const auto received_ms = query.number();
    return received_ms ? std::optional(base::from_unix_ms(*received_ms)) : std::nullopt;
}

}  // namespace millrace::store
