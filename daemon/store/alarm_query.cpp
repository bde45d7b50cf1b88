#include "store/alarm_query.h"

#include <algorithm>
#include <limits>
#include <string>

#include "sql/statement.h"
#include "store/alarm_table.h"
#include "store/category_table.h"

namespace millrace::store {
namespace {

std::int64_t rows_of(std::size_t asked, std::size_t most) {
    return static_cast<std::int64_t>(std::clamp<std::size_t>(asked, 1, most));
}

// The longest use of a sensor: how long before a moment one may have begun that still runs then.
std::int64_t longest_use_ms(const sql::Connection& connection, const base::DeviceId& sensor) {
    sql::Statement row(connection, "SELECT max(end_ms - start_ms) FROM uses WHERE sensor = ?");
    return std::max<std::int64_t>(0, row.number(sensor).value_or(0));
}

// How long before its last fill a machine's cycle may have begun (classify/classifier.cpp), and a little.
constexpr std::chrono::hours kLongestCycle{3};

// The fills of a machine's cycle are one use.
void join_fills(const sql::Connection& connection, const base::DeviceId& sensor, std::vector<ports::KeptUse>& uses) {
    sql::Statement fills(connection,
                         "SELECT count(*), max(end_ms), sum(volume_ul) FROM use_verdicts"
                         " JOIN uses USING (sensor, start_ms, overlapped, volume_ul)"
                         " WHERE sensor = ?1 AND cycle_ms = ?2 AND category = ?3");
    for (ports::KeptUse& kept : uses) {
        if (!kept.verdict || !classify::has_cycles(kept.verdict->category)) continue;
        const sql::Rewind rewind(fills);
        fills.bind_all(sensor, kept.use.start, std::string(classify::key(kept.verdict->category)));
        if (!fills.step() || fills.integer(0) < 2) continue;
        kept.cycle = ports::MachineCycle{static_cast<int>(fills.integer(0)), fills.time_at(1), {fills.integer(2)}};
    }
}

// An alarm is raised so long after its water began, and by a clock so far from the sensor's, at most.
constexpr std::chrono::hours kRaisedWithin{31 * 24};
constexpr std::chrono::hours kClocksApart{1};

struct AlarmsWater {
    std::int64_t alarm = 0;
    base::WallTime since;
    base::WallTime until;
};

// Of the sensor's alarms that may have been about water in the range, the newest first.
std::vector<AlarmsWater> alarms_water(const sql::Connection& connection, const base::DeviceId& sensor,
                                      base::WallTime from, base::WallTime to) {
    sql::Statement rows(connection, std::string("SELECT id, device, ") + kStandingColumns +
                                        " FROM incidents WHERE device = ?1 AND raised_ms < ?2"
                                        " AND (cleared_ms IS NULL OR cleared_ms >= ?3) ORDER BY id DESC");
    rows.bind_all(sensor, to + kRaisedWithin, from - kClocksApart);
    std::vector<AlarmsWater> found;
    while (rows.step()) {
        const auto incident = incident_at(rows);
        if (!incident || !detect::is_water(incident->finding.rule)) continue;
        // An open one is stored as it was at its last change, and its water may run still.
        found.push_back(
            {incident->id, incident->finding.since, incident->open() ? base::WallTime::max() : incident->finding.at});
    }
    return found;
}

void name_alarms(const sql::Connection& connection, const base::DeviceId& sensor, std::vector<ports::KeptUse>& uses) {
    if (uses.empty()) return;
    base::WallTime end = uses.front().use.end;
    for (const ports::KeptUse& kept : uses) end = std::max(end, kept.use.end);
    const auto alarms = alarms_water(connection, sensor, uses.front().use.start, end);
    for (ports::KeptUse& kept : uses) {
        const auto beside = std::find_if(alarms.begin(), alarms.end(), [&kept](const AlarmsWater& alarm) {
            return kept.use.start <= alarm.until && kept.use.end >= alarm.since;
        });
        if (beside != alarms.end()) kept.alarm = beside->alarm;
    }
}

}  // namespace

base::Result<std::vector<detect::Incident>, base::Error> read_incidents(const sql::Connection& connection,
                                                                        const ports::IncidentQuery& query) {
    // Only conditions that are asked for, so that the device's index is used when there is a device.
    std::string sql = std::string("SELECT id, device, ") + kStandingColumns + " FROM incidents WHERE id < ?1";
    if (query.device) sql += " AND device = ?2";
    if (query.from) sql += " AND raised_ms >= ?3";
    if (query.to) sql += " AND raised_ms < ?4";
    sql::Statement rows(connection, sql + " ORDER BY id DESC LIMIT ?5");
    rows.bind(1, query.below.value_or(std::numeric_limits<std::int64_t>::max()));
    if (query.device) rows.bind(2, *query.device);
    if (query.from) rows.bind(3, *query.from);
    if (query.to) rows.bind(4, *query.to);
    rows.bind(5, rows_of(query.limit, kMaxIncidentsPerPage));
    std::vector<detect::Incident> incidents;
    while (rows.step()) {
        if (auto incident = incident_at(rows)) incidents.push_back(std::move(*incident));
    }
    return incidents;
}

base::Result<std::vector<detect::AlarmEvent>, base::Error> read_incident_history(
    const sql::Connection& connection, const ports::IncidentHistoryQuery& query) {
    sql::Statement rows(connection,
                        std::string("SELECT incident, (SELECT device FROM incidents WHERE id = incident), ") +
                            kStandingColumns +
                            ", change, at_ms, who FROM incident_events"
                            " WHERE incident = ? ORDER BY number DESC LIMIT ?");
    rows.bind_all(query.incident, static_cast<std::int64_t>(kMaxIncidentEvents));
    std::vector<detect::AlarmEvent> events;
    while (rows.step()) {
        auto incident = incident_at(rows);
        if (!incident) continue;
        events.push_back(
            {static_cast<detect::Change>(rows.integer(14)), rows.time_at(15), rows.text(16), std::move(*incident)});
    }
    std::reverse(events.begin(), events.end());
    return events;
}

base::Result<std::vector<ports::KeptUse>, base::Error> read_uses(const sql::Connection& connection,
                                                                 const ports::UseQuery& query) {
    constexpr std::int64_t kEarliest = std::numeric_limits<std::int64_t>::min();
    const std::int64_t from = base::unix_ms(query.from);
    const std::int64_t longest = longest_use_ms(connection, query.sensor);
    const std::int64_t reach = std::max(longest, base::Milliseconds(kLongestCycle).count());
    std::int64_t begins = from < kEarliest + reach ? kEarliest : from - reach;
    if (query.after && base::unix_ms(*query.after) >= begins) begins = base::unix_ms(*query.after) + 1;
    sql::Statement rows(connection, std::string("SELECT ") + kUseColumns + kWordColumns + kUsesWithWords +
                                        " WHERE sensor = ?1 AND start_ms >= ?2 AND start_ms < ?3"
                                        " AND coalesce(cycle_ms, start_ms) = start_ms"
                                        " AND (end_ms > ?4 OR start_ms >= ?4 OR EXISTS"
                                        "  (SELECT 1 FROM use_verdicts f WHERE f.sensor = ?1 AND f.start_ms >= ?4"
                                        "   AND f.cycle_ms = uses.start_ms AND f.category = v.category))"
                                        " ORDER BY start_ms, overlapped, volume_ul LIMIT ?5");
    rows.bind_all(query.sensor, begins, query.to, query.from, static_cast<std::int64_t>(kMaxUsesPerPage));
    const auto limit = static_cast<std::size_t>(rows_of(query.limit, kMaxUsesPerPage));
    std::vector<ports::KeptUse> uses;
    while (rows.step()) {
        if (uses.size() >= limit && rows.time_at(0) != uses.back().use.start) break;
        uses.push_back(kept_use_at(rows));
    }
    join_fills(connection, query.sensor, uses);
    name_alarms(connection, query.sensor, uses);
    return uses;
}

base::Result<std::optional<ports::KeptUse>, base::Error> read_use(const sql::Connection& connection,
                                                                  const ports::OneUseQuery& query) {
    sql::Statement row(connection, std::string("SELECT ") + kUseColumns + kWordColumns + kUsesWithWords +
                                       " WHERE sensor = ?1 AND start_ms = ?2 AND overlapped = ?3 AND volume_ul = ?4");
    row.bind_all(query.sensor, query.use.start, std::int64_t{query.use.overlapped}, query.use.volume.microlitres);
    if (!row.step()) return std::nullopt;
    std::vector<ports::KeptUse> found{kept_use_at(row)};
    join_fills(connection, query.sensor, found);
    name_alarms(connection, query.sensor, found);
    return std::move(found.front());
}

base::Result<std::vector<ports::DeliveryRecord>, base::Error> read_deliveries(const sql::Connection& connection,
                                                                              const ports::DeliveryQuery& query) {
    sql::Statement rows(connection, std::string("SELECT ") + kDeliveryColumns + " FROM deliveries" +
                                        (query.channel ? " WHERE channel = ?1" : "") +
                                        " ORDER BY number DESC LIMIT ?2");
    if (query.channel) rows.bind(1, *query.channel);
    rows.bind(2, rows_of(query.limit, kMaxDeliveriesPerPage));
    std::vector<ports::DeliveryRecord> deliveries;
    while (rows.step()) deliveries.push_back(delivery_at(rows));
    return deliveries;
}

}  // namespace millrace::store
