#include "store/frame_query.h"

#include <algorithm>
#include <limits>
#include <string>

#include "sql/statement.h"
#include "store/frame_table.h"

namespace millrace::store {

base::Result<ports::FramePage, base::Error> read_frames(const sql::Connection& connection,
                                                        const ports::FrameQuery& query) {
    sql::Statement ends(connection, "SELECT coalesce(max(id), 0), coalesce(min(id), 0) FROM frames");
    if (!ends.step()) return ports::FramePage{};
    const std::int64_t above_all = ends.integer(0) + 1;
    const std::int64_t lowest = ends.integer(1);
    const std::int64_t below = std::min(query.below.value_or(above_all), above_all);
    const std::int64_t looked_from = below > lowest + kFramesLookedAt ? below - kFramesLookedAt : lowest;

    std::string sql = std::string("SELECT ") + kFrameColumns + " FROM frames f WHERE f.id < ?1 AND f.id >= ?2";
    if (query.bridge) sql += " AND f.bridge = ?3";
    if (query.from) sql += " AND f.received_ms >= ?4";
    if (query.to) sql += " AND f.received_ms < ?5";
    sql::Statement rows(connection, sql + " ORDER BY f.id DESC");
    rows.bind(1, below);
    rows.bind(2, looked_from);
    if (query.bridge) rows.bind(3, *query.bridge);
    if (query.from) rows.bind(4, *query.from);
    if (query.to) rows.bind(5, *query.to);

    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMaxFramesPerPage);
    ports::FramePage page;
    std::size_t bytes = 0;
    while (rows.step()) {
        if (page.frames.size() == limit || bytes >= kFullFramePageBytes) {
            page.next_below = page.frames.back().frame.id;
            return page;
        }
        page.frames.push_back({frame_at(rows), rows.integer(kOpenedColumn) != static_cast<int>(Opened::No)});
        bytes += page.frames.back().frame.payload.size();
    }
    if (looked_from > lowest) page.next_below = looked_from;
    return page;
}

}  // namespace millrace::store
