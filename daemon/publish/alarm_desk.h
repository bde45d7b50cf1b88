// Between alarms and the broker: what is to be said of them, and what people ask for.
//
// Asks the watch for its state when an alarm event came, when somebody changed something, when a device has come or
// gone, and otherwise at most once a second, for the watch copies all it knows. Alerts wait here until the broker is
// there, within the publisher's limits. Loop thread only; `forget` and `repeat_house` as in AlarmPlanner.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "base/time.h"
#include "ports/alarms.h"
#include "ports/live.h"
#include "ports/notify.h"
#include "publish/alarms.h"
#include "publish/commands.h"
#include "publish/log_budget.h"
#include "publish/message.h"
#include "publish/settings.h"

namespace millrace::publish {

class AlarmDesk {
public:
    static constexpr base::Seconds kAskedEvery{1};
    // A test reaches people; one a minute is a rehearsal, more is a nuisance.
    static constexpr base::Seconds kTestEvery{60};
    static constexpr base::Seconds kSnoozed{3600};

    // Without alarms or channels it says nothing of them. All must outlive it.
    AlarmDesk(const Settings& settings, const base::Clock& clock, ports::Alarms* alarms, ports::Channels* channels)
        : settings_(settings), clock_(clock), alarms_(alarms), channels_(channels), planner_(settings) {}

    void note(const detect::AlarmEvent& event);
    // `changed` is called later, when what was asked for is done or has failed.
    void obey(const Command& command, const ports::LiveState& live, std::function<void()> changed);

    // What is to be sent now, alerts last.
    [[nodiscard]] std::vector<Message> plan(const ports::LiveState& live, base::SteadyTime now);
    [[nodiscard]] std::optional<base::SteadyTime> due() const { return planner_.due(); }

    void forget() {
        planner_.forget();
        state_.reset();
    }
    // Everything is said anew, as they are now.
    void settings_changed() {
        planner_ = AlarmPlanner(settings_);
        state_.reset();
    }
    void repeat_house() {
        planner_.repeat_house();
        state_.reset();
    }

private:
    struct Waiting {
        Message message;
        base::SteadyTime since;
    };
    // Of a change: the state is asked for anew, and a failure is said in the log.
    [[nodiscard]] ports::Alarms::Done after(const char* what, std::function<void()> changed);
    void wait(Message message);
    void answer_alarms(const base::DeviceId& device, bool snooze, const std::function<void()>& changed);
    void test(const base::DeviceId& device, const ports::LiveState& live, const std::function<void()>& changed);

    const Settings& settings_;
    const base::Clock& clock_;
    ports::Alarms* alarms_;
    ports::Channels* channels_;
    AlarmPlanner planner_;
    std::optional<ports::AlarmState> state_;
    base::SteadyTime asked_{};
    std::size_t devices_ = 0;  // for which it was asked
    std::deque<Waiting> waiting_;
    std::optional<base::SteadyTime> tested_;
    LogBudget log_budget_;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // answers check it: they may outlive us
};

}  // namespace millrace::publish
