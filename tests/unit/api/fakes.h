// What stands in for the hub and the store in the tests of the API.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "api/server.h"
#include "base/time.h"
#include "ports/health.h"
#include "ports/history.h"
#include "ports/live.h"

namespace millrace::api {

class FakeClock : public base::Clock {
public:
    [[nodiscard]] base::WallTime wall_now() const override { return wall; }
    [[nodiscard]] base::SteadyTime steady_now() const override { return steady; }
    void pass(base::Seconds time) {
        wall += time;
        steady += time;
    }
    base::SteadyTime steady{};
    base::WallTime wall = *base::from_rfc3339("2026-11-23T16:20:00Z");
};

class FakeLive : public ports::LiveView {
public:
    [[nodiscard]] ports::LiveState live() const override { return state; }
    ports::LiveState state;
};

// Keeps every question; answers when the test says so, or at once when `at_once` is set.
class FakeHistory : public ports::History {
public:
    void readings(ports::ReadingQuery query, Answer<ports::ReadingPage> answer) override {
        reading_queries.push_back(std::move(query));
        if (at_once) return answer(page);
        waiting.push_back([this, answer = std::move(answer)] { answer(page); });
    }
    void usage(ports::UsageQuery query, Answer<ports::UsageAnswer> answer) override {
        usage_queries.push_back(std::move(query));
        if (at_once) return answer(usage_answer);
        waiting.push_back([this, answer = std::move(answer)] { answer(usage_answer); });
    }
    void counts(ports::CountQuery query, Answer<std::vector<base::PeakCount>> answer) override {
        count_queries.push_back(std::move(query));
        if (at_once) return answer(counted);
        waiting.push_back([this, answer = std::move(answer)] { answer(counted); });
    }
    void evidence(ports::EvidenceQuery query, Answer<ports::Evidence> answer) override {
        evidence_queries.push_back(query);
        if (at_once) return answer(known);
        waiting.push_back([this, answer = std::move(answer)] { answer(known); });
    }
    void estimates(ports::EstimateQuery query, Answer<std::vector<ports::EstimateRecord>> answer) override {
        estimate_queries.push_back(query);
        if (at_once) return answer(estimated);
        waiting.push_back([this, answer = std::move(answer)] { answer(estimated); });
    }
    void incidents(ports::IncidentQuery query, Answer<std::vector<detect::Incident>> answer) override {
        incident_queries.push_back(query);
        answer(past_incidents);
    }
    void incident_history(ports::IncidentHistoryQuery query, Answer<std::vector<detect::AlarmEvent>> answer) override {
        if (!incident_events) return answer(incident_events);
        std::vector<detect::AlarmEvent> of_it;
        for (const detect::AlarmEvent& event : *incident_events) {
            if (event.incident.id == query.incident) of_it.push_back(event);
        }
        answer(of_it);
    }
    void uses(ports::UseQuery query, Answer<std::vector<ports::KeptUse>> answer) override {
        use_queries.push_back(query);
        answer(past_uses);
    }
    void use(ports::OneUseQuery query, Answer<std::optional<ports::KeptUse>> answer) override {
        if (!past_uses) return answer(base::failure(past_uses.error()));
        for (const ports::KeptUse& kept : *past_uses) {
            if (query.sensor == use_sensor && ports::key_of(kept.use) == query.use) return answer(std::optional(kept));
        }
        answer(std::optional<ports::KeptUse>());
    }
    void category_sums(ports::CategorySumsQuery query, Answer<std::vector<ports::CategorySums>> answer) override {
        sums_queries.push_back(std::move(query));
        answer(sums);
    }
    void deliveries(ports::DeliveryQuery query, Answer<std::vector<ports::DeliveryRecord>> answer) override {
        delivery_queries.push_back(std::move(query));
        answer(delivered);
    }
    void frames(ports::FrameQuery query, Answer<ports::FramePage> answer) override {
        frame_queries.push_back(query);
        answer(archived);
    }

    bool at_once = true;
    base::Result<ports::ReadingPage, base::Error> page;
    base::Result<ports::UsageAnswer, base::Error> usage_answer;
    std::vector<ports::ReadingQuery> reading_queries;
    std::vector<ports::UsageQuery> usage_queries;
    base::Result<std::vector<base::PeakCount>, base::Error> counted;
    base::Result<ports::Evidence, base::Error> known;
    base::Result<std::vector<ports::EstimateRecord>, base::Error> estimated;
    std::vector<ports::CountQuery> count_queries;
    std::vector<ports::EvidenceQuery> evidence_queries;
    std::vector<ports::EstimateQuery> estimate_queries;
    std::vector<std::function<void()>> waiting;
    base::Result<std::vector<detect::Incident>, base::Error> past_incidents;
    base::Result<std::vector<detect::AlarmEvent>, base::Error> incident_events;
    base::Result<std::vector<ports::KeptUse>, base::Error> past_uses;
    base::DeviceId use_sensor = *base::DeviceId::parse("0123456789ABCDEF");
    base::Result<std::vector<ports::DeliveryRecord>, base::Error> delivered;
    std::vector<ports::IncidentQuery> incident_queries;
    std::vector<ports::UseQuery> use_queries;
    std::vector<ports::DeliveryQuery> delivery_queries;
    base::Result<std::vector<ports::CategorySums>, base::Error> sums;
    std::vector<ports::CategorySumsQuery> sums_queries;
    base::Result<ports::FramePage, base::Error> archived;
    std::vector<ports::FrameQuery> frame_queries;
};

// Keeps what it is told, unless `failure` says why not. Answers at once, or when the test says so.
class FakeControls : public ports::Controls {
public:
    void set_cloud_mode(ports::CloudMode mode, Done done) override {
        modes.push_back(mode);
        finish(std::move(done));
    }
    void add_key(std::optional<base::DeviceId> bridge, base::Bytes content, Done done) override {
        keys.emplace_back(bridge, std::move(content));
        finish(std::move(done));
    }
    void rebuild(Done done) override {
        ++rebuilds;
        status.rebuild = ports::RebuildProgress{{}, 0, status.frames, "asked for"};
        finish(std::move(done));
    }
    [[nodiscard]] ports::ArchiveStatus archive() const override { return status; }
    void calibrate(ports::CalibrationRecord record, Done done) override {
        record.number = static_cast<std::int64_t>(entered.size()) + 1;
        record.entered = *base::from_rfc3339("2026-11-23T16:20:00Z");
        if (!failure) entered.push_back(std::move(record));
        finish(std::move(done));
    }
    void read_meter(ports::MeterReadingRecord record, Done done) override {
        if (!failure) read.push_back(record);
        finish(std::move(done));
    }
    [[nodiscard]] std::vector<ports::CalibrationRecord> calibrations(const base::DeviceId&) const override {
        return entered;
    }
    [[nodiscard]] std::vector<ports::MeterReadingRecord> meter_readings(const base::DeviceId&) const override {
        return read;
    }

    bool at_once = true;
    std::optional<std::string> failure;
    std::vector<std::function<void()>> waiting;
    std::vector<ports::CloudMode> modes;
    std::vector<std::pair<std::optional<base::DeviceId>, base::Bytes>> keys;
    int rebuilds = 0;
    ports::ArchiveStatus status;
    std::vector<ports::CalibrationRecord> entered;
    std::vector<ports::MeterReadingRecord> read;

private:
    void finish(Done done) {
        auto work = [this, done = std::move(done)] {
            if (failure) return done(base::failure(base::Error{*failure}));
            done({});
        };
        if (at_once) return work();
        waiting.push_back(std::move(work));
    }
};

class FakeReport : public ports::SelfReport {
public:
    void health(std::vector<ports::HealthItem>& items) const override {
        items.insert(items.end(), health_items.begin(), health_items.end());
    }
    void metrics(std::vector<ports::Metric>& metrics) const override {
        metrics.insert(metrics.end(), own_metrics.begin(), own_metrics.end());
    }
    std::vector<ports::HealthItem> health_items;
    std::vector<ports::Metric> own_metrics;
};

inline const base::DeviceId kSensor = *base::DeviceId::parse("0123456789ABCDEF");
inline const base::DeviceId kBridge = *base::DeviceId::parse("FEDCBA9876543210");

inline ports::LiveSensor sample_sensor() {
    ports::LiveSensor sensor;
    sensor.id = kSensor;
    sensor.bridge = kBridge;
    sensor.flow = {150'000};  // 9 L/min
    sensor.running = true;
    sensor.lifetime = {12'345'678'000};
    sensor.today = {321'500'000};
    sensor.per_peak = {32'933};
    sensor.last_reading = base::from_rfc3339("2026-11-23T16:19:55Z");
    sensor.last_seen = base::from_rfc3339("2026-11-23T16:19:57.250Z");
    sensor.battery_mv = 3012;
    sensor.rssi_dbm = -71;
    return sensor;
}

inline ports::LiveBridge sample_bridge() {
    ports::LiveBridge bridge;
    bridge.id = kBridge;
    bridge.connected = true;
    bridge.door = ports::Door::StandIn;
    bridge.peer = "192.168.1.50:49152";
    bridge.connected_since = base::from_rfc3339("2026-11-23T10:00:00Z");
    bridge.last_seen = base::from_rfc3339("2026-11-23T16:19:57.250Z");
    bridge.has_key = true;
    bridge.frames_opened = 42;
    bridge.frames_unopened = 3;
    return bridge;
}

inline ports::LivePuck sample_puck() {
    ports::LivePuck puck;
    puck.id = *base::DeviceId::parse("A4C138FFFE001122");
    puck.wet = true;
    puck.wet_since = base::from_rfc3339("2026-11-23T16:18:00Z");
    puck.last_seen = base::from_rfc3339("2026-11-23T16:19:30Z");
    puck.says.name = "Under the sink";
    puck.says.battery_percent = 93;
    puck.says.temperature_centi = -50;
    puck.says.rssi_dbm = -71;
    return puck;
}

inline ports::LiveSensor sample_meter() {
    ports::LiveSensor meter = sample_sensor();
    meter.id = *base::DeviceId::parse("A4C138FFFE00FFAA");
    meter.bridge.reset();
    meter.battery_mv.reset();
    meter.rssi_dbm.reset();
    meter.says.emplace();
    meter.says->name = "Garden meter";
    meter.says->room = "Garden";
    meter.says->battery_low = true;
    meter.says->flow = base::FlowRate{100'000};
    meter.says->storage = base::Volume{250'500'000};
    meter.says->problem = "The key that was given does not open what it says.";
    return meter;
}

}  // namespace millrace::api
