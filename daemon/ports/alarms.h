// Alarms, uses, habits and modes, for everybody who shows them or lets people answer them.
//
// Loop thread only. `done` is called later on the loop, exactly once, when the change is on disk or has failed; what it
// changes takes effect at once.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/device_id.h"
#include "base/result.h"
#include "base/time.h"
#include "detect/habit.h"
#include "detect/incident.h"
#include "detect/limit_overview.h"
#include "detect/settings.h"
#include "detect/use.h"
#include "ports/alarm_records.h"

namespace millrace::ports {

// What is known of one sensor's water right now.
struct SensorWatch {
    base::DeviceId sensor;
    std::optional<detect::Use> use;               // under way
    std::optional<classify::Verdict> use_may_be;  // what it would be if it ended now
    std::optional<classify::Category> last_use;   // what the last one that ended was, in this run
    base::FlowRate base_flow;                     // that does not rest
    std::vector<detect::Finding> pending;         // past half of their limit, budgets that hold already left out
    std::vector<detect::Habit> habits;
    int days_learned = 0;
};

struct AlarmState {
    detect::Mode mode = detect::Mode::Home;
    bool mode_by_schedule = false;  // nobody chose it
    bool irrigation_active = false;
    std::vector<detect::Incident> incidents;  // open ones, the gravest first
    std::vector<SensorWatch> sensors;         // by id
    detect::Settings rules;                   // in force
};

class AlarmSubscriber {
public:
    virtual ~AlarmSubscriber() = default;
    // At once, whatever disk, broker and channels do. Must return at once.
    virtual void on_alarm(const detect::AlarmEvent& event) = 0;
};

class Alarms {
public:
    virtual ~Alarms() = default;

    using Done = std::function<void(base::Result<void, base::Error>)>;

    [[nodiscard]] virtual AlarmState alarms() const = 0;
    // How long a sensor's water may run now; of one whose water is not known, what holds in every house.
    [[nodiscard]] virtual detect::LimitOverview limits(const base::DeviceId& sensor) const = 0;

    // `by`: who, in their own words ("Home Assistant", "api", "ntfy button"); shown in the history.
    virtual void acknowledge(std::int64_t incident, const std::string& by, Done done) = 0;
    virtual void snooze(std::int64_t incident, base::WallTime until, const std::string& by, Done done) = 0;
    virtual void note(std::int64_t incident, const std::string& text, const std::string& by, Done done) = 0;
    virtual void not_a_leak(std::int64_t incident, const std::string& by, Done done) = 0;

    // Nothing gives the mode back to the schedule.
    virtual void set_mode(std::optional<detect::Mode> mode, Done done) = 0;
    virtual void set_irrigation_active(bool active, Done done) = 0;
    // Replaces the limits and switches of the rules.
    virtual void set_rules(const detect::Settings& settings, Done done) = 0;

    // What a use was, by which later ones are told too. `label.at` is filled in; `before` is the use as it was
    // kept. Whether there is such a use is the caller's to know.
    virtual void label_use(const UseLabelRecord& label, const KeptUse& before, Done done) = 0;
    // Tells the remembered uses anew, by what was learned since. What is shown as totals stays.
    virtual void judge_uses_again(const base::DeviceId& sensor, Done done) = 0;

    // A habit without a number is new.
    virtual void set_habit(const base::DeviceId& sensor, const detect::Habit& habit, Done done) = 0;
    virtual void forget_habit(const base::DeviceId& sensor, std::int64_t number, Done done) = 0;
    virtual void forget_learned(const base::DeviceId& sensor, Done done) = 0;
};

}  // namespace millrace::ports
