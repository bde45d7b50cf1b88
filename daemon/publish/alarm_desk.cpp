#include "publish/alarm_desk.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "base/overloaded.h"
#include "publish/publisher.h"

namespace millrace::publish {
namespace {

// As the history shows who answered.
constexpr const char* kWho = "Home Assistant";

}  // namespace

void AlarmDesk::wait(Message message) {
    if (waiting_.size() >= Publisher::kMaxAlertsWaiting) waiting_.pop_front();
    waiting_.push_back({std::move(message), clock_.steady_now()});
}

void AlarmDesk::note(const detect::AlarmEvent& event) {
    state_.reset();
    if (auto message = alert_message(settings_, event)) wait(std::move(*message));
}

ports::Alarms::Done AlarmDesk::after(const char* what, std::function<void()> changed) {
    return [this, alive = std::weak_ptr(alive_), what,
            changed = std::move(changed)](const base::Result<void, base::Error>& done) {
        if (alive.expired()) return;
        planner_.repeat_house();
        state_.reset();
        if (!done && log_budget_.allow(clock_.steady_now())) {
            const auto logger = spdlog::get("publish");
            (logger ? logger : spdlog::default_logger())->warn("{} by MQTT: {}", what, done.error().message);
        }
        changed();
    };
}

void AlarmDesk::answer_alarms(const base::DeviceId& device, bool snooze, const std::function<void()>& changed) {
    const base::WallTime until = clock_.wall_now() + kSnoozed;
    for (const detect::Incident& incident : alarms_->alarms().incidents) {
        if (incident.device != device || !incident.open()) continue;
        if (snooze) {
            alarms_->snooze(incident.id, until, kWho, after("an alarm was snoozed", changed));
        } else if (incident.state != detect::IncidentState::Acknowledged) {
            alarms_->acknowledge(incident.id, kWho, after("an alarm was acknowledged", changed));
        }
    }
}

void AlarmDesk::test(const base::DeviceId& device, const ports::LiveState& live, const std::function<void()>& changed) {
    const bool known = std::any_of(live.sensors.begin(), live.sensors.end(),
                                   [&](const ports::LiveSensor& sensor) { return sensor.id == device; });
    const base::SteadyTime now = clock_.steady_now();
    if (!known || (tested_ && now - *tested_ < kTestEvery)) return;
    tested_ = now;
    wait(test_alert_message(settings_, device, clock_.wall_now()));
    if (channels_ == nullptr) return;
    for (const ports::ChannelState& channel : channels_->channels()) {
        channels_->test(channel.name, after("a channel was tested", changed));
    }
}

void AlarmDesk::obey(const Command& command, const ports::LiveState& live, std::function<void()> changed) {
    std::visit(base::Overloaded{
                   [](const SetCloudMode&) {},  // none of these is ours
                   [](const SetCloudRelay&) {},
                   [](const RestartDaemon&) {},
                   [&](const SetRuleLimit& wanted) {
                       if (alarms_ == nullptr) return;
                       detect::Settings rules = alarms_->alarms().rules;
                       wanted.limit->set(rules, wanted.value);
                       alarms_->set_rules(rules, after("a rule's limit was changed", changed));
                   },
                   [&](const SetMode& wanted) {
                       if (alarms_ != nullptr) alarms_->set_mode(wanted.mode, after("the mode was changed", changed));
                   },
                   [&](const SetIrrigation& wanted) {
                       if (alarms_ == nullptr) return;
                       alarms_->set_irrigation_active(wanted.active, after("irrigation was switched", changed));
                   },
                   [&](const SetNotifications& wanted) {
                       if (channels_ == nullptr) return;
                       channels_->set_enabled(wanted.enabled, after("notifications were switched", changed));
                   },
                   [&](const AcknowledgeAlarms& wanted) {
                       if (alarms_ != nullptr) answer_alarms(wanted.device, false, changed);
                   },
                   [&](const SnoozeAlarms& wanted) {
                       if (alarms_ != nullptr) answer_alarms(wanted.device, true, changed);
                   },
                   [&](const TestAlert& wanted) { test(wanted.device, live, changed); },
               },
               command);
}

std::vector<Message> AlarmDesk::plan(const ports::LiveState& live, base::SteadyTime now) {
    std::vector<Message> messages;
    if (alarms_ != nullptr) {
        const bool due = planner_.due() && now >= *planner_.due();
        const std::size_t devices = live.bridges.size() + live.sensors.size() + live.pucks.size();
        const bool come_or_gone = std::exchange(devices_, devices) != devices;
        const bool ask = !state_ || come_or_gone || now - asked_ >= kAskedEvery;
        if (ask) {
            state_ = alarms_->alarms();
            asked_ = now;
        }
        const auto enabled = channels_ == nullptr ? std::nullopt : std::optional(channels_->enabled());
        if (ask || due) messages = planner_.plan(*state_, live, enabled, now);
    }
    for (Waiting& alert : waiting_) {
        if (now - alert.since < Publisher::kAlertWaits) messages.push_back(std::move(alert.message));
    }
    waiting_.clear();
    return messages;
}

}  // namespace millrace::publish
