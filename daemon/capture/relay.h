// The door between a bridge and its cloud: passes the bytes on and listens in.
//
// Owns one RelayPair per bridge connection, and what they share: the way to the cloud, the guard against loops, the
// queue of frames to the sink. Forwarding never waits for decoding. Loop thread only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "capture/admission.h"
#include "capture/cloud_state.h"
#include "capture/dialer.h"
#include "capture/door.h"
#include "capture/frame_queue.h"
#include "mqtt/tap_session.h"

namespace millrace::capture {

class RelayPair;

class Relay {
public:
    Relay(DoorContext& context, HostPort cloud, std::unique_ptr<Resolver> resolver);
    ~Relay();

    // Where the bridges connect, so that the relay does not connect there itself.
    void set_listening(const boost::asio::ip::tcp::endpoint& endpoint) { guard_.set_listening(endpoint); }

    void accept(boost::asio::ip::tcp::socket socket, const boost::asio::ip::tcp::endpoint& peer, Admission admission);

    // Closes every pair and hands over what is still queued.
    void stop();

    void health(std::vector<ports::HealthItem>& items) const;

    [[nodiscard]] std::size_t pairs() const { return pairs_.size(); }

    // Bytes held for sockets that do not take them now, over all pairs.
    [[nodiscard]] std::size_t held_bytes() const;

private:
    friend class RelayPair;

    void break_loop(const std::vector<ports::ConnectionId>& connections, const std::string& where);
    void on_connect(ports::ConnectionId connection, const std::string& client_id);
    void on_closed(ports::ConnectionId connection);

    DoorContext& context_;
    std::unique_ptr<Resolver> resolver_;
    LoopGuard guard_;
    CloudRoute route_;
    CloudState cloud_state_;
    std::shared_ptr<FrameQueue> queue_;
    std::vector<mqtt::TapEvent> tap_events_;  // scratch, empty between calls
    std::map<ports::ConnectionId, std::shared_ptr<RelayPair>> pairs_;
};

}  // namespace millrace::capture
