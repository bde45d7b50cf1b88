// Gives one bridge back to its cloud: calls the cloud in the bridge's name, hands over the frames it has missed, and
// makes this connection the bridge's own.
//
// The bridge's CONNECT is sent as the bridge sent it. Then the waiting frames go out one at a time, in order and
// unchanged, each confirmed before the next: QoS 1 by its PUBACK, QoS 0 by the answer to a PINGREQ behind it. There is
// no subscription meanwhile, so the cloud's answers to old frames reach nobody. When nothing waits and nothing is owed
// on the bridge's side, reading from the bridge pauses for the time of one SUBSCRIBE with the bridge's filters; after
// its SUBACK both connections are one relay. Owned by Failover; ends by telling it. Loop thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "capture/dialer.h"
#include "capture/door.h"
#include "mqtt/client_session.h"
#include "ports/handover.h"

namespace millrace::capture {

class Failover;
class StandInConnection;

class CatchUp : public std::enable_shared_from_this<CatchUp> {
public:
    enum class End {
        Unreachable,  // the cloud is away
        Refused,      // it is there, and does not want this bridge
        Reconnect,    // all is handed over, but the bridge must connect again
        Loop,         // the cloud we called is ourselves
    };

    CatchUp(Failover& failover, ports::ConnectionId id, std::shared_ptr<StandInConnection> bridge);

    void start();
    // Without a word to anybody: the bridge is gone, or the doors stop.
    void cancel();
    void fail(End end, const std::string& why);

    [[nodiscard]] bool open() const { return opened_; }

private:
    void on_dialled(base::Result<boost::asio::ip::tcp::socket, base::Error> result);
    void watch_reading();
    void on_readable();
    void send(base::ByteView bytes);
    void watch_writing();
    void carry_out(mqtt::ClientActions actions);
    void watch_deadline();
    void on_deadline();

    void step();
    void wait_a_moment();
    void on_frames(std::vector<ports::Frame> frames);
    void send_next();
    void on_confirmed();
    void try_splice();
    void on_subscribed(const mqtt::SubscribeAnswered& answer);
    void splice();
    void forward(mqtt::MessageReceived message);
    void close_socket();

    Failover& failover_;
    DoorContext& context_;
    ports::ConnectionId id_;
    std::shared_ptr<StandInConnection> bridge_;
    std::shared_ptr<Dial> dial_;
    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer timer_;   // the session's and the step's deadline
    boost::asio::steady_timer moment_;  // before the next look
    mqtt::ClientSession session_;
    base::Bytes outgoing_;
    bool writing_ = false;
    bool opened_ = false;
    bool ended_ = false;
    std::optional<base::SteadyTime> answer_due_;  // of what the cloud owes us
    std::deque<ports::Frame> frames_;
    bool asked_ = false;                // frames are on their way from the store
    std::optional<std::int64_t> sent_;  // the frame that waits for its confirmation
    mqtt::PacketId packet_id_ = 0;      // of it
    std::uint64_t ping_ = 0;            // of it
    bool subscribing_ = false;
    base::Milliseconds moment_length_;
    std::optional<base::SteadyTime> unsettled_since_;
};

}  // namespace millrace::capture
