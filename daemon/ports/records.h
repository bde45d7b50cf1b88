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
#include "ports/alarm_records.h"
#include "ports/frame.h"

namespace millrace::ports {

// A meter is a sensor that advertises its register by Bluetooth; a puck feels water where none should be.
enum class DeviceKind : std::uint8_t { Bridge = 1, Sensor = 2, Puck = 3, Meter = 4 };

// Whether what it says becomes readings.
[[nodiscard]] constexpr bool counts_water(DeviceKind kind) {
    return kind == DeviceKind::Sensor || kind == DeviceKind::Meter;
}
[[nodiscard]] constexpr bool is_of_bluetooth(DeviceKind kind) {
    return kind == DeviceKind::Puck || kind == DeviceKind::Meter;
}

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

// When water ran, and at least how much, by a sealed message that no key opened.
struct EstimateRecord {
    base::DeviceId sensor;
    base::WallTime from;
    base::WallTime to;
    base::WallTime received;
    base::PeakCount least;

    bool operator==(const EstimateRecord&) const = default;
};

using Projection =
    std::variant<DeviceRecord, ReadingRecord, StateRecord, EventRecord, LogRecord, MeterRecord, EstimateRecord>;

// What one frame leads to: stored together or not at all.
struct Commit {
    Frame frame;
    std::vector<Projection> projections;
    bool for_cloud = false;  // the cloud has missed it: it waits from now on
    bool opened = true;      // false when it is sealed and no key opened it
};

// Where a calibration comes from. The numbers are stored.
enum class CalibrationSource : std::uint8_t {
    Config = 1,         // the config file's list
    Entered = 2,        // a volume per peak as somebody knew it
    DrawnVolume = 3,    // a known volume was drawn
    MeterReadings = 4,  // the utility's meter was read
    Register = 5,       // the meter says its volume itself
};

// A calibration as it became known: primary data, never rebuilt. `after_frame` is the newest frame's id when it was
// entered, so that a rebuild applies it to the register at the same point.
struct CalibrationRecord {
    base::DeviceId sensor;
    meter::CalibrationEntry entry;  // 0 microlitres per peak withdraws the entry with the same `from`
    std::int64_t after_frame = 0;
    CalibrationSource source = CalibrationSource::Config;
    base::WallTime entered{};
    std::string note{};       // how it was found, for people
    std::int64_t number = 0;  // order of entry, from 1; given by the store

    bool operator==(const CalibrationRecord&) const = default;
};

// What somebody read off the utility's meter: primary data. Of several at one time the last entered counts.
struct MeterReadingRecord {
    base::DeviceId sensor;
    base::WallTime time;
    base::Volume volume;     // the register's
    bool withdrawn = false;  // takes the one at the same time back

    bool operator==(const MeterReadingRecord&) const = default;
};

// A span of time in which something held that can only be known while it happens: primary data, from which gaps are
// explained. Keyed by kind, bridge and `from`, and written again as it lasts. The numbers are stored.
enum class SpellKind : std::uint8_t {
    Run = 1,         // the daemon ran
    Connection = 2,  // a bridge was connected
    CloudAway = 3,   // the cloud could not be reached for a bridge
};
struct SpellRecord {
    SpellKind kind = SpellKind::Run;
    std::optional<base::DeviceId> bridge;
    base::WallTime from;
    base::WallTime to;   // as far as known
    std::string detail;  // why it ended, for people

    bool operator==(const SpellRecord&) const = default;
};

// What somebody chose while the daemon ran: primary data, keyed by name. It holds as long as the config file says what
// it said then.
struct ChoiceRecord {
    std::string name;
    std::string value;
    std::string configured;

    bool operator==(const ChoiceRecord&) const = default;
};

// Relayed frames that the cloud may not have got after all: they wait from now on.
struct CloudMissed {
    base::DeviceId bridge;
    std::vector<std::int64_t> frames;
};
// The cloud has this frame and all that waited before it; or they are given up because too many wait.
struct CloudHas {
    base::DeviceId bridge;
    std::int64_t frame = 0;
};

// Everything that can be written.
using Entry =
    std::variant<Commit, CalibrationRecord, MeterReadingRecord, SpellRecord, ChoiceRecord, CloudMissed, CloudHas,
                 AlarmRecord, UseRecord, UseLabelRecord, UseVerdictRecord, CategoryTotalsRecord, DeliveryRecord>;

// All that the hub needs to go on after a restart.
struct StoredState {
    std::int64_t last_frame_id = 0;
    std::vector<DeviceRecord> devices;
    std::vector<MeterRecord> meters;
    std::vector<std::pair<base::DeviceId, std::vector<meter::Reading>>> recent_readings;  // oldest first, per sensor
    std::vector<std::pair<base::DeviceId, StateRecord>> latest_states;
    std::vector<CalibrationRecord> calibrations;     // in order of entry
    std::vector<MeterReadingRecord> meter_readings;  // by sensor and time, those in force
    std::vector<ChoiceRecord> choices;
    std::vector<std::pair<base::DeviceId, std::vector<std::int64_t>>> waiting;  // ids of frames for the cloud, rising
    std::optional<SpellRecord> last_run;                                        // of the daemon before this one
    std::vector<detect::Incident> incidents;  // open ones and the last hundred others, by id
    std::int64_t last_incident = 0;           // the highest id ever given
    std::vector<DeliveryRecord> deliveries;   // those that wait, by number, and each channel's last delivered one
    std::int64_t last_delivery = 0;           // the highest number ever given
    // Of the last detect::SensorDetector::kMemory before the newest, in order of arrival, per sensor: what detection
    // learns from.
    std::vector<std::pair<base::DeviceId, std::vector<meter::Reading>>> learning_readings;
    // The newest, as many as classify::Memory holds, and those with a label that are older; by start, per sensor.
    // Without alarms and cycles.
    std::vector<std::pair<base::DeviceId, std::vector<KeptUse>>> recent_uses;
    std::vector<CategoryTotalsRecord> category_totals;
};

}  // namespace millrace::ports
