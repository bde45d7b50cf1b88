// One bridge connection and the connection to the cloud made for it.
//
// Two flows, one each way. A flow reads into the shared buffer and writes at once; what the other socket would not
// take is held, and until it is gone nothing more is read: at most one buffer is ever held per direction. The end of
// a flow is passed on when everything before it has been, and the other flow goes on. A copy of each chunk goes to the
// tap after it was handed on. Without failover the bridge's first bytes are left unread until the cloud is connected.
//
// With failover a SessionMirror follows the conversation. It says what the cloud certainly has, and when an answer is
// overdue; a cloud that refuses, goes or falls silent loses the bridge to Failover, on the same connection where MQTT
// allows. When a bridge goes, a ping of ours is the last thing the cloud hears: its answer shows that all arrived.
//
// Lives as long as an operation of its own is under way or the Relay lists it; once closed or taken over it touches
// nothing but itself. Loop thread only.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "capture/admission.h"
#include "capture/bridge_side.h"
#include "capture/dialer.h"
#include "capture/door.h"
#include "mqtt/session_mirror.h"
#include "mqtt/tap_session.h"

namespace millrace::capture {

class Relay;

class RelayPair : public std::enable_shared_from_this<RelayPair> {
public:
    RelayPair(Relay& relay, BridgeSide side, bool with_failover);

    void start();
    // The CONNECT, and what else the bridge said so far, was read.
    void start_with(base::SteadyTime arrived);
    // In the middle of a conversation.
    void start_spliced(mqtt::SessionState state, boost::asio::ip::tcp::socket cloud, base::ByteView from_cloud);
    void close(const std::string& reason);

    // With failover: the way to the cloud is of no use any more. `label` is the metric's.
    void lose_cloud(std::string_view label, const std::string& why);
    // The bridge is gone; the cloud may still take in what the bridge said.
    void linger(const std::string& reason);
    void acknowledge(ports::Receipt receipt);

    // For stopping: half closes towards the cloud; false when there is nothing to wait for. Then, until it gives true,
    // takes in what the cloud says.
    [[nodiscard]] bool begin_last_words();
    [[nodiscard]] bool hear_last_words();
    [[nodiscard]] int cloud_descriptor() { return cloud_side_.native_handle(); }

    [[nodiscard]] const std::string& client_id() const { return client_id_; }
    [[nodiscard]] bool awaits_connack() const { return !mirror_.connected(); }
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
    void dial(base::Milliseconds at_most);
    void on_dialled(base::Result<boost::asio::ip::tcp::socket, base::Error> result);
    [[nodiscard]] bool use_cloud_side(boost::asio::ip::tcp::socket socket, std::string& why);

    void watch(Flow& flow);
    void on_readable(Flow& flow);
    void on_writable(Flow& flow);
    void pass_on(Flow& flow, base::ByteView chunk);
    void on_cloud_end();
    void from_cloud(base::ByteView chunk);
    void pass_on_end(Flow& flow);
    void watch_half_closed();
    void on_write_failed(Flow& flow, const boost::system::error_code& error);
    void fail(const Flow& flow, bool reading, const boost::system::error_code& error);

    // With failover.
    [[nodiscard]] bool follows() const { return with_failover_ && !tap_.broken(); }
    [[nodiscard]] bool hold_back_connack(base::ByteView& chunk);
    [[nodiscard]] std::optional<base::SteadyTime> patience_ends() const;
    void watch_patience();
    [[nodiscard]] bool can_be_taken_over() const;
    void take_over(std::string_view label, const std::string& refusal);
    // True while the cloud is to answer a ping before its side may be ended.
    [[nodiscard]] bool ask_for_the_last_word();
    void drain_cloud();
    void claim(ports::Receipt receipt);
    [[nodiscard]] bool cloud_took_all();
    [[nodiscard]] bool owes_cloud() const { return with_failover_ && opened_ && first_unclaimed_ != 0; }

    void tap(const Flow& flow, base::ByteView chunk);
    void note(const Flow& flow, const mqtt::SawPacket& saw, base::SteadyTime now);
    void on_packet(const Flow& flow, mqtt::Packet& packet, Moment now);
    void on_connect(mqtt::Connect& connect, Moment now);
    void on_publish(const Flow& flow, mqtt::Publish& publish, Moment now);

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
    ConnectionLife* life_;  // the book's; until closed or taken over
    mqtt::TapSession tap_;
    std::optional<base::DeviceId> bridge_;
    std::string client_id_;
    SecretBytes connect_;
    base::Bytes first_;  // read behind the CONNECT and not passed on yet

    bool with_failover_;
    mqtt::SessionMirror mirror_;
    boost::asio::steady_timer patience_timer_;
    std::optional<base::SteadyTime> patience_set_for_;
    base::SteadyTime arrived_;                     // the CONNECT did
    std::optional<base::SteadyTime> stuck_since_;  // the cloud takes nothing
    base::SteadyTime answers_read_since_;          // before, the bridge did not take them
    base::Bytes connack_;                          // the cloud's first answer, while it is not whole
    ports::Receipt first_unclaimed_ = 0;           // the cloud is not known to have this frame, and what follows
    ports::Receipt last_queued_ = 0;
    ports::Receipt receipt_ = 0;  // of the packet at hand
    bool lingering_ = false;
    bool asked_ = false;  // for the last word
    std::string linger_reason_;
    std::optional<base::SteadyTime> connected_at_;
    base::SteadyTime last_byte_;
    bool answered_ = false;
    bool opened_ = false;  // the CONNECT went by
    bool closed_ = false;
};

}  // namespace millrace::capture
