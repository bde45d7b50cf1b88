// What is kept besides frames: projections, derived from frames in order and rebuilt from them, and calibrations, which
// are entered and cannot be derived.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/device_id.h"
#include "base/time.h"
#include "base/units.h"
#include "meter/calibration_table.h"
#include "meter/reading.h"
#include "meter/sensor_meter.h"
#include "ports/frame.h"

namespace millrace::ports {

enum class DeviceKind : std::uint8_t { Bridge = 1, Sensor = 2 };

// Inserted or replaced whole, keyed by id.
struct DeviceRecord {
    base::DeviceId id;
    DeviceKind kind = DeviceKind::Bridge;
    std::optional<base::DeviceId> bridge;  // of a sensor
    std::optional<std::string> branch;
    std::optional<std::string> firmware;  // sha_full of the newest boot frame
    base::WallTime first_seen;
    base::WallTime last_seen;
    // What the cloud's last boot response to this device said, as JSON objects and lists; empty when never seen.
    std::string cloud_settings;
    std::string cloud_sensors;
    std::string cloud_devices;

    bool operator==(const DeviceRecord&) const = default;
};

struct ReadingRecord {
    base::DeviceId sensor;
    meter::Reading reading;
    std::optional<base::PeakCount> series_base;  // known base of the reading's series
};

struct StateRecord {
    base::DeviceId device;
    base::WallTime time;
    base::WallTime received;
    std::vector<std::pair<std::uint64_t, std::int64_t>> values;
};

struct EventRecord {
    base::DeviceId device;
    base::WallTime time;
    base::WallTime received;
    std::uint64_t type = 0;
    std::string extra;
};

struct LogRecord {
    base::DeviceId device;
    base::WallTime time;
    base::WallTime received;
    std::int64_t type = 0;
    std::int64_t level = 0;
    std::string text;
};

// The meter's state after the frame: inserted or replaced whole, keyed by sensor. Without `recent`, which is read
// back from the readings.
struct MeterRecord {
    base::DeviceId sensor;
    meter::SeriesState series;
    base::Volume lifetime;
};

using Projection = std::variant<DeviceRecord, ReadingRecord, StateRecord, EventRecord, LogRecord, MeterRecord>;

// What one frame leads to: stored together or not at all.
struct Commit {
    Frame frame;
    std::vector<Projection> projections;
};

// A calibration as it became known: primary data, never rebuilt. `after_frame` is the newest frame's id when it was
// entered, so that a rebuild applies it to the register at the same point.
struct CalibrationRecord {
    base::DeviceId sensor;
    meter::CalibrationEntry entry;
    std::int64_t after_frame = 0;

    bool operator==(const CalibrationRecord&) const = default;
};

// All that the hub needs to go on after a restart.
struct StoredState {
    std::int64_t last_frame_id = 0;
    std::vector<DeviceRecord> devices;
    std::vector<MeterRecord> meters;
    std::vector<std::pair<base::DeviceId, std::vector<meter::Reading>>> recent_readings;  // oldest first, per sensor
    std::vector<std::pair<base::DeviceId, StateRecord>> latest_states;
    std::vector<CalibrationRecord> calibrations;  // in order of entry
};

}  // namespace millrace::ports
