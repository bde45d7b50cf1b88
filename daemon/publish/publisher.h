// Tells the user's broker, and so Home Assistant, what the hub knows.
//
// After each connection: listen for some seconds to what an earlier run left retained (leftovers.h), subscribe to the
// birth topic, send the discovery documents, give Home Assistant a second to
// subscribe, then say "online" and send every state. From then on only what is new (`StatePlanner`,
// `DiscoveryPlanner`). A birth message of Home Assistant brings everything again after a random delay. On a clean
// stop we say "offline" ourselves; when the daemon dies, the broker does it with our Will. Commands come on the topics
// that the documents name, and are answered by the state that results; one that is retained or not understood is left.
//
// Keeps a copy of the latest state and sends it a moment later, so `on_live` returns at once however slow the broker
// is. Alarms go out within that moment too; an alert that finds no broker waits for one, but not longer than
// `kAlertWaits`. Loop thread only. The clock, the loop and what Commands refers to outlive the publisher.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/version.h"
#include "ports/alarms.h"
#include "ports/broker_source.h"
#include "ports/health.h"
#include "ports/live.h"
#include "ports/notify.h"
#include "ports/release.h"
#include "ports/setup.h"
#include "publish/settings.h"
#include "publish/timing.h"

namespace boost::asio {
class io_context;
}

namespace millrace::publish {

// What may be asked for over MQTT.
struct Commands {
    std::function<void(ports::CloudMode)> set_cloud_mode;
    ports::Alarms* alarms = nullptr;      // null: nobody watches the water, and nothing is said of alarms
    ports::Channels* channels = nullptr;  // null: nobody is told
    std::function<void()> restart;
};

class Publisher final : public ports::LiveSubscriber,
                        public ports::AlarmSubscriber,
                        public ports::SelfReport,
                        public ports::HomeAssistantView {
public:
    // Older ones would only confuse; the alarms' states tell what still holds.
    static constexpr base::Seconds kAlertWaits{15 * 60};
    static constexpr std::size_t kMaxAlertsWaiting = 64;

    Publisher(boost::asio::io_context& loop, Settings settings, const base::Clock& clock, Commands commands,
              Timing timing = {}, std::string version = base::version());
    ~Publisher() override;  // without stop(): drops the connection, and the broker sends our Will
    Publisher(const Publisher&) = delete;
    Publisher& operator=(const Publisher&) = delete;

    // Asked for the broker before each attempt at it, where the settings name none. Before start(); outlives us.
    void ask_for_broker(ports::BrokerSource& source);

    // Does nothing without a broker in the settings or somebody to ask for one.
    void start();

    // Says "offline", disconnects, and calls `done` once, within twice `Timing::goodbye_wait`; never before it returns.
    void stop(std::function<void()> done);

    // From now on. Documents and states go out anew where that changes them, and what is no more is taken away.
    void set_site(base::VolumeUnit unit, const base::TimeZone& zone, const std::optional<meter::Tariff>& tariff);

    // The newest one there is, for the update entity where there is one.
    void on_release(const ports::Release& newest);

    [[nodiscard]] bool looks() const override;
    void on_live(const ports::LiveState& state) override;
    void on_alarm(const detect::AlarmEvent& event) override;

    [[nodiscard]] std::optional<ports::HomeAssistantLink> home_assistant() const override;

    void health(std::vector<ports::HealthItem>& items) const override;
    void metrics(std::vector<ports::Metric>& metrics) const override;

private:
    class Session;
    std::unique_ptr<Session> session_;
};

}  // namespace millrace::publish
