// Stand-ins for those who watch the water and those who tell people, for the tests of who shows and answers alarms.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/alarms.h"
#include "ports/notify.h"

namespace millrace::support {

// A toilet that has been running since ten past two, ten litres a minute short of nothing.
inline detect::Finding sample_finding(base::WallTime at) {
    detect::Finding finding;
    finding.rule = detect::Rule::ContinuousFlow;
    finding.severity = detect::Severity::Warning;
    finding.since = at - std::chrono::minutes{65};
    finding.at = at;
    finding.volume = {24'000'000};
    finding.rate = {6'200};
    finding.at_least = {6'000};
    finding.measure = detect::Measure::Duration;
    finding.observed = 65 * 60'000;
    finding.limit = 38 * 60'000;
    finding.source = detect::LimitSource::Learned;
    finding.usual = 30 * 60'000;
    finding.learned_days = 28;
    return finding;
}

inline detect::Incident sample_incident(const base::DeviceId& device, base::WallTime at, std::int64_t id = 7) {
    detect::Incident incident;
    incident.id = id;
    incident.device = device;
    incident.finding = sample_finding(at);
    incident.raised = at - std::chrono::minutes{27};
    return incident;
}

// Does what it is told to its state; `failure` says why it cannot be written, `refusal` why a habit is not taken.
class FakeAlarms final : public ports::Alarms {
public:
    [[nodiscard]] ports::AlarmState alarms() const override {
        ++asked;
        return state;
    }
    [[nodiscard]] detect::LimitOverview limits(const base::DeviceId&) const override { return overview; }
    void acknowledge(std::int64_t incident, const std::string& by, Done done) override {
        answer(incident, by, std::move(done), [](auto& found) { found.state = detect::IncidentState::Acknowledged; });
    }
    void snooze(std::int64_t incident, base::WallTime until, const std::string& by, Done done) override {
        answer(incident, by, std::move(done), [until](auto& found) {
            found.state = detect::IncidentState::Snoozed;
            found.snoozed_until = until;
        });
    }
    void note(std::int64_t incident, const std::string& text, const std::string& by, Done done) override {
        answer(incident, by, std::move(done), [&](auto& found) { found.note = text; });
    }
    void not_a_leak(std::int64_t incident, const std::string& by, Done done) override {
        answer(incident, by, std::move(done), [](auto& found) { found.not_a_leak = true; });
    }
    void set_mode(std::optional<detect::Mode> mode, Done done) override {
        state.mode = mode.value_or(detect::Mode::Home);
        state.mode_by_schedule = !mode;
        finish(std::move(done));
    }
    void set_irrigation_active(bool active, Done done) override {
        state.irrigation_active = active;
        finish(std::move(done));
    }
    void set_rules(const detect::Settings& settings, Done done) override {
        if (!failure) state.rules = settings;
        finish(std::move(done));
    }
    void label_use(const ports::UseLabelRecord& label, const ports::KeptUse& before, Done done) override {
        if (!failure) labels.push_back(label);
        labelled_before = before;
        finish(std::move(done));
    }
    void judge_uses_again(const base::DeviceId& sensor, Done done) override {
        if (!failure) judged_again.push_back(sensor);
        finish(std::move(done));
    }
    void set_habit(const base::DeviceId& sensor, const detect::Habit& habit, Done done) override {
        if (!refusal.empty()) return done(base::failure(base::Error{refusal}));
        auto& habits = habits_of(sensor);
        const auto known =
            std::find_if(habits.begin(), habits.end(), [&](const auto& old) { return old.number == habit.number; });
        if (known != habits.end()) {
            *known = habit;
        } else {
            habits.push_back(habit);
            habits.back().number = ++last_habit;
        }
        finish(std::move(done));
    }
    void forget_habit(const base::DeviceId& sensor, std::int64_t number, Done done) override {
        std::erase_if(habits_of(sensor), [&](const auto& habit) { return habit.number == number; });
        finish(std::move(done));
    }
    void forget_learned(const base::DeviceId& sensor, Done done) override {
        std::erase_if(habits_of(sensor),
                      [](const auto& habit) { return habit.source == detect::HabitSource::Learned; });
        finish(std::move(done));
    }

    ports::AlarmState state;
    detect::LimitOverview overview;
    std::optional<std::string> failure;
    std::string refusal;
    std::vector<std::string> answered_by;
    std::vector<ports::UseLabelRecord> labels;
    std::optional<ports::KeptUse> labelled_before;
    std::vector<base::DeviceId> judged_again;
    std::int64_t last_habit = 0;
    mutable int asked = 0;

private:
    std::vector<detect::Habit>& habits_of(const base::DeviceId& sensor) {
        for (ports::SensorWatch& watch : state.sensors) {
            if (watch.sensor == sensor) return watch.habits;
        }
        state.sensors.emplace_back();
        state.sensors.back().sensor = sensor;
        return state.sensors.back().habits;
    }
    void answer(std::int64_t id, const std::string& by, Done done,
                const std::function<void(detect::Incident&)>& change) {
        const auto found = std::find_if(state.incidents.begin(), state.incidents.end(),
                                        [&](const auto& incident) { return incident.id == id; });
        if (found == state.incidents.end()) return done(base::failure(base::Error{"it is not open"}));
        if (!failure) {
            change(*found);
            found->answered_by = by;
            answered_by.push_back(by);
        }
        finish(std::move(done));
    }
    void finish(Done done) const {
        if (failure) return done(base::failure(base::Error{*failure}));
        done({});
    }
};

class FakeChannels final : public ports::Channels {
public:
    [[nodiscard]] std::vector<ports::ChannelState> channels() const override { return list; }
    void test(const std::string& channel, Done done) override {
        tested.push_back(channel);
        if (failure) return done(base::failure(base::Error{*failure}));
        done({});
    }
    void set_enabled(bool enabled, Done done) override {
        on = enabled;
        done({});
    }
    [[nodiscard]] bool enabled() const override { return on; }

    std::vector<ports::ChannelState> list;
    std::optional<std::string> failure;
    std::vector<std::string> tested;
    bool on = true;
};

}  // namespace millrace::support
