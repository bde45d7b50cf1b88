// Asks Home Assistant's Supervisor for the MQTT broker that its broker app has announced.
//
// The question blocks, so it is asked on a thread of its own; the answer comes back to the loop. Loop thread only. What
// it refers to outlives it.
#pragma once

#include <functional>
#include <memory>

#include "app/supervisor/home.h"
#include "notify/http_client.h"
#include "notify/worker.h"
#include "ports/broker_source.h"

namespace millrace::app {

using BrokerAnswer = base::Result<ports::BrokerLogin, ports::NoBroker>;

// What the Supervisor's answer, or that none came, says of the broker. Pure.
[[nodiscard]] BrokerAnswer read_broker(const base::Result<notify::HttpAnswer, base::Error>& answer);

class SupervisorBroker final : public ports::BrokerSource {
public:
    using Ask =
        std::function<base::Result<notify::HttpAnswer, base::Error>(const notify::HttpRequest&, notify::Cancel&)>;

    SupervisorBroker(SupervisorHome home, const base::Clock& clock, notify::Worker::Post post, Ask ask = notify::ask);

    void ask(std::function<void(BrokerAnswer)> answer) override;

    // To be called every second.
    void tick();
    // No answer comes after this.
    void stop() { worker_.stop(); }

private:
    const SupervisorHome home_;
    const base::Clock& clock_;
    const notify::Worker::Post post_;
    const Ask ask_;
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);
    notify::Worker worker_;
};

}  // namespace millrace::app
