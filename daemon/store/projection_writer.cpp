#include "store/projection_writer.h"

#include <SQLiteCpp/Database.h>

#include "store/connection.h"
#include "store/state_values.h"

namespace millrace::store {
namespace {

// Numbers are looked up for every record; this many devices are remembered before starting over.
constexpr std::size_t kMaxRememberedNumbers = 4'096;

}  // namespace

ProjectionWriter::ProjectionWriter(SQLite::Database& connection, std::string_view prefix)
    : connection_(connection),
      find_number_(connection, in_set(prefix, "SELECT number FROM @device_numbers WHERE device = ?")),
      add_number_(connection, in_set(prefix, "INSERT INTO @device_numbers (device) VALUES (?)")),
      put_device_(connection, in_set(prefix,
                                     "INSERT OR REPLACE INTO @devices (device, kind, bridge, branch, firmware,"
                                     " first_seen_ms, last_seen_ms, cloud_settings, cloud_sensors, cloud_devices)"
                                     " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      add_state_(connection, in_set(prefix,
                                    "INSERT INTO @states (device, time_ms, report, received_ms) VALUES (?, ?, ?, ?)"
                                    " ON CONFLICT DO NOTHING")),
      add_event_(connection, in_set(prefix,
                                    "INSERT INTO @events (device, time_ms, type, extra, received_ms)"
                                    " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")),
      add_log_(connection, in_set(prefix,
                                  "INSERT INTO @logs (device, time_ms, type, level, text, received_ms)"
                                  " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")),
      put_meter_(connection,
                 in_set(prefix,
                        "INSERT INTO @meters (sensor, series, base, highest, last_time_ms, based_at_ms, lifetime_ul)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET series = excluded.series,"
                        " base = excluded.base, highest = excluded.highest, last_time_ms = excluded.last_time_ms,"
                        " based_at_ms = excluded.based_at_ms,"
                        " lifetime_ul = max(lifetime_ul, excluded.lifetime_ul)")),
      add_estimate_(connection, in_set(prefix,
                                       "INSERT INTO @estimates (sensor, from_ms, to_ms, least, received_ms)"
                                       " VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")),
      add_heard_(connection,
                 in_set(prefix, "INSERT INTO @heard (device, received_ms) VALUES (?, ?) ON CONFLICT DO NOTHING")),
      readings_(connection, prefix) {}

void ProjectionWriter::apply(const ports::Projection& projection) {
    std::visit([this](const auto& record) { write(record); }, projection);
}

void ProjectionWriter::forget_numbers() {
    numbers_.clear();
    heard_device_ = 0;
}

void ProjectionWriter::heard(std::int64_t device, base::WallTime received) {
    if (device == heard_device_ && received == heard_at_) return;
    run(add_heard_, device, received);
    heard_device_ = device;
    heard_at_ = received;
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
    const std::int64_t sensor = number_of(record.sensor);
    if (readings_.add(sensor, record.reading, record.series_base)) heard(sensor, record.reading.received);
}

void ProjectionWriter::write(const ports::StateRecord& record) {
    const std::int64_t device = number_of(record.device);
    const int added = run(add_state_, device, record.time, to_text(record.values), record.received);
    if (added > 0) heard(device, record.received);
}

void ProjectionWriter::write(const ports::EventRecord& record) {
    const std::int64_t device = number_of(record.device);
    // Every event type in use is a power of two; one that needs the 64th bit is kept as a negative number.
    const auto type = static_cast<std::int64_t>(record.type);
    if (run(add_event_, device, record.time, type, record.extra, record.received) > 0) heard(device, record.received);
}

void ProjectionWriter::write(const ports::LogRecord& record) {
    const std::int64_t device = number_of(record.device);
    const int added = run(add_log_, device, record.time, record.type, record.level, record.text, record.received);
    if (added > 0) heard(device, record.received);
}

void ProjectionWriter::write(const ports::EstimateRecord& record) {
    const std::int64_t sensor = number_of(record.sensor);
    const int added = run(add_estimate_, sensor, record.from, record.to, record.least.value, record.received);
    if (added > 0) heard(sensor, record.received);
}

void ProjectionWriter::write(const ports::MeterRecord& record) {
    std::optional<std::int64_t> base;
    if (record.series.base) base = record.series.base->value;
    run(put_meter_, number_of(record.sensor), record.series.number, base, record.series.highest.value,
        record.series.last_time, record.series.based_at, record.lifetime.microlitres);
}

}  // namespace millrace::store
