// A bridge that has just connected, until its CONNECT tells who it is.
//
// For the relay with failover, which must know the bridge before it can say who answers it. Reads, and keeps what it
// read in memory that is wiped; sends nothing. Bounded in time and size. Gives up the socket by take(). Loop thread
// only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "capture/bridge_side.h"
#include "capture/door.h"
#include "mqtt/packet_parser.h"

namespace millrace::capture {

class Arrival : public std::enable_shared_from_this<Arrival> {
public:
    // `is_mqtt` is false when what came is no CONNECT; all of it is then in `connect` of the side.
    using Known = std::function<void(bool is_mqtt)>;
    using Gone = std::function<void()>;

    Arrival(DoorContext& context, BridgeSide side);

    // One of the two is called, later, unless close() is called before.
    void start(Known known, Gone gone);
    void close();

    [[nodiscard]] const BridgeSide& side() const { return side_; }
    [[nodiscard]] base::SteadyTime arrived() const { return arrived_; }
    [[nodiscard]] BridgeSide take();

private:
    void watch();
    void on_readable();
    void look();
    void finish(bool is_mqtt);
    void give_up(const std::string& why, bool bad);

    DoorContext& context_;
    BridgeSide side_;
    boost::asio::steady_timer timer_;
    SecretBytes read_;
    mqtt::PacketParser parser_;
    base::SteadyTime arrived_;
    Known known_;
    Gone gone_;
    bool done_ = false;
};

}  // namespace millrace::capture
