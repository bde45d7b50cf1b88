// A house with one bridge and one sensor under watch: time passes when told, the store writes when told.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hub/watch.h"
#include "message/events.h"
#include "support/fakes.h"
#include "unit/hub/frames.h"

namespace millrace::hub {

// Answers questions about readings when told, and no others.
class ReadingsOnly final : public ports::History {
public:
    void readings(ports::ReadingQuery query, Answer<ports::ReadingPage> answer) override {
        asked.emplace_back(std::move(query), std::move(answer));
    }
    void usage(ports::UsageQuery, Answer<ports::UsageAnswer>) override {}
    void counts(ports::CountQuery, Answer<std::vector<base::PeakCount>>) override {}
    void evidence(ports::EvidenceQuery, Answer<ports::Evidence>) override {}
    void estimates(ports::EstimateQuery, Answer<std::vector<ports::EstimateRecord>>) override {}
    void incidents(ports::IncidentQuery, Answer<std::vector<detect::Incident>>) override {}
    void incident_history(ports::IncidentHistoryQuery, Answer<std::vector<detect::AlarmEvent>>) override {}
    void uses(ports::UseQuery, Answer<std::vector<ports::KeptUse>>) override {}
    void use(ports::OneUseQuery, Answer<std::optional<ports::KeptUse>>) override {}
    void category_sums(ports::CategorySumsQuery, Answer<std::vector<ports::CategorySums>>) override {}
    void deliveries(ports::DeliveryQuery, Answer<std::vector<ports::DeliveryRecord>>) override {}
    void frames(ports::FrameQuery, Answer<ports::FramePage>) override {}

    std::vector<std::pair<ports::ReadingQuery, Answer<ports::ReadingPage>>> asked;
};

class WatchTest : public ::testing::Test, public ports::AlarmSubscriber {
protected:
    using Changes = std::vector<detect::Change>;

    WatchTest() {
        live_.bridges.push_back({});
        live_.bridges.front().id = kBridge;
        live_.bridges.front().connected = true;
        live_.bridges.front().last_seen = clock_.wall_now();
        live_.sensors.push_back({});
        live_.sensors.front().id = kSensor;
        live_.sensors.front().bridge = kBridge;
        live_.sensors.front().last_seen = clock_.wall_now();
        live_.sensors.front().battery_mv = 3'000;
        start({});
    }

    void on_alarm(const detect::AlarmEvent& event) override { told_.push_back(event); }

    void start(const ports::StoredState& stored) {
        watch_ = std::make_unique<Watch>(WatchParts{rules_, zone_, store_, &history_, clock_, notices_});
        watch_->subscribe(*this);
        watch_->restore(stored);
    }
    // As after a stop: what was told and chosen is in the store.
    ports::StoredState stored() const {
        ports::StoredState state;
        for (const auto& record : store_.all<ports::AlarmRecord>()) {
            std::erase_if(state.incidents, [&](const auto& known) { return known.id == record.event.incident.id; });
            state.incidents.push_back(record.event.incident);
            state.last_incident = std::max(state.last_incident, record.event.incident.id);
        }
        for (const auto& choice : store_.all<ports::ChoiceRecord>()) {
            std::erase_if(state.choices, [&](const auto& known) { return known.name == choice.name; });
            state.choices.push_back(choice);
        }
        return state;
    }
    void restart() { start(stored()); }

    ports::LiveBridge& bridge() { return live_.bridges.front(); }
    ports::LiveSensor& sensor() { return live_.sensors.front(); }
    void hear() { sensor().last_seen = clock_.wall_now(); }

    void look() {
        if (watch_->due(clock_.wall_now())) {
            watch_->tick(clock_.wall_now(), live_, [this](const auto&) { return ahead_; });
        }
    }
    // Looks every second. `healthy`: the sensor reports every ten minutes.
    void pass(base::Seconds how_long, bool healthy = true) {
        for (base::Seconds passed{0}; passed < how_long; passed += base::Seconds{1}) {
            clock_.advance(base::Seconds{1});
            if (healthy && bridge().connected && base::unix_s(clock_.wall_now()) % 600 == 0) hear();
            look();
        }
    }
    Changes changes() {
        Changes all;
        for (const detect::AlarmEvent& event : told_) all.push_back(event.change);
        told_.clear();
        return all;
    }
    std::vector<std::string> open_rules() const {
        std::vector<std::string> names;
        for (const auto& incident : watch_->alarms().incidents) names.emplace_back(name(incident.finding.rule));
        return names;
    }
    void event(std::uint64_t type, const base::DeviceId& device = kSensor, const std::string& extra = "") {
        const base::WallTime now = clock_.wall_now();
        watch_->on_event({device, now, now, type, extra},
                         device == kBridge ? ports::DeviceKind::Bridge : ports::DeviceKind::Sensor);
    }
    meter::Reading reading(std::int64_t peaks, base::WallTime time) {
        total_ += peaks;
        meter::Reading made;
        made.time = time;
        made.received = clock_.wall_now();
        made.total = {total_};
        made.advance = {peaks};
        return made;
    }
    // Water at this many peaks every five seconds.
    void run_water(std::int64_t peaks, base::Seconds how_long) {
        for (base::Seconds passed{0}; passed < how_long; passed += base::Seconds{5}) {
            pass(base::Seconds{5});
            hear();
            watch_->on_readings(kSensor, {reading(peaks, clock_.wall_now() + ahead_)}, {}, ahead_, clock_.wall_now());
        }
    }
    Watch::Done noted() {
        return [this](base::Result<void, base::Error> done) { answers_.push_back(done ? "ok" : done.error().message); };
    }

    base::TimeZone zone_ = *base::TimeZone::load("America/Denver");
    detect::Settings rules_;
    support::FakeClock clock_{base::from_unix_s(kStart)};
    support::FakeStore store_;
    support::RecordedNotices notices_;
    support::CountingRandom random_;
    ReadingsOnly history_;
    ports::LiveState live_;
    base::Milliseconds ahead_{0};
    std::int64_t total_ = 0;
    std::vector<detect::AlarmEvent> told_;
    std::vector<std::string> answers_;
    std::unique_ptr<Watch> watch_;
};

}  // namespace millrace::hub
