#include "hub/pipeline.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <chrono>
#include <map>
#include <utility>

#include "cloud/responder.h"
#include "hub/cloud_memory.h"
#include "payload/secretbox.h"

namespace millrace::hub {
namespace {

using base::WallTime;
using ports::DeviceKind;

// A device's record is written again when only the time it was last seen changed by this much: once a minute is
// enough for people, and spares the disk.
constexpr base::Seconds kLastSeenStep{60};

// Keys tried on a message of an unknown bridge; each costs some microseconds.
constexpr std::size_t kMaxKeysTried = 32;

// A stamp further ahead of our own clock than this is not believed.
constexpr base::Seconds kLargestClockLead{3600};

// When something happened, by the device's clock where that was set and sane.
WallTime happened_at(std::int64_t timestamp_s, WallTime received) {
    if (timestamp_s <= message::kLargestUnsetTimestamp) return received;
    const WallTime time = base::from_unix_s(timestamp_s);
    return time > received + kLargestClockLead ? received : time;
}

// Whether a reading tells of the present rather than of history.
bool is_current(const meter::Reading& reading) {
    return reading.kind != meter::ReadingKind::Late && reading.kind != meter::ReadingKind::Repeat;
}

// The unix time of publishing that ends an upstream topic.
std::optional<WallTime> published_at(const message::Topic& topic) {
    if (topic.direction != base::Direction::ToCloud || topic.rest.empty()) return std::nullopt;
    const std::string& text = topic.rest.front();
    std::int64_t seconds = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    constexpr std::int64_t kLargest = 32'503'680'000;  // the year 3000
    if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (seconds <= message::kLargestUnsetTimestamp || seconds > kLargest) return std::nullopt;
    return base::from_unix_s(seconds);
}

// Whether the frame speaks of a bridge or of a sensor; nothing when that cannot be told.
std::optional<DeviceKind> kind_of(const ports::Frame& frame, const Outcome& outcome) {
    if (outcome.topic.role) return *outcome.topic.role == message::Role::Puck ? DeviceKind::Puck : DeviceKind::Meter;
    if (frame.bridge) return *outcome.topic.device == *frame.bridge ? DeviceKind::Bridge : DeviceKind::Sensor;
    if (!outcome.message) return std::nullopt;
    if (std::holds_alternative<message::Samples>(*outcome.message)) return DeviceKind::Sensor;
    if (const auto* boot = std::get_if<message::Boot>(&*outcome.message)) {
        return boot->bridge_id ? DeviceKind::Sensor : DeviceKind::Bridge;
    }
    if (const auto* answer = std::get_if<message::BootResponse>(&*outcome.message)) {
        return answer->peaks ? DeviceKind::Sensor : DeviceKind::Bridge;
    }
    return std::nullopt;
}

// Only our own door, and the archive written out, speak of advertisements: what else uses such a topic, in MQTT, is
// nothing to us.
message::Topic topic_of(const ports::Frame& frame) {
    message::Topic topic = message::parse_topic(frame.topic);
    if (topic.role && frame.door != ports::Door::Bluetooth && frame.door != ports::Door::JsonLines) topic = {};
    return topic;
}

}  // namespace

meter::CalibrationTable calibration_of(const base::DeviceId& sensor,
                                       const std::vector<ports::CalibrationRecord>& records) {
    std::map<WallTime, base::VolumePerPeak> in_force;
    for (const ports::CalibrationRecord& record : records) {
        if (record.sensor != sensor) continue;
        if (record.entry.per_peak.microlitres == 0) {
            in_force.erase(record.entry.from);
        } else {
            in_force[record.entry.from] = record.entry.per_peak;
        }
    }
    std::vector<meter::CalibrationEntry> entries;
    for (const auto& [from, per_peak] : in_force) entries.push_back({from, per_peak});
    return meter::CalibrationTable(std::move(entries));
}

void Pipeline::restore(const ports::StoredState& stored) {
    house_ = {};
    for (const ports::DeviceRecord& record : stored.devices) {
        Device& device = house_.devices[record.id];
        device.record = record;
        device.last_seen = record.last_seen;
        if (record.bridge) house_.of_bridge[*record.bridge].insert(record.id);
        if (ports::counts_water(record.kind)) house_.sensors[record.id];
    }
    for (const ports::MeterRecord& record : stored.meters) {
        meter::SensorMeter& meter = house_.sensors[record.sensor].meter;
        meter.series = record.series;
        meter.lifetime = record.lifetime;
    }
    for (const auto& [id, readings] : stored.recent_readings) {
        Sensor& sensor = house_.sensors[id];
        sensor.meter.recent.assign(readings.begin(), readings.end());
        for (const meter::Reading& reading : readings) {
            if (is_current(reading)) sensor.last_reading = reading.time;
        }
    }
    for (const auto& [id, state] : stored.latest_states) {
        Device& device = house_.devices[id];
        device.record.id = id;
        for (const auto& [key, value] : state.values) device.states[key] = value;
    }
    // A sensor can be calibrated in the config file before it is first heard.
    for (const ports::CalibrationRecord& record : stored.calibrations) house_.sensors[record.sensor];
    for (auto& [id, sensor] : house_.sensors) sensor.calibration = calibration_of(id, stored.calibrations);
}

void Pipeline::set_calibration(const base::DeviceId& sensor, meter::CalibrationTable table) {
    house_.sensors[sensor].calibration = std::move(table);
}

void Pipeline::raise_lifetimes(const House& shown) {
    for (const auto& [id, sensor] : shown.sensors) {
        const auto ours = house_.sensors.find(id);
        if (ours == house_.sensors.end()) continue;
        ours->second.meter.lifetime = std::max(ours->second.meter.lifetime, sensor.meter.lifetime);
    }
}

std::optional<base::DeviceId> Pipeline::bridge_of(const base::DeviceId& device) const {
    const auto known = house_.devices.find(device);
    if (known == house_.devices.end()) return std::nullopt;
    return known->second.record.kind == DeviceKind::Bridge ? std::optional(device) : known->second.record.bridge;
}

std::optional<base::Bytes> Pipeline::open(const ports::Frame& frame, Outcome& outcome) const {
    if (outcome.topic.role) return open_advertised(frame, outcome);
    if (!outcome.topic.sealed()) return frame.payload;
    std::optional<base::DeviceId> bridge = frame.bridge;
    if (!bridge && outcome.topic.device) bridge = bridge_of(*outcome.topic.device);
    std::optional<base::Bytes> plain;
    if (bridge) {
        const payload::SecretKey* key = keys_.find(bridge);
        outcome.had_key = key != nullptr;
        if (key != nullptr) plain = payload::open(frame.payload, *key);
    } else {
        // Nobody said who sealed it: a house has a key or two, and only the right one opens.
        const auto keys = keys_.all();
        outcome.had_key = !keys.empty();
        for (std::size_t i = 0; i < keys.size() && i < kMaxKeysTried && !plain; ++i) {
            plain = payload::open(frame.payload, *keys[i]);
        }
    }
    // JSON lines may hold what somebody opened before, under the topic it was sealed with.
    const bool was_opened = frame.door == ports::Door::JsonLines && !frame.payload.empty() &&
                            (frame.payload.front() == '{' || frame.payload.front() == '[');
    if (!plain && was_opened) return frame.payload;
    return plain;
}

bool Pipeline::opens(const ports::Frame& frame) const {
    Outcome outcome;
    outcome.topic = topic_of(frame);
    return open(frame, outcome).has_value();
}

Outcome Pipeline::apply(const ports::Frame& frame) {
    Outcome outcome;
    outcome.topic = topic_of(frame);
    const std::optional<base::Bytes> plain = open(frame, outcome);
    if (!plain) {
        outcome.understanding = Understanding::NotOpened;
    } else if (!believes(frame, outcome)) {
        outcome.understanding = Understanding::NotBelieved;
    } else if (is_owners_word(frame, outcome.topic)) {
        outcome.message = message::Raw{};
        outcome.understanding = Understanding::Decoded;
    } else if (outcome.topic.kind == message::Kind::Unknown || outcome.topic.flags == message::kFlagsBinary) {
        outcome.understanding = Understanding::Unknown;
    } else if (auto decoded = message::decode(outcome.topic, *plain)) {
        outcome.message = std::move(*decoded);
        const bool raw = std::holds_alternative<message::Raw>(*outcome.message);
        outcome.understanding = raw ? Understanding::Unknown : Understanding::Decoded;
    } else {
        outcome.error = std::move(decoded.error());
        outcome.understanding = Understanding::NotDecoded;
    }
    Device* device = note_device(frame, outcome);
    if (device == nullptr) return outcome;
    const ports::DeviceRecord before = device->record;
    if (outcome.message) apply_message(frame, *device, outcome);
    if (outcome.understanding == Understanding::NotOpened) apply_sealed(frame, *device, outcome);
    if (is_owners_word(frame, outcome.topic)) begin_anew(frame, *device, outcome);
    if (outcome.topic.role) note_fault(*device, outcome);
    // Backwards too, because a clock may have been put right.
    if (device->last_seen && std::chrono::abs(*device->last_seen - device->record.last_seen) >= kLastSeenStep) {
        device->record.last_seen = *device->last_seen;
    }
    const bool is_new = before.last_seen == WallTime{};
    if (is_new) device->record.last_seen = device->last_seen.value_or(frame.received);
    if (is_new || !(device->record == before)) outcome.projections.emplace_back(device->record);
    return outcome;
}

Device* Pipeline::note_device(const ports::Frame& frame, Outcome& outcome) {
    if (!outcome.topic.device) return nullptr;
    const base::DeviceId& id = *outcome.topic.device;
    auto found = house_.devices.find(id);
    if (found == house_.devices.end()) {
        const std::optional<DeviceKind> kind = kind_of(frame, outcome);
        if (!kind || house_.devices.size() >= kMaxDevices) return nullptr;
        found = house_.devices.try_emplace(id).first;
        found->second.record.id = id;
        found->second.record.kind = *kind;
        found->second.record.first_seen = frame.received;
    }
    Device& device = found->second;
    // What a Bluetooth device is to the house, its owner may have changed.
    if (outcome.topic.role) device.record.kind = *kind_of(frame, outcome);
    if (ports::counts_water(device.record.kind)) {
        house_.sensors[id];
        if (frame.bridge) set_bridge(device, *frame.bridge);
    }
    // What anybody may have sent is no sign of life: what is not believed, or not opened by the device's own key.
    const bool forged = outcome.understanding == Understanding::NotBelieved ||
                        (outcome.topic.role && outcome.had_key && outcome.understanding == Understanding::NotOpened);
    if (frame.direction == base::Direction::ToCloud && !forged) {
        device.last_seen = frame.received;
        if (const auto published = published_at(outcome.topic); published && !frame.dup) {
            device.clock_ahead = *published - frame.received;
        }
    }
    return &device;
}

// Topic, size and time are not sealed.
void Pipeline::apply_sealed(const ports::Frame& frame, Device& device, Outcome& outcome) {
    if (device.record.kind != DeviceKind::Sensor || frame.direction != base::Direction::ToCloud) return;
    const base::DeviceId& id = device.record.id;
    meter::SealedMeter& sealed = house_.sensors[id].sealed;
    if (outcome.topic.kind == message::Kind::Boot) meter::note_boot(sealed);
    if (outcome.topic.kind != message::Kind::Samples) return;
    const auto span =
        meter::apply(sealed, {frame.payload.size(), frame.received, published_at(outcome.topic), frame.dup, frame.dup});
    if (span)
        outcome.projections.emplace_back(ports::EstimateRecord{id, span->from, span->to, frame.received, span->least});
}

void Pipeline::apply_message(const ports::Frame& frame, Device& device, Outcome& outcome) {
    const base::DeviceId& id = device.record.id;
    if (const auto* boot = std::get_if<message::Boot>(&*outcome.message)) {
        apply_boot(*boot, device);
    } else if (const auto* samples = std::get_if<message::Samples>(&*outcome.message)) {
        if (device.record.kind == DeviceKind::Sensor) apply_samples(frame, *samples, outcome);
    } else if (const auto* states = std::get_if<message::States>(&*outcome.message)) {
        apply_states(frame, *states, device, outcome);
    } else if (const auto* events = std::get_if<message::Events>(&*outcome.message)) {
        for (const message::DeviceEvent& event : events->events) {
            outcome.projections.emplace_back(ports::EventRecord{id, happened_at(event.timestamp_s, frame.received),
                                                                frame.received, event.type, event.extra.value_or("")});
        }
    } else if (const auto* logs = std::get_if<message::Logs>(&*outcome.message)) {
        for (const message::LogLine& line : logs->lines) {
            outcome.projections.emplace_back(ports::LogRecord{id, happened_at(line.timestamp_s, frame.received),
                                                              frame.received, line.type, line.level, line.text});
        }
    } else if (const auto* response = std::get_if<message::BootResponse>(&*outcome.message)) {
        apply_boot_response(frame, *response, device, outcome);
    } else if (const auto* advertised = std::get_if<message::Advertised>(&*outcome.message)) {
        apply_advertised(frame, *advertised, device, outcome);
    }
}

void Pipeline::apply_boot(const message::Boot& boot, Device& device) {
    if (boot.sha_full) device.record.firmware = boot.sha_full;
    if (boot.branch) device.record.branch = boot.branch;
    if (boot.bridge_id && device.record.kind == DeviceKind::Sensor) set_bridge(device, *boot.bridge_id);
}

void Pipeline::set_bridge(Device& device, const base::DeviceId& bridge) {
    if (device.record.bridge == bridge) return;
    if (device.record.bridge) {
        const auto left = house_.of_bridge.find(*device.record.bridge);
        if (left != house_.of_bridge.end()) left->second.erase(device.record.id);
        if (left != house_.of_bridge.end() && left->second.empty()) house_.of_bridge.erase(left);
    }
    device.record.bridge = bridge;
    house_.of_bridge[bridge].insert(device.record.id);
}

void Pipeline::apply_samples(const ports::Frame& frame, const message::Samples& samples, Outcome& outcome) {
    const base::DeviceId& id = *outcome.topic.device;
    Sensor& sensor = house_.sensors[id];
    note_readings(id, sensor, meter::apply(sensor.meter, samples, frame.received, sensor.calibration), outcome);
}

void Pipeline::note_readings(const base::DeviceId& id, Sensor& sensor, std::vector<meter::Reading> readings,
                             Outcome& outcome) {
    outcome.readings = std::move(readings);
    for (const meter::Reading& reading : outcome.readings) {
        const bool of_this_series = reading.series == sensor.meter.series.number;
        outcome.projections.emplace_back(
            ports::ReadingRecord{id, reading, of_this_series ? sensor.meter.series.base : std::nullopt});
        if (is_current(reading)) sensor.last_reading = reading.time;
    }
    outcome.projections.emplace_back(ports::MeterRecord{id, sensor.meter.series, sensor.meter.lifetime});
}

void Pipeline::apply_states(const ports::Frame& frame, const message::States& states, Device& device,
                            Outcome& outcome) {
    for (const message::StateReport& report : states.reports) {
        // State N has the key 2^(N-1); of other keys there is no end, and the archive keeps them.
        for (const auto& [key, value] : report.values) {
            if (std::has_single_bit(key)) device.states[key] = value;
        }
        outcome.projections.emplace_back(ports::StateRecord{
            device.record.id, happened_at(report.timestamp_s, frame.received), frame.received, report.values});
    }
}

void Pipeline::apply_boot_response(const ports::Frame& frame, const message::BootResponse& response, Device& device,
                                   Outcome& outcome) {
    // Our own answers repeat what is remembered, or leave it out: only the cloud's own words are worth remembering.
    if (frame.door != ports::Door::StandIn) {
        cloud::Memory memory = read_memory(device.record);
        cloud::remember(memory, response);
        write_memory(memory, device.record);
    }
    if (response.peaks && device.record.kind == DeviceKind::Sensor) {
        Sensor& sensor = house_.sensors[device.record.id];
        meter::set_base(sensor.meter, *response.peaks, frame.received);
        outcome.projections.emplace_back(
            ports::MeterRecord{device.record.id, sensor.meter.series, sensor.meter.lifetime});
    }
}

}  // namespace millrace::hub
