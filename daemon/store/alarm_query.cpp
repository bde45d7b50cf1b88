#include "store/alarm_query.h"

#include <algorithm>
#include <limits>
#include <string>

#include <SQLiteCpp/Database.h>

#include "store/alarm_table.h"
#include "store/connection.h"

namespace millrace::store {
namespace {

std::int64_t rows_of(std::size_t asked, std::size_t most) {
    return static_cast<std::int64_t>(std::clamp<std::size_t>(asked, 1, most));
}

// The longest use of a sensor: how long before a moment one may have begun that still runs then.
std::int64_t longest_use_ms(const SQLite::Database& connection, const base::DeviceId& sensor) {
    SQLite::Statement row(connection, "SELECT max(end_ms - start_ms) FROM uses WHERE sensor = ?");
    return std::max<std::int64_t>(0, number_from(row, sensor).value_or(0));
}

}  // namespace

base::Result<std::vector<detect::Incident>, base::Error> read_incidents(const SQLite::Database& connection,
                                                                        const ports::IncidentQuery& query) {
    // Only conditions that are asked for, so that the device's index is used when there is a device.
    std::string sql = std::string("SELECT id, device, ") + kStandingColumns + " FROM incidents WHERE id < ?1";
    if (query.device) sql += " AND device = ?2";
    if (query.from) sql += " AND raised_ms >= ?3";
    if (query.to) sql += " AND raised_ms < ?4";
    SQLite::Statement rows(connection, sql + " ORDER BY id DESC LIMIT ?5");
    bind_value(rows, 1, query.below.value_or(std::numeric_limits<std::int64_t>::max()));
    if (query.device) bind_value(rows, 2, *query.device);
    if (query.from) bind_value(rows, 3, *query.from);
    if (query.to) bind_value(rows, 4, *query.to);
    bind_value(rows, 5, rows_of(query.limit, kMaxIncidentsPerPage));
    std::vector<detect::Incident> incidents;
    while (rows.executeStep()) {
        if (auto incident = incident_at(rows)) incidents.push_back(std::move(*incident));
    }
    return incidents;
}

base::Result<std::vector<detect::AlarmEvent>, base::Error> read_incident_history(
    const SQLite::Database& connection, const ports::IncidentHistoryQuery& query) {
    SQLite::Statement rows(connection,
                           std::string("SELECT incident, (SELECT device FROM incidents WHERE id = incident), ") +
                               kStandingColumns +
                               ", change, at_ms, who FROM incident_events"
                               " WHERE incident = ? ORDER BY number DESC LIMIT ?");
    bind_values(rows, query.incident, static_cast<std::int64_t>(kMaxIncidentEvents));
    std::vector<detect::AlarmEvent> events;
    while (rows.executeStep()) {
        auto incident = incident_at(rows);
        if (!incident) continue;
        events.push_back({static_cast<detect::Change>(int_at(rows, 14)), time_at(rows, 15), text_at(rows, 16),
                          std::move(*incident)});
    }
    std::reverse(events.begin(), events.end());
    return events;
}

base::Result<std::vector<detect::Use>, base::Error> read_uses(const SQLite::Database& connection,
                                                              const ports::UseQuery& query) {
    constexpr std::int64_t kEarliest = std::numeric_limits<std::int64_t>::min();
    const std::int64_t from = base::unix_ms(query.from);
    const std::int64_t longest = longest_use_ms(connection, query.sensor);
    std::int64_t begins = from < kEarliest + longest ? kEarliest : from - longest;
    if (query.after && base::unix_ms(*query.after) >= begins) begins = base::unix_ms(*query.after) + 1;
    SQLite::Statement rows(connection, std::string("SELECT ") + kUseColumns +
                                           " FROM uses WHERE sensor = ?1 AND start_ms >= ?2 AND start_ms < ?3"
                                           " AND (end_ms > ?4 OR start_ms >= ?4)"
                                           " ORDER BY start_ms, overlapped, volume_ul LIMIT ?5");
    bind_values(rows, query.sensor, begins, query.to, query.from, static_cast<std::int64_t>(kMaxUsesPerPage));
    const auto limit = static_cast<std::size_t>(rows_of(query.limit, kMaxUsesPerPage));
    std::vector<detect::Use> uses;
    while (rows.executeStep()) {
        if (uses.size() >= limit && time_at(rows, 0) != uses.back().start) break;
        uses.push_back(use_at(rows));
    }
    return uses;
}

base::Result<std::vector<ports::DeliveryRecord>, base::Error> read_deliveries(const SQLite::Database& connection,
                                                                              const ports::DeliveryQuery& query) {
    SQLite::Statement rows(connection, std::string("SELECT ") + kDeliveryColumns + " FROM deliveries" +
                                           (query.channel ? " WHERE channel = ?1" : "") +
                                           " ORDER BY number DESC LIMIT ?2");
    if (query.channel) bind_value(rows, 1, *query.channel);
    bind_value(rows, 2, rows_of(query.limit, kMaxDeliveriesPerPage));
    std::vector<ports::DeliveryRecord> deliveries;
    while (rows.executeStep()) deliveries.push_back(delivery_at(rows));
    return deliveries;
}

}  // namespace millrace::store
