// The door where we are the cloud: bridges connect, and we answer as its MQTT server.
//
// Owns the connections. What a bridge publishes goes to the FrameSink; what the hub decides comes back through
// acknowledge() and publish(). Messages that we publish ourselves are not delivered to the sink: the hub archives its
// own answers. With failover, bridges come from and go back to the relay in the middle of their connection.
// A second connection with the client id of a first takes over from it, as the standard demands [MQTT-3.1.4-2].
// Loop thread only.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "capture/admission.h"
#include "capture/bridge_side.h"
#include "capture/door.h"
#include "mqtt/session_state.h"

namespace millrace::capture {

class Failover;
class StandInConnection;

class StandIn {
public:
    explicit StandIn(DoorContext& context);
    ~StandIn();

    // We stand in for a cloud that is away, and this is who knows about it; outlives the open connections.
    void set_failover(Failover& failover) { failover_ = &failover; }

    void accept(boost::asio::ip::tcp::socket socket, const boost::asio::ip::tcp::endpoint& peer, Admission admission);

    // A bridge whose CONNECT was read already.
    void accept(BridgeSide side);
    // A bridge that the relay had, and that the sink knows.
    void go_on(BridgeSide side, mqtt::SessionState state);

    // Closes every connection, telling the sink.
    void stop(const std::string& reason = "the daemon stops");

    void acknowledge(ports::ConnectionId connection, ports::Receipt receipt);
    bool publish(ports::ConnectionId connection, std::string topic, base::Bytes payload, std::uint8_t qos);

    [[nodiscard]] std::size_t connections() const { return connections_.size(); }
    [[nodiscard]] std::shared_ptr<StandInConnection> find(ports::ConnectionId connection) const;

private:
    friend class StandInConnection;

    void on_client_id(ports::ConnectionId connection, const std::string& client_id);
    void on_closed(ports::ConnectionId connection, const std::string& client_id);
    std::shared_ptr<StandInConnection> admit(BridgeSide side);

    DoorContext& context_;
    Failover* failover_ = nullptr;
    std::map<ports::ConnectionId, std::shared_ptr<StandInConnection>> connections_;
    std::map<std::string, ports::ConnectionId, std::less<>> by_client_id_;
};

}  // namespace millrace::capture
