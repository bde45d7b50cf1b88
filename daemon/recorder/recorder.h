// Takes our history into Home Assistant's long-term statistics: connects, logs in, compares and imports at the start of
// a connection and after each hour, and tries again when Home Assistant goes away.
//
// Owns the connection and its session. Loop thread only; it starts when the doors are open and ends with `stop`. The
// token is said to Home Assistant and to nobody else.
#pragma once

#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/time.h"
#include "ports/health.h"
#include "ports/history.h"
#include "ports/live.h"
#include "recorder/settings.h"

namespace millrace::recorder {

class Recorder final : public ports::SelfReport {
public:
    Recorder(boost::asio::io_context& loop, Settings settings, ports::History& history, const ports::LiveView& live,
             const base::Clock& clock);
    ~Recorder() override;

    // Does nothing when the settings name no Home Assistant.
    void start();
    void stop();

    // Of what is imported; all is compared anew.
    void set_unit(base::VolumeUnit unit);

    void health(std::vector<ports::HealthItem>& items) const override;
    void metrics(std::vector<ports::Metric>& metrics) const override;

private:
    class Desk;
    std::shared_ptr<Desk> desk_;  // null: nothing to do
};

}  // namespace millrace::recorder
