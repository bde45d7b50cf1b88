#include "store/projection_writer.h"

#include "sql/statement.h"
#include "sql/upsert.h"
#include "store/state_values.h"

namespace millrace::store {
namespace {

// Numbers are looked up for every record; this many devices are remembered before starting over.
constexpr std::size_t kMaxRememberedNumbers = 4'096;

}  // namespace

ProjectionWriter::ProjectionWriter(sql::Connection& connection, std::string_view prefix)
    : find_number_(connection, in_set(prefix, "SELECT number FROM @device_numbers WHERE device = ?")),
      add_number_(connection, in_set(prefix,
                                     "INSERT INTO @device_numbers (number, device)"
                                     " SELECT coalesce(max(number), 0) + 1, ? FROM @device_numbers"
                                     " RETURNING number")),
      put_device_(connection,
                  sql::upsert(std::string(prefix) + "devices", 1,
                              "device, kind, bridge, branch, firmware, first_seen_ms, last_seen_ms, cloud_settings,"
                              " cloud_sensors, cloud_devices")),
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
                        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sensor) DO UPDATE SET series = excluded.series,"
                        " base = excluded.base, highest = excluded.highest, last_time_ms = excluded.last_time_ms,"
                        " based_at_ms = excluded.based_at_ms,"
                        " lifetime_ul = CASE WHEN @meters.lifetime_ul > excluded.lifetime_ul"
                        " THEN @meters.lifetime_ul ELSE excluded.lifetime_ul END")),
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
    add_heard_.post(device, received);
    heard_device_ = device;
    heard_at_ = received;
}

std::int64_t ProjectionWriter::number_of(const base::DeviceId& device) {
    if (const auto known = numbers_.find(device); known != numbers_.end()) return known->second;
    std::optional<std::int64_t> number = find_number_.number(device);
    if (!number) number = add_number_.number(device);
    if (numbers_.size() >= kMaxRememberedNumbers) numbers_.clear();
    numbers_.emplace(device, *number);
    return *number;
}

void ProjectionWriter::write(const ports::DeviceRecord& record) {
    put_device_.post(number_of(record.id), static_cast<std::int64_t>(record.kind), record.bridge, record.branch,
                     record.firmware, record.first_seen, record.last_seen, record.cloud_settings, record.cloud_sensors,
                     record.cloud_devices);
}

void ProjectionWriter::write(const ports::ReadingRecord& record) {
    const std::int64_t sensor = number_of(record.sensor);
    if (readings_.add(sensor, record.reading, record.series_base)) heard(sensor, record.reading.received);
}

void ProjectionWriter::write(const ports::StateRecord& record) {
    const std::int64_t device = number_of(record.device);
    const int added = add_state_.run(device, record.time, to_text(record.values), record.received);
    if (added > 0) heard(device, record.received);
}

void ProjectionWriter::write(const ports::EventRecord& record) {
    const std::int64_t device = number_of(record.device);
    // Every event type in use is a power of two; one that needs the 64th bit is kept as a negative number.
    const auto type = static_cast<std::int64_t>(record.type);
    if (add_event_.run(device, record.time, type, record.extra, record.received) > 0) heard(device, record.received);
}

void ProjectionWriter::write(const ports::LogRecord& record) {
    const std::int64_t device = number_of(record.device);
    const int added = add_log_.run(device, record.time, record.type, record.level, record.text, record.received);
    if (added > 0) heard(device, record.received);
}

void ProjectionWriter::write(const ports::EstimateRecord& record) {
    const std::int64_t sensor = number_of(record.sensor);
    const int added = add_estimate_.run(sensor, record.from, record.to, record.least.value, record.received);
    if (added > 0) heard(sensor, record.received);
}

void ProjectionWriter::write(const ports::MeterRecord& record) {
    std::optional<std::int64_t> base;
    if (record.series.base) base = record.series.base->value;
    put_meter_.post(number_of(record.sensor), record.series.number, base, record.series.highest.value,
                    record.series.last_time, record.series.based_at, record.lifetime.microlitres);
}

}  // namespace millrace::store
