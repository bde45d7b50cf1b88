#include "store/frame_table.h"

#include <map>

#include <SQLiteCpp/Database.h>

#include "store/connection.h"

namespace millrace::store {
namespace {

// A page ends once its payloads fill this: a thousand frames of the largest size would be 64 MB.
constexpr std::size_t kFullPageBytes = 4U << 20;

}  // namespace

FrameTable::FrameTable(SQLite::Database& connection)
    : insert_(connection,
              "INSERT INTO frames (id, received_ms, direction, door, bridge, qos, dup, retain, topic, payload)"
              " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      page_(connection,
            "SELECT id, received_ms, direction, door, bridge, qos, dup, retain, topic, payload FROM frames"
            " WHERE id > ? ORDER BY id LIMIT ?"),
      add_calibration_(connection,
                       "INSERT INTO calibrations (sensor, from_ms, ul_per_peak, after_frame) VALUES (?, ?, ?, ?)") {}

void FrameTable::add(const ports::Frame& frame) {
    run(insert_, frame.id, frame.received, static_cast<std::int64_t>(frame.direction),
        static_cast<std::int64_t>(frame.door), frame.bridge, std::int64_t{frame.qos}, std::int64_t{frame.dup},
        std::int64_t{frame.retain}, frame.topic, base::ByteView(frame.payload));
}

void FrameTable::add(const ports::CalibrationRecord& record) {
    run(add_calibration_, record.sensor, record.entry.from, record.entry.per_peak.microlitres, record.after_frame);
}

std::vector<ports::Frame> FrameTable::page(std::int64_t after, std::size_t limit) {
    std::vector<ports::Frame> frames;
    const Rewind rewind(page_);
    bind_values(page_, after, static_cast<std::int64_t>(limit));
    std::size_t bytes = 0;
    while (bytes < kFullPageBytes && page_.executeStep()) {
        ports::Frame& frame = frames.emplace_back();
        frame.id = int_at(page_, 0);
        frame.received = time_at(page_, 1);
        frame.direction = int_at(page_, 2) == 0 ? base::Direction::ToCloud : base::Direction::ToBridge;
        frame.door = static_cast<ports::Door>(int_at(page_, 3));
        frame.bridge = device_at(page_, 4);
        frame.qos = static_cast<std::uint8_t>(int_at(page_, 5));
        frame.dup = int_at(page_, 6) != 0;
        frame.retain = int_at(page_, 7) != 0;
        frame.topic = text_at(page_, 8);
        const SQLite::Column payload = page_.getColumn(9);
        const auto* data = static_cast<const std::uint8_t*>(payload.getBlob());
        frame.payload.assign(data, data + payload.getBytes());
        bytes += frame.payload.size();
    }
    return frames;
}

std::vector<ports::CalibrationRecord> read_calibrations(const SQLite::Database& connection) {
    std::vector<ports::CalibrationRecord> records;
    SQLite::Statement query(connection,
                            "SELECT sensor, from_ms, ul_per_peak, after_frame FROM calibrations ORDER BY number");
    while (query.executeStep()) {
        const auto sensor = device_at(query, 0);
        if (!sensor) continue;
        records.push_back({*sensor, {time_at(query, 1), {int_at(query, 2)}}, int_at(query, 3)});
    }
    return records;
}

std::vector<meter::CalibrationEntry> calibrations_in_force(const SQLite::Database& connection,
                                                           const base::DeviceId& sensor) {
    std::map<base::WallTime, base::VolumePerPeak> in_force;
    for (const ports::CalibrationRecord& record : read_calibrations(connection)) {
        if (record.sensor != sensor) continue;
        if (record.entry.per_peak.microlitres == 0) {
            in_force.erase(record.entry.from);
        } else {
            in_force[record.entry.from] = record.entry.per_peak;
        }
    }
    std::vector<meter::CalibrationEntry> entries;
    for (const auto& [from, per_peak] : in_force) entries.push_back({from, per_peak});
    return entries;
}

}  // namespace millrace::store
