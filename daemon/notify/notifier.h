// Tells people of alarms through the channels of the settings, and a dead-man's switch that we live.
//
// What happens to incidents goes into the policy (policy.h), which says whom to tell and when; each channel has a line
// of its own (line.h) with a queue and a thread. What waits, and what became of it, goes to the store, which is never
// waited for: a notice goes out when the disk is full, too.
//
// Loop thread only; sending is done on the lines' threads, and answers come back to the loop. The loop, the store and
// the clock outlive the notifier.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "notify/settings.h"
#include "ports/alarms.h"
#include "ports/answer_codes.h"
#include "ports/frame_store.h"
#include "ports/health.h"
#include "ports/notify.h"

namespace boost::asio {
class io_context;
}

namespace millrace::notify {

struct Surroundings {
    ports::FrameStore& store;
    const base::Clock& clock;
    std::function<std::string()> cloud;                        // how the cloud does, in a few words
    std::function<bool()> healthy;                             // whether the dead-man's switch is to be pinged
    std::function<std::vector<detect::Incident>()> incidents;  // open ones, with their present numbers
    const ports::AnswerCodes* answer_codes = nullptr;          // of buttons; nothing: they bear none
};

class Notifier final : public ports::AlarmSubscriber, public ports::Channels, public ports::SelfReport {
public:
    Notifier(boost::asio::io_context& loop, Settings settings, Surroundings surroundings);
    ~Notifier() override;  // stops
    Notifier(const Notifier&) = delete;
    Notifier& operator=(const Notifier&) = delete;

    // Before `start` and the first alarm.
    void restore(const ports::StoredState& stored);
    void start();
    // Takes two seconds at most. What was not delivered goes on after a restart.
    void stop();

    // Of notices that are put into words from now on, and of quiet hours.
    void set_site(base::VolumeUnit unit, const base::TimeZone& zone);

    void on_alarm(const detect::AlarmEvent& event) override;

    [[nodiscard]] std::vector<ports::ChannelState> channels() const override;
    void test(const std::string& channel, Done done) override;
    void set_enabled(bool enabled, Done done) override;
    [[nodiscard]] bool enabled() const override;

    void health(std::vector<ports::HealthItem>& items) const override;
    void metrics(std::vector<ports::Metric>& metrics) const override;

private:
    class Desk;
    std::unique_ptr<Desk> desk_;
};

}  // namespace millrace::notify
