// Decides, in relay mode, who answers a bridge: its cloud through the Relay, or the StandIn while the cloud is away.
//
// A bridge that connects is read until its CONNECT shows who it is. It goes to the relay when the cloud is not known to
// be away and nothing of it waits to be handed over, or else to the stand-in. What the relay loses comes to the
// stand-in on the same connection. For bridges stood in for, a CatchUp each brings them back: while the cloud is away
// one of them tries at a time, for all; afterwards a few at once. A bridge that connects again while its earlier
// connection is still open waits until it is known what the cloud has got of that one. Loop thread only.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "capture/admission.h"
#include "capture/bridge_side.h"
#include "capture/catch_up.h"
#include "capture/cloud_watch.h"
#include "capture/door.h"
#include "capture/log.h"
#include "mqtt/session_state.h"
#include "ports/handover.h"
#include "ports/health.h"

namespace millrace::capture {

class Arrival;
class Relay;
class StandIn;

class Failover {
public:
    struct Timing {
        base::Milliseconds patience;
        base::Milliseconds retry;
    };

    // Without a handover nothing waits and nothing is handed over. All outlive this.
    Failover(DoorContext& context, Relay& relay, StandIn& stand_in, ports::Handover* handover, Timing timing);
    ~Failover() { stop(); }

    void accept(boost::asio::ip::tcp::socket socket, const boost::asio::ip::tcp::endpoint& peer, Admission admission);
    // Before the relay and the stand-in stop.
    void stop();

    // What the relay tells.
    // `refusal` says why when it was this bridge that the cloud did not want.
    void take_over(BridgeSide side, std::optional<mqtt::SessionState> state, std::string_view label,
                   const std::string& refusal = {});
    void on_cloud_answered();
    void on_cloud_away(const std::string& why);
    void on_pair_gone(ports::ConnectionId id);
    void on_loop(ports::ConnectionId id, const std::string& message);
    // Whether this client has a newer connection.
    [[nodiscard]] bool superseded(const std::string& client_id, ports::ConnectionId id) const;

    // What the stand-in tells.
    void on_stood_in(ports::ConnectionId id, const std::optional<base::DeviceId>& bridge);
    void on_stand_in_closed(ports::ConnectionId id);

    // What a CatchUp tells and asks.
    void on_catch_up_open(ports::ConnectionId id);
    void on_catch_up_failed(ports::ConnectionId id, CatchUp::End end, const std::string& why, bool was_open);
    void on_delivered(const base::DeviceId& bridge, std::int64_t frame_id);
    void splice(ports::ConnectionId id, boost::asio::ip::tcp::socket cloud, base::ByteView from_cloud);
    [[nodiscard]] std::size_t waiting(const std::optional<base::DeviceId>& bridge) const;
    // The newest frame that went out and was not confirmed, because the way broke; 0 for none. Not known any more
    // after a restart.
    void note_unconfirmed(const base::DeviceId& bridge, std::int64_t frame_id);
    [[nodiscard]] std::int64_t unconfirmed(const base::DeviceId& bridge) const;

    [[nodiscard]] DoorContext& context() { return context_; }
    [[nodiscard]] Relay& relay() { return relay_; }
    [[nodiscard]] ports::Handover* handover() { return handover_; }
    [[nodiscard]] base::Milliseconds patience() const { return timing_.patience; }

    [[nodiscard]] std::optional<std::string> away() const {
        return watch_.away() ? std::optional(watch_.away()->why) : std::nullopt;
    }
    void health(std::vector<ports::HealthItem>& items) const;
    [[nodiscard]] std::size_t standing_in() const { return stood_.size() - catching_up(); }
    [[nodiscard]] std::size_t catching_up() const;

private:
    // A bridge we stand in for.
    struct Stood {
        std::optional<base::DeviceId> bridge;
        std::shared_ptr<CatchUp> catch_up;
        base::SteadyTime try_at;
        base::Milliseconds interval;
        std::string refusal;  // why the cloud does not want it
    };

    void tell_path(ports::ConnectionId id, ports::CloudPath path);
    void on_known(const std::shared_ptr<Arrival>& arrival, bool is_mqtt);
    void decide(ports::ConnectionId id);
    void drop(const std::shared_ptr<Arrival>& arrival);
    void add(ports::ConnectionId id, const std::string& client_id);
    void remove(ports::ConnectionId id);
    void plan();
    void wake_at(base::SteadyTime when);
    void try_one();
    void try_those_due();
    void begin(ports::ConnectionId id, Stood& stood);

    DoorContext& context_;
    Relay& relay_;
    StandIn& stand_in_;
    ports::Handover* handover_;
    Timing timing_;
    CloudWatch watch_;
    boost::asio::steady_timer timer_;
    LogGate away_gate_;
    LogGate back_gate_;
    bool stopped_ = false;
    std::map<ports::ConnectionId, std::shared_ptr<Arrival>> arrivals_;
    std::multimap<ports::ConnectionId, ports::ConnectionId> parked_;  // arrivals, by the connection they wait for
    std::map<ports::ConnectionId, Stood> stood_;
    std::map<std::string, std::set<ports::ConnectionId>, std::less<>> by_client_;  // with one of the doors
    std::map<ports::ConnectionId, std::string> client_of_;
    std::map<base::DeviceId, std::int64_t> unconfirmed_;
    // Callbacks posted to the loop may run after this is gone; they hold it weakly.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace millrace::capture
