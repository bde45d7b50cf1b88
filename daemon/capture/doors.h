// The doors of the house that bridges come through: the listener, and behind it the stand-in or the relay.
//
// The app makes one, starts it, asks it for health and figures, and stops it. In which mode may change at any time; the
// listener stays. All doors share the listener, the connection limits and the counters. Stopping closes the listener
// first, then every connection, telling the sink of each. Must be destroyed before the io_context. Loop thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "capture/connection_life.h"
#include "capture/door_limits.h"
#include "capture/settings.h"
#include "ports/bridge_link.h"
#include "ports/cloud_mode.h"
#include "ports/handover.h"
#include "ports/health.h"
#include "ports/network.h"
#include "ports/setup.h"

namespace boost::asio {
class io_context;
}

namespace millrace::capture {

class Doors final : public ports::SelfReport, public ports::NetworkView, public ports::BridgeListenerView {
public:
    // The loop, the clock, the sink and the handover outlive the doors. Without a handover the cloud is not given what
    // it missed.
    Doors(boost::asio::io_context& loop, const base::Clock& clock, Settings settings, ports::FrameSink& sink,
          ports::Handover* handover, DoorLimits limits = {});
    ~Doors() override;

    // Listens on settings.listen, with the socket that systemd listens on there, if there is one, which is owned here
    // from then on. The error names the address and says how to mend it; after one, the doors stay closed and start()
    // may be called again.
    [[nodiscard]] base::Result<void, base::Error> start(std::optional<int> inherited_socket = std::nullopt);
    void stop();

    // Closes the bridges' connections, which come back to the new mode's door. After an error all is as before. Before
    // start() it only sets what is started.
    [[nodiscard]] base::Result<void, base::Error> set_mode(ports::CloudMode mode);
    [[nodiscard]] ports::CloudMode mode() const;
    // Why the cloud is taken to be away, with failover; nothing while it is not.
    [[nodiscard]] std::optional<std::string> cloud_away() const;

    // "0.0.0.0:1883", with the port the system chose when 0 was asked for; empty while closed.
    [[nodiscard]] std::string local_endpoint() const;
    [[nodiscard]] std::uint16_t local_port() const;  // 0 while closed

    // Tells what topics are about, for the network view.
    void set_kind_of(KindOf kind_of);
    [[nodiscard]] ports::Network network() const override;
    [[nodiscard]] ports::BridgeListener bridge_listener() const override;

    // "bridge_listener", and "cloud" when there is a relay.
    void health(std::vector<ports::HealthItem>& items) const override;
    void metrics(std::vector<ports::Metric>& metrics) const override;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace millrace::capture
