// The door where we are the cloud: bridges connect, and we answer as its MQTT server.
//
// Owns the connections. What a bridge publishes goes to the FrameSink; what the hub decides comes back through
// BridgeLink. Messages that we publish ourselves are not delivered to the sink: the hub archives its own answers.
// A second connection with the client id of a first takes over from it, as the standard demands [MQTT-3.1.4-2].
// Loop thread only.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/asio/ip/tcp.hpp>

#include "capture/admission.h"
#include "capture/door.h"

namespace millrace::capture {

class StandInConnection;

class StandIn final : public ports::BridgeLink {
public:
    explicit StandIn(DoorContext& context);
    ~StandIn() override;

    void accept(boost::asio::ip::tcp::socket socket, const boost::asio::ip::tcp::endpoint& peer, Admission admission);

    // Closes every connection, telling the sink.
    void stop();

    void acknowledge(ports::ConnectionId connection, ports::Receipt receipt) override;
    bool publish(ports::ConnectionId connection, std::string topic, base::Bytes payload, std::uint8_t qos) override;

    [[nodiscard]] std::size_t connections() const { return connections_.size(); }

private:
    friend class StandInConnection;

    void on_client_id(ports::ConnectionId connection, const std::string& client_id);
    void on_closed(ports::ConnectionId connection, const std::string& client_id);
    [[nodiscard]] std::shared_ptr<StandInConnection> find(ports::ConnectionId connection) const;

    DoorContext& context_;
    std::map<ports::ConnectionId, std::shared_ptr<StandInConnection>> connections_;
    std::map<std::string, ports::ConnectionId, std::less<>> by_client_id_;
};

}  // namespace millrace::capture
