#include "store/device_query.h"

#include <algorithm>
#include <string>

#include "base/direction.h"
#include "sql/statement.h"
#include "store/frame_query.h"
#include "store/state_values.h"

namespace millrace::store {
namespace {

// `columns` come from `table` with time_ms and received_ms before them, and are all of its key after the device and the
// time, so that rows of one time have an order. `read(row)` makes the record of a row, `bytes(record)` what it weighs.
template <typename Record, typename Read, typename Bytes>
ports::DevicePage<Record> read_page(const sql::Connection& connection, const ports::DeviceQuery& query,
                                    const std::string& table, const std::string& columns, const std::string& order,
                                    Read read, Bytes bytes) {
    std::string sql = "SELECT time_ms, received_ms, " + columns + " FROM " + table +
                      " WHERE device = (SELECT number FROM device_numbers WHERE device = ?1)";
    if (query.from) sql += " AND time_ms >= ?2";
    if (query.to) sql += " AND time_ms < ?3";
    if (query.after) sql += " AND time_ms <= ?4";
    sql::Statement rows(connection, sql + " ORDER BY time_ms DESC, " + order + " LIMIT ?5 OFFSET ?6");
    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMaxReportsPerPage);
    rows.bind(1, query.device);
    if (query.from) rows.bind(2, *query.from);
    if (query.to) rows.bind(3, *query.to);
    if (query.after) rows.bind(4, query.after->time);
    rows.bind(5, static_cast<std::int64_t>(limit) + 1);
    rows.bind(6, query.after ? static_cast<std::int64_t>(query.after->passed) : 0);

    ports::DevicePage<Record> page;
    ports::PlaceInTime place = query.after.value_or(ports::PlaceInTime{});
    std::size_t filled = 0;
    while (rows.step()) {
        if (page.records.size() == limit || filled >= kFullReportPageBytes) {
            page.next = place;
            break;
        }
        Record record = read(rows);
        record.device = query.device;
        record.time = rows.time_at(0);
        record.received = rows.time_at(1);
        place = place.time == record.time ? ports::PlaceInTime{place.time, place.passed + 1}
                                          : ports::PlaceInTime{record.time, 1};
        filled += bytes(record);
        page.records.push_back(std::move(record));
    }
    return page;
}

}  // namespace

base::Result<ports::DevicePage<ports::StateRecord>, base::Error> read_states(const sql::Connection& connection,
                                                                             const ports::DeviceQuery& query) {
    constexpr std::size_t kValueBytes = 16;
    return read_page<ports::StateRecord>(
        connection, query, "states", "report", "report DESC",
        [](const sql::Statement& row) {
            ports::StateRecord record;
            record.values = state_values(row.text(2));
            return record;
        },
        [](const ports::StateRecord& record) { return record.values.size() * kValueBytes; });
}

base::Result<ports::DevicePage<ports::EventRecord>, base::Error> read_events(const sql::Connection& connection,
                                                                             const ports::DeviceQuery& query) {
    return read_page<ports::EventRecord>(
        connection, query, "events", "type, extra", "type DESC, extra DESC",
        [](const sql::Statement& row) {
            ports::EventRecord record;
            record.type = static_cast<std::uint64_t>(row.integer(2));
            record.extra = row.text(3);
            return record;
        },
        [](const ports::EventRecord& record) { return record.extra.size(); });
}

base::Result<ports::DevicePage<ports::LogRecord>, base::Error> read_logs(const sql::Connection& connection,
                                                                         const ports::DeviceQuery& query) {
    return read_page<ports::LogRecord>(
        connection, query, "logs", "type, level, text", "type DESC, level DESC, text DESC",
        [](const sql::Statement& row) {
            ports::LogRecord record;
            record.type = row.integer(2);
            record.level = row.integer(3);
            record.text = row.text(4);
            return record;
        },
        [](const ports::LogRecord& record) { return record.text.size(); });
}

base::Result<ports::BootPage, base::Error> read_boots(const sql::Connection& connection,
                                                      const ports::BootQuery& query) {
    ports::BootPage page;
    sql::Statement ends(connection, "SELECT coalesce(max(id), 0), coalesce(min(id), 0) FROM frames");
    if (!ends.step() || ends.integer(0) == 0) return page;
    const std::int64_t above_all = ends.integer(0) + 1;
    const std::int64_t lowest = ends.integer(1);
    const std::int64_t below = std::min(query.below.value_or(above_all), above_all);
    const std::int64_t looked_from = below > lowest + kFramesLookedAt ? below - kFramesLookedAt : lowest;

    std::string sql =
        "SELECT id, received_ms FROM frames WHERE id < ?1 AND id >= ?2 AND direction = ?3"
        " AND topic LIKE '2/7/%/' || ?4 || '/%'";
    if (query.from) sql += " AND received_ms >= ?5";
    if (query.to) sql += " AND received_ms < ?6";
    sql::Statement rows(connection, sql + " ORDER BY id DESC");
    rows.bind(1, below);
    rows.bind(2, looked_from);
    rows.bind(3, static_cast<std::int64_t>(base::Direction::ToCloud));
    rows.bind(4, query.device);
    if (query.from) rows.bind(5, *query.from);
    if (query.to) rows.bind(6, *query.to);

    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMaxReportsPerPage);
    std::int64_t looked_to = looked_from;
    bool full = false;
    while (rows.step()) {
        const base::WallTime received = rows.time_at(1);
        if (!page.boots.empty() && page.boots.back().received - received < kBootRepeats) {
            page.boots.back().received = received;
            ++page.boots.back().frames;
        } else if (page.boots.size() == limit) {
            full = true;
            break;
        } else {
            page.boots.push_back({received, 1});
        }
        looked_to = rows.integer(0);
    }
    if (!full) looked_to = looked_from;
    if (full || looked_from > lowest) page.next_below = looked_to;
    sql::Statement oldest(connection, "SELECT received_ms FROM frames WHERE id >= ? ORDER BY id LIMIT 1");
    oldest.bind(1, looked_to);
    if (oldest.step()) page.looked_from = oldest.time_at(0);
    return page;
}

base::Result<std::map<base::DeviceId, base::WallTime>, base::Error> read_first_readings(
    const sql::Connection& connection, const EverySensor&) {
    std::map<base::DeviceId, base::WallTime> first;
    // The key begins with the sensor and the time: each takes one step into it.
    sql::Statement rows(connection,
                        "SELECT d.device, (SELECT min(time_ms) FROM readings r WHERE r.sensor = d.number)"
                        " FROM meters m JOIN device_numbers d ON d.number = m.sensor");
    while (rows.step()) {
        const auto sensor = rows.device(0);
        const auto time = rows.optional_time(1);
        if (sensor && time) first[*sensor] = *time;
    }
    return first;
}

}  // namespace millrace::store
