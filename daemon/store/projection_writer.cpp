#include "store/projection_writer.h"

#include <SQLiteCpp/Database.h>

#include "store/connection.h"
#include "store/state_values.h"

namespace millrace::store {
namespace {

// Numbers are looked up for every record; this many devices are remembered before starting over.
constexpr std::size_t kMaxRememberedNumbers = 4'096;

}  // namespace

ProjectionWriter::ProjectionWriter(SQLite::Database& connection)
    : connection_(connection),
      find_number_(connection, "SELECT number FROM device_numbers WHERE device = ?"),
      add_number_(connection, "INSERT INTO device_numbers (device) VALUES (?)"),
      put_device_(connection,
                  "INSERT OR REPLACE INTO devices (device, kind, bridge, branch, firmware, first_seen_ms, last_seen_ms,"
                  " cloud_settings, cloud_sensors, cloud_devices) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      add_state_(connection,
                 "INSERT INTO states (device, time_ms, report, received_ms) VALUES (?, ?, ?, ?)"
                 " ON CONFLICT DO NOTHING"),
      add_event_(connection,
                 "INSERT INTO events (device, time_ms, type, extra, received_ms) VALUES (?, ?, ?, ?, ?)"
                 " ON CONFLICT DO NOTHING"),
      add_log_(connection,
               "INSERT INTO logs (device, time_ms, type, level, text, received_ms) VALUES (?, ?, ?, ?, ?, ?)"
               " ON CONFLICT DO NOTHING"),
      put_meter_(
          connection,
          "INSERT INTO meters (sensor, series, base, highest, last_time_ms, based_at_ms, lifetime_ul)"
          " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET series = excluded.series, base = excluded.base,"
          " highest = excluded.highest, last_time_ms = excluded.last_time_ms,"
          " based_at_ms = excluded.based_at_ms,"
          " lifetime_ul = max(lifetime_ul, excluded.lifetime_ul)"),
      readings_(connection) {}

void ProjectionWriter::apply(const ports::Projection& projection) {
    std::visit([this](const auto& record) { write(record); }, projection);
}

void ProjectionWriter::clear() {
    connection_.exec(
        "DELETE FROM devices; DELETE FROM readings; DELETE FROM series; DELETE FROM quarter_usage;"
        "DELETE FROM states; DELETE FROM events; DELETE FROM logs;"
        "UPDATE meters SET series = 0, base = NULL, highest = 0, last_time_ms = NULL, based_at_ms = NULL;"
        "DELETE FROM device_numbers WHERE number NOT IN (SELECT sensor FROM meters)");
    numbers_.clear();
}

std::int64_t ProjectionWriter::number_of(const base::DeviceId& device) {
    if (const auto known = numbers_.find(device); known != numbers_.end()) return known->second;
    std::optional<std::int64_t> number = number_from(find_number_, device);
    if (!number) {
        run(add_number_, device);
        number = connection_.getLastInsertRowid();
    }
    if (numbers_.size() >= kMaxRememberedNumbers) numbers_.clear();
    numbers_.emplace(device, *number);
    return *number;
}

void ProjectionWriter::write(const ports::DeviceRecord& record) {
    run(put_device_, number_of(record.id), static_cast<std::int64_t>(record.kind), record.bridge, record.branch,
        record.firmware, record.first_seen, record.last_seen, record.cloud_settings, record.cloud_sensors,
        record.cloud_devices);
}

void ProjectionWriter::write(const ports::ReadingRecord& record) {
    readings_.add(number_of(record.sensor), record.reading, record.series_base);
}

void ProjectionWriter::write(const ports::StateRecord& record) {
    run(add_state_, number_of(record.device), record.time, to_text(record.values), record.received);
}

void ProjectionWriter::write(const ports::EventRecord& record) {
    // Every event type in use is a power of two; one that needs the 64th bit is kept as a negative number.
    run(add_event_, number_of(record.device), record.time, static_cast<std::int64_t>(record.type), record.extra,
        record.received);
}

void ProjectionWriter::write(const ports::LogRecord& record) {
    run(add_log_, number_of(record.device), record.time, record.type, record.level, record.text, record.received);
}

void ProjectionWriter::write(const ports::MeterRecord& record) {
    const std::optional<std::int64_t> base =
        record.series.base ? std::optional(record.series.base->value) : std::nullopt;
    run(put_meter_, number_of(record.sensor), record.series.number, base, record.series.highest.value,
        record.series.last_time, record.series.based_at, record.lifetime.microlitres);
}

}  // namespace millrace::store
