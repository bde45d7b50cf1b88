// What we say about alarms, and when we say it again.
//
// Topics under `millrace/<uuid>/`. Sensor: leak, leak_burst, leak_continuous, leak_slow, leak_toilet, away_usage,
// long_use, sprinkler_zone, impossible_flow, budget_day, budget_week, budget_month, sensor_reporting, radio_link,
// low_battery, moved, data_erased, clock_missing, base_flow, session_volume. A meter that is heard by Bluetooth: those
// of the water and sensor_reporting. Leak puck: leak_puck_wet, leak_puck_reporting, low_battery. Bridge: offline. All:
// `alarms`, an object with the numbers of each of these that is on. Of the house, under `millrace/`: mode,
// irrigation_active, notifications, and the limits of rule_limits.h. All are retained at QoS 1; the numbers follow
// within a minute, and at once when an alarm changes. `alert` is an event: sent once, not retained.
//
// An alarm is on as long as its incident is open, answered or not, for the state follows the water; an incident's
// lesser rules are on while they hold.
//
// Pure: times are parameters. Loop thread only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/device_id.h"
#include "base/time.h"
#include "ports/alarms.h"
#include "ports/live.h"
#include "publish/message.h"
#include "publish/pacing.h"
#include "publish/settings.h"

namespace millrace::publish {

// What concerns one device.
struct DeviceAlarms {
    std::vector<detect::Incident> incidents;   // open
    std::vector<detect::Finding> holding;      // of its water, the lesser rules too
    std::optional<detect::Use> use;            // under way
    std::optional<classify::Category> use_is;  // what the use under way may be, or the last one was
    std::optional<base::FlowRate> base_flow;

    bool operator==(const DeviceAlarms&) const = default;
};

[[nodiscard]] std::vector<StateMessage> sensor_alarm_messages(const Settings& settings, const base::DeviceId& sensor,
                                                              const DeviceAlarms& alarms);
[[nodiscard]] std::vector<StateMessage> meter_alarm_messages(const Settings& settings, const base::DeviceId& meter,
                                                             const DeviceAlarms& alarms);
[[nodiscard]] std::vector<StateMessage> puck_alarm_messages(const Settings& settings, const base::DeviceId& puck,
                                                            const DeviceAlarms& alarms);
[[nodiscard]] std::vector<StateMessage> bridge_alarm_messages(const Settings& settings, const base::DeviceId& bridge,
                                                              const DeviceAlarms& alarms);
// `notifications`: nothing while there is nobody to tell.
[[nodiscard]] std::vector<StateMessage> house_alarm_messages(const Settings& settings, const ports::AlarmState& state,
                                                             std::optional<bool> notifications);

// Nothing for a change that is no alert, such as a note.
[[nodiscard]] std::optional<Message> alert_message(const Settings& settings, const detect::AlarmEvent& event);
[[nodiscard]] Message test_alert_message(const Settings& settings, const base::DeviceId& device, base::WallTime now);

class AlarmPlanner {
public:
    explicit AlarmPlanner(Settings settings) : settings_(std::move(settings)) {}

    // For the devices of `live`. What is retained of those that are no more is emptied.
    [[nodiscard]] std::vector<Message> plan(const ports::AlarmState& state, const ports::LiveState& live,
                                            std::optional<bool> notifications, base::SteadyTime now);

    // The broker or Home Assistant may have lost everything: the next plan holds every message.
    void forget();
    // What is said of the house itself goes out again, changed or not.
    void repeat_house() { house_sent_.clear(); }

    // When the next plan could hold something though nothing has changed.
    [[nodiscard]] std::optional<base::SteadyTime> due() const { return due_; }

private:
    using Builder = std::vector<StateMessage> (*)(const Settings&, const base::DeviceId&, const DeviceAlarms&);
    struct Record {
        Builder build = nullptr;
        DeviceAlarms alarms;
        SentByTopic sent;
        std::optional<base::SteadyTime> due;
    };
    void plan_device(const base::DeviceId& id, DeviceAlarms alarms, Builder build, base::SteadyTime now,
                     std::vector<Message>& messages);

    Settings settings_;
    SentByTopic house_sent_;
    std::unordered_map<base::DeviceId, Record> records_;
    std::optional<base::SteadyTime> due_;
};

}  // namespace millrace::publish
