// The bridges' connections among all that is captured live: what the frame sink hears of them.
//
// On a mirror port other clients of other brokers come by, on the same TCP port. A connection is a bridge's when its
// CONNECT gives a device id, or when a message goes the bridge's way on it: to the server on a topic to the cloud, or
// back on one of its answers. All others stay unheard and are only counted.
//
// A connection that was open before we began names its bridge only in its next heartbeat, ten minutes later at most,
// unless one of its devices is known from earlier. Its frames come without a bridge until then; the sink can tell by
// their topics. Pure; any thread, one at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "capture/pcap/connection_table.h"
#include "ports/bridge_link.h"

namespace millrace::capture {

// Which bridge a device belongs to, as far as it is known from earlier; the bridge itself for a bridge.
using BridgeOfDevice = std::function<std::optional<base::DeviceId>(const base::DeviceId& device)>;

class LiveConnections final : public ConnectionWatcher {
public:
    // The doors number their connections from 1; these numbers are never reached there.
    static constexpr ports::ConnectionId kFirstConnection = std::uint64_t{1} << 40;

    explicit LiveConnections(ports::FrameSink& sink) : sink_(sink) {}

    void set_bridge_of_device(BridgeOfDevice bridge_of_device) { bridge_of_device_ = std::move(bridge_of_device); }

    void on_publish(SeenPublish seen) override;
    void on_bridge(const SeenConnection& seen, base::WallTime at) override;
    void on_packet(const SeenConnection& seen, base::WallTime at) override;
    void on_end(std::uint64_t connection, base::WallTime at, std::string_view reason) override;

    [[nodiscard]] std::size_t open() const { return connections_.size(); }
    [[nodiscard]] std::uint64_t connections() const { return seen_; }
    [[nodiscard]] std::uint64_t frames() const { return frames_; }
    [[nodiscard]] std::uint64_t ignored() const { return ignored_; }  // messages of somebody else
    [[nodiscard]] std::optional<base::WallTime> last_packet() const { return last_packet_; }

private:
    struct Connection {
        ports::ConnectionId id = 0;
        std::optional<base::DeviceId> bridge;
    };

    [[nodiscard]] std::optional<base::DeviceId> bridge_of(const SeenPublish& seen) const;
    // Makes sure that the sink knows the connection, as this bridge's when that is known.
    Connection& tell(std::uint64_t number, const Endpoint& client, const std::optional<base::DeviceId>& bridge,
                     base::WallTime at);

    ports::FrameSink& sink_;
    BridgeOfDevice bridge_of_device_;
    std::map<std::uint64_t, Connection> connections_;  // the bridges' only, by the table's number
    ports::ConnectionId last_ = kFirstConnection - 1;
    std::uint64_t seen_ = 0;
    std::uint64_t frames_ = 0;
    std::uint64_t ignored_ = 0;
    std::optional<base::WallTime> last_packet_;
};

}  // namespace millrace::capture
