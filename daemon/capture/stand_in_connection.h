// One bridge that we answer: its socket, its timer and its mqtt::ServerSession.
//
// Carries out what the session asks for. Lives as long as an operation of its own is under way or the StandIn lists
// it; once closed or handed on it touches nothing but itself. Loop thread only.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "capture/admission.h"
#include "capture/bridge_side.h"
#include "capture/door.h"
#include "capture/endpoint.h"
#include "capture/packet_counter.h"
#include "mqtt/server_session.h"

namespace millrace::capture {

class StandIn;

class StandInConnection : public std::enable_shared_from_this<StandInConnection> {
public:
    StandInConnection(StandIn& door, BridgeSide side);

    void start();
    // With a bridge that the relay had so far.
    void go_on(mqtt::SessionState state);
    void acknowledge(ports::Receipt receipt);

    // False when it did not go out: the bridge has not subscribed to it, or is closed.
    bool publish(std::string topic, base::Bytes payload, std::uint8_t qos);

    // `bad` is the metric label when the peer is to blame.
    void close(const std::string& reason, std::string_view bad = {});

    [[nodiscard]] bool closed() const { return closed_; }
    [[nodiscard]] const std::optional<base::DeviceId>& bridge() const { return bridge_; }
    [[nodiscard]] const SecretBytes& connect() const { return connect_; }
    [[nodiscard]] const mqtt::ServerSession& session() const { return session_; }
    [[nodiscard]] std::uint16_t keep_alive_s() const { return keep_alive_s_; }

    // While paused nothing is read from the bridge and nothing of ours is published, so that a settled session stays
    // settled; for the moment in which it is handed on.
    void pause();
    void go_on_reading();

    // Gives the bridge up without a word to it or to the sink; the session must be settled.
    struct HandedOn {
        BridgeSide side;
        mqtt::SessionState state;
    };
    [[nodiscard]] HandedOn hand_on();

private:
    [[nodiscard]] bool prepare();
    void take_in(base::ByteView bytes);
    void watch_reading();
    void on_readable();
    void watch_writing();
    void on_writable();
    void watch_deadline();

    // `blame` is the metric label should the session close for another reason than a malformed packet.
    void carry_out(mqtt::ServerActions actions, std::string_view blame = "protocol");
    void on_connected(const mqtt::ClientConnected& connected);
    void deliver(mqtt::Delivered delivered);
    [[nodiscard]] PacketCounter::OnPacket on_packet(base::Direction direction);
    void send(base::ByteView bytes);

    StandIn& door_;
    DoorContext& context_;
    ports::ConnectionId id_;
    boost::asio::ip::tcp::socket socket_;
    SecretBytes connect_;
    base::Bytes after_connect_;
    std::uint16_t keep_alive_s_ = 0;
    boost::asio::steady_timer timer_;
    std::optional<base::SteadyTime> timer_set_for_;
    std::string peer_;
    std::optional<Admission> admission_;
    mqtt::ServerSession session_;
    ConnectionLife* life_;  // the book's; until closed or handed on
    PacketCounter from_bridge_;
    PacketCounter to_bridge_;

    base::Bytes outgoing_;  // what the socket would not take yet
    bool writing_ = false;
    bool reading_ = false;
    bool paused_ = false;
    bool subscriptions_changed_ = false;
    bool opened_ = false;
    bool closed_ = false;
    std::string client_id_;
    std::optional<base::DeviceId> bridge_;
};

}  // namespace millrace::capture
