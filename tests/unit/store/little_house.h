// A house of a few sensors whose frames say in plain text what happens, so that what the store does with replays can be
// tested with a real meter and without the hub.
//
// A payload is "<sensor> <time_s> <total>", or "<sensor> boot <total>"; with "#<key>:" before it, it is sealed.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "meter/sensor_meter.h"
#include "store/rebuild_job.h"
#include "store_fixture.h"

namespace millrace::store::test {

inline const base::DeviceId kOtherSensor = device("5F3A00112233CCDD");
inline const base::DeviceId kOtherBridge = device("b41d9e0000c0ffff");
inline constexpr std::int64_t kHouseStart = 1'700'000'000;

inline ports::Frame said(std::int64_t id, const std::string& text, const base::DeviceId& bridge = kBridge) {
    ports::Frame made;
    made.id = id;
    made.received = at_s(kHouseStart + 20 * id);
    made.bridge = bridge;
    made.topic = "said";
    made.payload.assign(text.begin(), text.end());
    return made;
}

class LittleHouse final : public RebuildJob {
public:
    explicit LittleHouse(std::set<std::string> keys = {}) : keys_(std::move(keys)) {}

    void restore(const ports::StoredState& baseline) override {
        for (const auto& record : baseline.devices) devices_[record.id] = record;
        for (const auto& record : baseline.meters) {
            meters_[record.sensor].series = record.series;
            meters_[record.sensor].lifetime = record.lifetime;
        }
        for (const auto& [id, readings] : baseline.recent_readings) {
            meters_[id].recent.assign(readings.begin(), readings.end());
        }
    }

    void calibration(const ports::CalibrationRecord& record) override { to_come_.push_back(record); }

    [[nodiscard]] bool opens(const ports::Frame& frame) const override { return text_of(frame).has_value(); }

    [[nodiscard]] Replayed replay(const ports::Frame& frame) override {
        replayed.push_back(frame.id);
        pass_calibrations(frame.id);
        Replayed made;
        const auto text = text_of(frame);
        made.opened = text.has_value();
        const base::DeviceId& sensor = frame.bridge == kOtherBridge ? kOtherSensor : kSensor;
        note(sensor, frame, made);
        if (!text) {
            made.projections.emplace_back(ports::EstimateRecord{sensor, frame.received - base::Seconds{60},
                                                                frame.received, frame.received, base::PeakCount{1}});
            return made;
        }
        std::istringstream words(*text);
        std::string name;
        std::string time;
        std::uint32_t total = 0;
        words >> name >> time >> total;
        meter::SensorMeter& meter = meters_[sensor];
        if (time == "boot") {
            meter::set_base(meter, total, frame.received);
        } else {
            const auto readings = meter::apply(meter, {{{std::stoll(time), total}}}, frame.received, table(sensor));
            for (const meter::Reading& each : readings) {
                const bool current = each.series == meter.series.number;
                made.projections.emplace_back(
                    ports::ReadingRecord{sensor, each, current ? meter.series.base : std::nullopt});
            }
        }
        made.projections.emplace_back(ports::MeterRecord{sensor, meter.series, meter.lifetime});
        if (frame.id % 5 == 0) {
            made.projections.emplace_back(ports::StateRecord{sensor, frame.received, frame.received, {{16, frame.id}}});
            made.projections.emplace_back(ports::EventRecord{sensor, frame.received, frame.received, 2, *text});
            made.projections.emplace_back(ports::LogRecord{sensor, frame.received, frame.received, 1, 4, *text});
        }
        return made;
    }

    // As the hub would commit it.
    [[nodiscard]] ports::Commit live(const ports::Frame& frame) {
        Replayed made = replay(frame);
        return {frame, std::move(made.projections), false, made.opened};
    }

    std::vector<std::int64_t> replayed;

private:
    [[nodiscard]] std::optional<std::string> text_of(const ports::Frame& frame) const {
        std::string text(frame.payload.begin(), frame.payload.end());
        if (!text.starts_with('#')) return text;
        const auto end = text.find(':');
        if (!keys_.contains(text.substr(1, end - 1))) return std::nullopt;
        return text.substr(end + 1);
    }

    void note(const base::DeviceId& sensor, const ports::Frame& frame, Replayed& made) {
        ports::DeviceRecord& record = devices_[sensor];
        const bool is_new = record.id != sensor;
        if (is_new) {
            record.id = sensor;
            record.kind = ports::DeviceKind::Sensor;
            record.bridge = frame.bridge;
            record.first_seen = frame.received;
        } else if (std::chrono::abs(frame.received - record.last_seen) < base::Seconds{60}) {
            return;
        }
        record.last_seen = frame.received;
        made.projections.emplace_back(record);
    }

    void pass_calibrations(std::int64_t frame) {
        while (!to_come_.empty() && to_come_.front().after_frame < frame) {
            known_.push_back(to_come_.front());
            to_come_.erase(to_come_.begin());
        }
    }

    [[nodiscard]] meter::CalibrationTable table(const base::DeviceId& sensor) const {
        std::vector<meter::CalibrationEntry> entries;
        for (const auto& record : known_) {
            if (record.sensor == sensor) entries.push_back(record.entry);
        }
        return meter::CalibrationTable(std::move(entries));
    }

    std::set<std::string> keys_;
    std::map<base::DeviceId, ports::DeviceRecord> devices_;
    std::map<base::DeviceId, meter::SensorMeter> meters_;
    std::vector<ports::CalibrationRecord> to_come_;
    std::vector<ports::CalibrationRecord> known_;
};

// Frames 1 to `count` of two bridges, the second of which is sealed with the key "k": water with gaps, late and
// repeated samples, and now and then a boot.
inline std::vector<ports::Frame> house_days(std::int64_t count) {
    std::mt19937 random(7);
    std::map<bool, std::uint32_t> totals{{false, 1'000}, {true, 500'000}};
    std::vector<ports::Frame> frames;
    std::vector<std::string> held[2];
    for (std::int64_t id = 1; id <= count; ++id) {
        const bool other = random() % 3 == 0;
        std::uint32_t& total = totals[other];
        std::string text;
        if (random() % 40 == 0) {
            if (random() % 2 == 0) total = 0;
            text = "s boot " + std::to_string(total);
        } else if (random() % 8 == 0 && !held[other].empty()) {
            text = held[other].front();
            held[other].erase(held[other].begin());
        } else {
            total += static_cast<std::uint32_t>(random() % 30);
            text = "s " + std::to_string(kHouseStart + 20 * id - 3) + ' ' + std::to_string(total);
            if (random() % 6 == 0) held[other].push_back(text);
        }
        frames.push_back(said(id, other ? "#k:" + text : text, other ? kOtherBridge : kBridge));
    }
    return frames;
}

inline void append_live(Database& store, LittleHouse& house, const std::vector<ports::Frame>& frames) {
    std::vector<Entry> entries;
    for (const ports::Frame& each : frames) entries.emplace_back(house.live(each));
    append(store, std::move(entries));
}

// One frame at a time.
inline GoOn one() {
    return [] { return false; };
}
inline GoOn all() {
    return [] { return true; };
}

inline void clear_all(Database& store) {
    for (;;) {
        const auto some = store.clear_some();
        if (!some) throw std::runtime_error(some.error().message);
        if (!*some) return;
    }
}

inline void rebuild(Database& store, RebuildJob& job) {
    const auto rebuilt = store.rebuild(job);
    if (!rebuilt) throw std::runtime_error(rebuilt.error().message);
}

}  // namespace millrace::store::test
