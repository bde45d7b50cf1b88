#include "store/frame_query.h"

#include <algorithm>
#include <limits>
#include <string>

#include <SQLiteCpp/Database.h>

#include "store/connection.h"
#include "store/frame_table.h"

namespace millrace::store {

base::Result<ports::FramePage, base::Error> read_frames(const SQLite::Database& connection,
                                                        const ports::FrameQuery& query) {
    SQLite::Statement ends(connection, "SELECT coalesce(max(id), 0), coalesce(min(id), 0) FROM frames");
    if (!ends.executeStep()) return ports::FramePage{};
    const std::int64_t above_all = int_at(ends, 0) + 1;
    const std::int64_t lowest = int_at(ends, 1);
    const std::int64_t below = std::min(query.below.value_or(above_all), above_all);
    const std::int64_t looked_from = below > lowest + kFramesLookedAt ? below - kFramesLookedAt : lowest;

    std::string sql = std::string("SELECT ") + kFrameColumns + " FROM frames f WHERE f.id < ?1 AND f.id >= ?2";
    if (query.bridge) sql += " AND f.bridge = ?3";
    if (query.from) sql += " AND f.received_ms >= ?4";
    if (query.to) sql += " AND f.received_ms < ?5";
    SQLite::Statement rows(connection, sql + " ORDER BY f.id DESC");
    bind_value(rows, 1, below);
    bind_value(rows, 2, looked_from);
    if (query.bridge) bind_value(rows, 3, *query.bridge);
    if (query.from) bind_value(rows, 4, *query.from);
    if (query.to) bind_value(rows, 5, *query.to);

    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMaxFramesPerPage);
    ports::FramePage page;
    std::size_t bytes = 0;
    while (rows.executeStep()) {
        if (page.frames.size() == limit || bytes >= kFullFramePageBytes) {
            page.next_below = page.frames.back().frame.id;
            return page;
        }
        page.frames.push_back({frame_at(rows), int_at(rows, kOpenedColumn) != static_cast<int>(Opened::No)});
        bytes += page.frames.back().frame.payload.size();
    }
    if (looked_from > lowest) page.next_below = looked_from;
    return page;
}

}  // namespace millrace::store
