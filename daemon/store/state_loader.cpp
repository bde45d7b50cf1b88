#include "store/state_loader.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "sql/statement.h"
#include "store/alarm_table.h"
#include "store/category_table.h"
#include "store/entry_table.h"
#include "store/learning_loader.h"
#include "store/projection_tables.h"
#include "store/reading_table.h"
#include "store/state_values.h"

namespace millrace::store {
namespace {

// A report may hold any subset of a device's states; in this many reports all that it still tells have shown up.
constexpr std::int64_t kReportsToMerge = 64;

constexpr auto kRecent = static_cast<std::int64_t>(meter::SensorMeter::kRecentReadings);
constexpr auto kHighest = static_cast<std::int64_t>(meter::SensorMeter::kHighestReadings);
constexpr auto kRepeat = static_cast<std::int64_t>(meter::ReadingKind::Repeat);

// Of a sensor's readings (?1), those that its meter holds.
constexpr const char* kRecentArrivals =
    "SELECT * FROM (SELECT arrival FROM @readings WHERE sensor = ?1 AND kind <> ?4 ORDER BY arrival DESC LIMIT ?2) AS "
    "newest"
    " UNION SELECT * FROM (SELECT arrival FROM @readings WHERE sensor = ?1 AND kind <> ?4"
    " AND series = (SELECT series FROM @meters WHERE sensor = ?1) ORDER BY total DESC, arrival DESC LIMIT ?3) AS "
    "highest";

std::vector<ports::DeviceRecord> load_devices(const sql::Connection& connection, std::string_view prefix) {
    std::vector<ports::DeviceRecord> devices;
    sql::Statement query(
        connection, in_set(prefix,
                           "SELECT n.device, d.kind, d.bridge, d.branch, d.firmware, d.first_seen_ms, d.last_seen_ms,"
                           " d.cloud_settings, d.cloud_sensors, d.cloud_devices"
                           " FROM @devices d JOIN @device_numbers n ON n.number = d.device ORDER BY d.device"));
    while (query.step()) {
        const auto id = query.device(0);
        if (!id) continue;
        ports::DeviceRecord& record = devices.emplace_back();
        record.id = *id;
        record.kind = static_cast<ports::DeviceKind>(query.integer(1));
        record.bridge = query.device(2);
        record.branch = query.optional_text(3);
        record.firmware = query.optional_text(4);
        record.first_seen = query.time_at(5);
        record.last_seen = query.time_at(6);
        record.cloud_settings = query.text(7);
        record.cloud_sensors = query.text(8);
        record.cloud_devices = query.text(9);
    }
    return devices;
}

std::vector<ports::MeterRecord> load_meters(const sql::Connection& connection, std::string_view prefix) {
    std::vector<ports::MeterRecord> meters;
    sql::Statement query(
        connection, in_set(prefix,
                           "SELECT n.device, m.series, m.base, m.highest, m.last_time_ms, m.based_at_ms, m.lifetime_ul"
                           " FROM @meters m JOIN @device_numbers n ON n.number = m.sensor ORDER BY m.sensor"));
    while (query.step()) {
        const auto id = query.device(0);
        if (!id) continue;
        ports::MeterRecord& record = meters.emplace_back();
        record.sensor = *id;
        record.series.number = query.integer(1);
        if (!query.is_null(2)) record.series.base = base::PeakCount{query.integer(2)};
        record.series.highest = {query.integer(3)};
        if (!query.is_null(4)) record.series.last_time = query.time_at(4);
        if (!query.is_null(5)) record.series.based_at = query.time_at(5);
        record.lifetime = {query.integer(6)};
    }
    return meters;
}

// As `meter::SensorMeter::recent` held them.
std::vector<meter::Reading> load_recent(sql::Statement& query, std::int64_t sensor) {
    std::vector<meter::Reading> readings;
    const sql::Rewind rewind(query);
    query.bind_all(sensor, kRecent, kHighest, kRepeat);
    while (query.step()) {
        readings.push_back(reading_at(query));
    }
    return readings;
}

// The newest value of each state that the device's last reports hold, stamped with the newest report's times.
std::optional<ports::StateRecord> load_states(sql::Statement& query, std::int64_t number,
                                              const base::DeviceId& device) {
    std::vector<ports::StateRecord> reports;
    const sql::Rewind rewind(query);
    query.bind_all(number, kReportsToMerge);
    while (query.step()) {
        reports.push_back({device, query.time_at(0), query.time_at(1), state_values(query.text(2))});
    }
    if (reports.empty()) return std::nullopt;
    std::stable_sort(reports.begin(), reports.end(), [](const auto& a, const auto& b) {
        return std::tie(a.received, a.time) < std::tie(b.received, b.time);
    });
    std::map<std::uint64_t, std::int64_t> newest;
    for (const ports::StateRecord& report : reports) {
        for (const auto& [key, value] : report.values) newest[key] = value;
    }
    ports::StateRecord merged = std::move(reports.back());
    merged.values.assign(newest.begin(), newest.end());
    return merged;
}

}  // namespace

ports::StoredState load_projected(const sql::Connection& connection, std::string_view prefix) {
    ports::StoredState state;
    state.devices = load_devices(connection, prefix);
    state.meters = load_meters(connection, prefix);
    sql::Statement readings(connection, std::string("SELECT ") + kReadingColumns +
                                            in_set(prefix, " FROM @readings WHERE sensor = ?1 AND arrival IN (") +
                                            in_set(prefix, kRecentArrivals) + ") ORDER BY arrival");
    sql::Statement states(connection, in_set(prefix,
                                             "SELECT time_ms, received_ms, report FROM @states WHERE device = ?"
                                             " ORDER BY time_ms DESC LIMIT ?"));
    sql::Statement numbers(connection, in_set(prefix, "SELECT number, device FROM @device_numbers ORDER BY number"));
    while (numbers.step()) {
        const auto device = numbers.device(1);
        if (!device) continue;
        auto recent = load_recent(readings, numbers.integer(0));
        if (!recent.empty()) state.recent_readings.emplace_back(*device, std::move(recent));
        auto newest = load_states(states, numbers.integer(0), *device);
        if (newest) state.latest_states.emplace_back(*device, std::move(*newest));
    }
    return state;
}

void trim_baseline(sql::Connection& connection) {
    for (const char* table : {"quarter_usage", "events", "logs", "estimates", "heard", "frame_openings"}) {
        connection.execute(in_set(kBase, "DELETE FROM @") + table);
    }
    sql::Statement readings(connection, in_set(kBase, "DELETE FROM @readings WHERE sensor = ?1 AND arrival NOT IN (") +
                                            in_set(kBase, kRecentArrivals) + ")");
    sql::Statement states(connection, in_set(kBase,
                                             "DELETE FROM @states WHERE device = ?1 AND time_ms <"
                                             " (SELECT min(time_ms) FROM (SELECT time_ms FROM @states"
                                             "  WHERE device = ?1 ORDER BY time_ms DESC LIMIT ?2) AS newest)"));
    sql::Statement numbers(connection, in_set(kBase, "SELECT number FROM @device_numbers"));
    while (numbers.step()) {
        readings.run(numbers.integer(0), kRecent, kHighest, kRepeat);
        states.run(numbers.integer(0), kReportsToMerge);
    }
}

ports::StoredState load_state(const sql::Connection& connection) {
    ports::StoredState state = load_projected(connection, kPresent);
    // Frames at the end may have been dropped; their numbers are not given again.
    sql::Statement last_frame(connection,
                              "SELECT max(id) FROM (SELECT max(id) AS id FROM frames"
                              " UNION ALL SELECT max(baseline_frame) FROM archive) AS ends");
    state.last_frame_id = last_frame.number().value_or(0);
    state.calibrations = read_calibrations(connection);
    state.meter_readings = read_meter_readings(connection);
    state.choices = read_choices(connection);
    state.waiting = read_waiting(connection);
    state.last_run = read_last_run(connection);
    state.incidents = read_kept_incidents(connection);
    state.last_incident = read_last_incident(connection);
    state.deliveries = read_kept_deliveries(connection);
    state.last_delivery = read_last_delivery(connection);
    state.learning_readings = load_learning(connection);
    state.recent_uses = load_recent_uses(connection);
    state.category_totals = load_category_totals(connection);
    return state;
}

}  // namespace millrace::store
