// One bridge that we answer: its socket, its timer and its mqtt::ServerSession.
//
// Carries out what the session asks for. Lives as long as an operation of its own is under way or the StandIn lists
// it; once closed it touches nothing but itself. Loop thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "capture/admission.h"
#include "capture/door.h"
#include "capture/endpoint.h"
#include "capture/packet_counter.h"
#include "mqtt/server_session.h"

namespace millrace::capture {

class StandIn;

class StandInConnection : public std::enable_shared_from_this<StandInConnection> {
public:
    StandInConnection(StandIn& door, ports::ConnectionId id, boost::asio::ip::tcp::socket socket, std::string peer,
                      Admission admission);

    void start();
    void acknowledge(ports::Receipt receipt);

    // False when it did not go out: the bridge has not subscribed to it, or is closed.
    bool publish(std::string topic, base::Bytes payload, std::uint8_t qos);

    // `bad` is the metric label when the peer is to blame.
    void close(const std::string& reason, std::string_view bad = {});

private:
    void watch_reading();
    void on_readable();
    void watch_writing();
    void on_writable();
    void watch_deadline();

    // `blame` is the metric label should the session close for another reason than a malformed packet.
    void carry_out(mqtt::ServerActions actions, std::string_view blame = "protocol");
    void on_connected(const mqtt::ClientConnected& connected);
    void deliver(mqtt::Delivered delivered);
    void send(base::ByteView bytes);

    StandIn& door_;
    DoorContext& context_;
    ports::ConnectionId id_;
    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer timer_;
    std::optional<base::SteadyTime> timer_set_for_;
    std::string peer_;
    std::optional<Admission> admission_;
    mqtt::ServerSession session_;
    PacketCounter from_bridge_;
    PacketCounter to_bridge_;

    base::Bytes outgoing_;  // what the socket would not take yet
    bool writing_ = false;
    bool opened_ = false;
    bool closed_ = false;
    std::string client_id_;
    std::optional<base::DeviceId> bridge_;
};

}  // namespace millrace::capture
