// The door to bridges that connect to the owner's own broker: we are a client there, a guest.
//
// Subscribes to what bridges publish (`2/#`) at QoS 1 under a session that the broker keeps, so that it holds QoS 1
// messages for us while we are away, and acknowledges each once it is on disk. Where we answer, as the stand-in would,
// the answers are published on `responses/…`, which the bridges have subscribed to there; otherwise the cloud answers
// through the broker's own bridge to it, and we listen to that too. The broker acknowledges the bridges itself: what it
// loses we never saw. Plain TCP. Loop thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

#include "base/result.h"
#include "base/time.h"
#include "capture/settings.h"
#include "ports/bridge_link.h"
#include "ports/health.h"
#include "ports/setup.h"

namespace millrace::capture {

struct GuestLimits {
    base::Milliseconds first_wait{1'000};  // before connecting again; doubled up to the longest
    base::Milliseconds longest_wait{60'000};
    base::Milliseconds connect_timeout{10'000};
    std::size_t max_outgoing_bytes = 256 * 1024;  // for a broker that does not read
};

class Guest final : public ports::SelfReport, public ports::GuestView {
public:
    // The loop, the clock and the sink outlive it.
    Guest(boost::asio::io_context& loop, const base::Clock& clock, GuestSettings settings, ports::FrameSink& sink,
          GuestLimits limits = {});
    ~Guest() override;  // stops

    // Does nothing without a broker. The error says what is wrong with the settings; that the broker is away is no
    // error.
    [[nodiscard]] base::Result<void, base::Error> start();
    void stop();

    [[nodiscard]] std::optional<ports::BrokerLink> guest() const override;

    // "guest" where there is a broker.
    void health(std::vector<ports::HealthItem>& items) const override;
    void metrics(std::vector<ports::Metric>& metrics) const override;

private:
    class Connection;
    std::shared_ptr<Connection> connection_;
};

}  // namespace millrace::capture
