// The door between a bridge and its cloud: passes the bytes on and listens in.
//
// Owns one RelayPair per bridge connection, and what they share: the way to the cloud, the guard against loops, the
// queue of frames to the sink. Forwarding never waits for decoding. With failover, Failover decides which bridges come
// here, and gets those that the cloud has dropped. Loop thread only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "capture/admission.h"
#include "capture/bridge_side.h"
#include "capture/cloud_state.h"
#include "capture/dialer.h"
#include "capture/door.h"
#include "capture/frame_queue.h"
#include "mqtt/session_state.h"
#include "mqtt/tap_session.h"

namespace millrace::capture {

class Failover;
class RelayPair;

class Relay {
public:
    Relay(DoorContext& context, HostPort cloud, std::unique_ptr<Resolver> resolver);
    ~Relay();

    // Where the bridges connect, so that the relay does not connect there itself.
    void set_listening(const boost::asio::ip::tcp::endpoint& endpoint) { guard_.set_listening(endpoint); }

    void accept(boost::asio::ip::tcp::socket socket, const boost::asio::ip::tcp::endpoint& peer, Admission admission);

    // Whoever the cloud drops goes there; outlives the open pairs.
    void set_failover(Failover& failover) { failover_ = &failover; }
    // A bridge whose CONNECT was read at this time. Without failover where it is no MQTT.
    void accept(BridgeSide side, base::SteadyTime arrived, bool with_failover);
    // A bridge that we stood in for, and a connection to the cloud that was opened for it; what the cloud said on it
    // since then is for the bridge.
    void splice(BridgeSide side, mqtt::SessionState state, boost::asio::ip::tcp::socket cloud,
                base::ByteView from_cloud);

    // Whether a connection that comes from here is one of our own to the cloud; then it is dealt with as a loop.
    [[nodiscard]] bool refuse_own(const boost::asio::ip::tcp::endpoint& peer);
    void acknowledge(ports::ConnectionId connection, ports::Receipt receipt);
    [[nodiscard]] std::shared_ptr<RelayPair> find(ports::ConnectionId connection) const;
    [[nodiscard]] CloudRoute& route() { return route_; }
    [[nodiscard]] LoopGuard& guard() { return guard_; }
    [[nodiscard]] CloudState& cloud_state() { return cloud_state_; }
    [[nodiscard]] FrameQueue& queue() { return *queue_; }

    // Closes every pair and hands over what is still queued.
    void stop(const std::string& reason = "the daemon stops");

    void health(std::vector<ports::HealthItem>& items) const;

    [[nodiscard]] std::size_t pairs() const { return pairs_.size(); }

    // Bytes held for sockets that do not take them now, over all pairs.
    [[nodiscard]] std::size_t held_bytes() const;

private:
    friend class RelayPair;

    void break_loop(const std::vector<ports::ConnectionId>& connections, const std::string& where);
    void on_connect(ports::ConnectionId connection, const std::string& client_id);
    void on_closed(ports::ConnectionId connection);

    // Gives the cloud a moment to end its side, which shows that it has all.
    void wait_for_the_cloud();

    DoorContext& context_;
    Failover* failover_ = nullptr;
    std::unique_ptr<Resolver> resolver_;
    LoopGuard guard_;
    CloudRoute route_;
    CloudState cloud_state_;
    std::shared_ptr<FrameQueue> queue_;
    std::vector<mqtt::TapEvent> tap_events_;  // scratch, empty between calls
    std::map<ports::ConnectionId, std::shared_ptr<RelayPair>> pairs_;
};

}  // namespace millrace::capture
