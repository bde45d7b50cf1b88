// One bridge connection and the connection to the cloud made for it.
//
// Two flows, one each way. A flow reads into the shared buffer and writes at once; what the other socket would not
// take is held, and until it is gone nothing more is read: at most one buffer is ever held per direction. The end of
// a flow is passed on when everything before it has been, and the other flow goes on. A copy of each chunk goes to the
// tap after it was handed on. The bridge's first bytes are left unread until the cloud is connected. Lives as long as
// an operation of its own is under way or the Relay lists it; once closed it touches nothing but itself. Loop thread
// only.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "capture/admission.h"
#include "capture/dialer.h"
#include "capture/door.h"
#include "mqtt/tap_session.h"

namespace millrace::capture {

class Relay;

class RelayPair : public std::enable_shared_from_this<RelayPair> {
public:
    RelayPair(Relay& relay, ports::ConnectionId id, boost::asio::ip::tcp::socket bridge_side, std::string peer,
              Admission admission);

    void start();
    void close(const std::string& reason);

    [[nodiscard]] std::size_t held_bytes() const;
    [[nodiscard]] bool waits_for_answer(base::SteadyTime now) const;
    [[nodiscard]] const std::string& cloud_address() const { return cloud_address_; }

private:
    struct Flow {
        boost::asio::ip::tcp::socket& from;
        boost::asio::ip::tcp::socket& to;
        mqtt::Side side;  // of the sender, as the tap calls it
        base::Direction direction;
        base::Bytes held{};       // read and not yet taken by `to`
        std::size_t written = 0;  // of what is held
        bool ended = false;       // the sender has no more
        bool passed_on = false;   // and the receiver knows
    };

    void on_first_byte();
    void dial();
    void on_dialled(base::Result<boost::asio::ip::tcp::socket, base::Error> result);

    void watch(Flow& flow);
    void on_readable(Flow& flow);
    void on_writable(Flow& flow);
    void pass_on(Flow& flow, base::ByteView chunk);
    void pass_on_end(Flow& flow);
    void watch_half_closed();
    void fail(const Flow& flow, bool reading, const boost::system::error_code& error);

    void tap(const Flow& flow, base::ByteView chunk);
    void on_packet(const Flow& flow, mqtt::Packet& packet, base::WallTime now);
    void on_connect(mqtt::Connect& connect, base::WallTime now);
    void on_publish(const Flow& flow, mqtt::Publish& publish, base::WallTime now);

    Relay& relay_;
    DoorContext& context_;
    ports::ConnectionId id_;
    boost::asio::ip::tcp::socket bridge_side_;
    boost::asio::ip::tcp::socket cloud_side_;
    Flow to_cloud_;
    Flow to_bridge_;
    boost::asio::steady_timer timer_;  // for the first byte, then for a half-closed pair
    std::string peer_;
    std::optional<Admission> admission_;
    std::shared_ptr<Dial> dial_;
    std::string cloud_address_;
    mqtt::TapSession tap_;
    std::optional<base::DeviceId> bridge_;
    std::optional<base::SteadyTime> connected_at_;
    base::SteadyTime last_byte_;
    bool answered_ = false;
    bool opened_ = false;  // the CONNECT went by
    bool closed_ = false;
};

}  // namespace millrace::capture
