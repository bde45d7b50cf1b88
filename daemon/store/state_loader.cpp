#include "store/state_loader.h"

#include <algorithm>
#include <map>
#include <tuple>

#include <SQLiteCpp/Database.h>

#include "store/alarm_table.h"
#include "store/category_table.h"
#include "store/connection.h"
#include "store/entry_table.h"
#include "store/learning_loader.h"
#include "store/projection_tables.h"
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
    "SELECT * FROM (SELECT arrival FROM @readings WHERE sensor = ?1 AND kind <> ?4 ORDER BY arrival DESC LIMIT ?2)"
    " UNION SELECT * FROM (SELECT arrival FROM @readings WHERE sensor = ?1 AND kind <> ?4"
    " AND series = (SELECT series FROM @meters WHERE sensor = ?1) ORDER BY total DESC, arrival DESC LIMIT ?3)";

std::vector<ports::DeviceRecord> load_devices(const SQLite::Database& connection, std::string_view prefix) {
    std::vector<ports::DeviceRecord> devices;
    SQLite::Statement query(
        connection, in_set(prefix,
                           "SELECT n.device, d.kind, d.bridge, d.branch, d.firmware, d.first_seen_ms, d.last_seen_ms,"
                           " d.cloud_settings, d.cloud_sensors, d.cloud_devices"
                           " FROM @devices d JOIN @device_numbers n ON n.number = d.device ORDER BY d.device"));
    while (query.executeStep()) {
        const auto id = device_at(query, 0);
        if (!id) continue;
        ports::DeviceRecord& record = devices.emplace_back();
        record.id = *id;
        record.kind = static_cast<ports::DeviceKind>(int_at(query, 1));
        record.bridge = device_at(query, 2);
        record.branch = optional_text_at(query, 3);
        record.firmware = optional_text_at(query, 4);
        record.first_seen = time_at(query, 5);
        record.last_seen = time_at(query, 6);
        record.cloud_settings = text_at(query, 7);
        record.cloud_sensors = text_at(query, 8);
        record.cloud_devices = text_at(query, 9);
    }
    return devices;
}

std::vector<ports::MeterRecord> load_meters(const SQLite::Database& connection, std::string_view prefix) {
    std::vector<ports::MeterRecord> meters;
    SQLite::Statement query(
        connection, in_set(prefix,
                           "SELECT n.device, m.series, m.base, m.highest, m.last_time_ms, m.based_at_ms, m.lifetime_ul"
                           " FROM @meters m JOIN @device_numbers n ON n.number = m.sensor ORDER BY m.sensor"));
    while (query.executeStep()) {
        const auto id = device_at(query, 0);
        if (!id) continue;
        ports::MeterRecord& record = meters.emplace_back();
        record.sensor = *id;
        record.series.number = int_at(query, 1);
        if (!query.isColumnNull(2)) record.series.base = base::PeakCount{int_at(query, 2)};
        record.series.highest = {int_at(query, 3)};
        if (!query.isColumnNull(4)) record.series.last_time = time_at(query, 4);
        if (!query.isColumnNull(5)) record.series.based_at = time_at(query, 5);
        record.lifetime = {int_at(query, 6)};
    }
    return meters;
}

// As `meter::SensorMeter::recent` held them.
std::vector<meter::Reading> load_recent(SQLite::Statement& query, std::int64_t sensor) {
    std::vector<meter::Reading> readings;
    const Rewind rewind(query);
    bind_values(query, sensor, kRecent, kHighest, kRepeat);
    while (query.executeStep()) {
        readings.push_back({time_at(query, 0),
                            time_at(query, 1),
                            int_at(query, 2) != 0,
                            int_at(query, 3),
                            {int_at(query, 4)},
                            {int_at(query, 5)},
                            static_cast<meter::ReadingKind>(int_at(query, 6))});
    }
    return readings;
}

// The newest value of each state that the device's last reports hold, stamped with the newest report's times.
std::optional<ports::StateRecord> load_states(SQLite::Statement& query, std::int64_t number,
                                              const base::DeviceId& device) {
    std::vector<ports::StateRecord> reports;
    const Rewind rewind(query);
    bind_values(query, number, kReportsToMerge);
    while (query.executeStep()) {
        reports.push_back({device, time_at(query, 0), time_at(query, 1), state_values(text_at(query, 2))});
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

ports::StoredState load_projected(const SQLite::Database& connection, std::string_view prefix) {
    ports::StoredState state;
    state.devices = load_devices(connection, prefix);
    state.meters = load_meters(connection, prefix);
    SQLite::Statement readings(connection,
                               in_set(prefix,
                                      "SELECT time_ms, received_ms, time_is_receipt, series, total, advance, kind"
                                      " FROM @readings WHERE sensor = ?1 AND arrival IN (") +
                                   in_set(prefix, kRecentArrivals) + ") ORDER BY arrival");
    SQLite::Statement states(connection, in_set(prefix,
                                                "SELECT time_ms, received_ms, report FROM @states WHERE device = ?"
                                                " ORDER BY time_ms DESC LIMIT ?"));
    SQLite::Statement numbers(connection, in_set(prefix, "SELECT number, device FROM @device_numbers ORDER BY number"));
    while (numbers.executeStep()) {
        const auto device = device_at(numbers, 1);
        if (!device) continue;
        auto recent = load_recent(readings, int_at(numbers, 0));
        if (!recent.empty()) state.recent_readings.emplace_back(*device, std::move(recent));
        auto newest = load_states(states, int_at(numbers, 0), *device);
        if (newest) state.latest_states.emplace_back(*device, std::move(*newest));
    }
    return state;
}

void trim_baseline(SQLite::Database& connection) {
    for (const char* table : {"quarter_usage", "events", "logs", "estimates", "heard", "frame_openings"}) {
        connection.exec(in_set(kBase, "DELETE FROM @") + table);
    }
    SQLite::Statement readings(connection,
                               in_set(kBase, "DELETE FROM @readings WHERE sensor = ?1 AND arrival NOT IN (") +
                                   in_set(kBase, kRecentArrivals) + ")");
    SQLite::Statement states(connection, in_set(kBase,
                                                "DELETE FROM @states WHERE device = ?1 AND time_ms <"
                                                " (SELECT min(time_ms) FROM (SELECT time_ms FROM @states"
                                                "  WHERE device = ?1 ORDER BY time_ms DESC LIMIT ?2))"));
    SQLite::Statement numbers(connection, in_set(kBase, "SELECT number FROM @device_numbers"));
    while (numbers.executeStep()) {
        run(readings, int_at(numbers, 0), kRecent, kHighest, kRepeat);
        run(states, int_at(numbers, 0), kReportsToMerge);
    }
}

ports::StoredState load_state(const SQLite::Database& connection) {
    ports::StoredState state = load_projected(connection, kPresent);
    // Frames at the end may have been dropped; their numbers are not given again.
    SQLite::Statement last_frame(connection,
                                 "SELECT max(coalesce((SELECT max(id) FROM frames), 0),"
                                 " coalesce((SELECT max(baseline_frame) FROM archive), 0))");
    state.last_frame_id = number_from(last_frame).value_or(0);
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
