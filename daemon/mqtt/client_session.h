// Our connection to an MQTT server as its client, with no I/O.
//
// The owner feeds bytes and the passing of time and carries out the returned actions in order. QoS 1 messages are
// sent again, with DUP, until their PUBACK comes; those of the server are acknowledged at once, or, if so set, when
// the owner gives their receipt back. Sessions are clean sessions: what is unacknowledged when the connection ends is
// the owner's to publish again on the next one. One object is one connection. Loop thread only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "mqtt/packet.h"
#include "mqtt/packet_parser.h"
#include "mqtt/session_action.h"

namespace millrace::mqtt {

struct ClientSettings {
    std::string client_id;
    std::optional<std::string> user_name;
    std::optional<base::Bytes> password;
    std::uint16_t keep_alive_s = 20;
    bool clean_session = true;          // false: the server keeps subscriptions, and QoS 1 messages while we are away
    base::Seconds ping_period{21};      // a PINGREQ goes out this often, whatever else is sent; 0: never
    base::Seconds ping_timeout{20};     // without a PINGRESP for this long the server is gone
    base::Seconds connect_timeout{10};  // from open() to CONNACK
    base::Seconds packet_timeout{10};   // from a packet's first byte to its last
    base::Seconds retry_interval{20};   // of a QoS 1 message without PUBACK
    std::size_t max_inflight = 64;      // QoS 1 messages without PUBACK
    bool acknowledge_by_hand = false;   // QoS 1 messages of the server wait for acknowledge()
    bool stop_at_suback = false;        // what follows the first SUBACK is left to the one who takes release()
    ParserLimits parser;
};

// CONNACK with return code 0: from here on subscribe() and publish() may be called.
struct Opened {
    bool session_present = false;
};
struct SubscribeAnswered {
    PacketId packet_id = 0;
    std::vector<std::uint8_t> return_codes;
};
struct MessageReceived {
    Publish publish;
    std::uint64_t receipt = 0;  // for acknowledge(): rising, never given twice; 0 when nothing is owed
};
struct Acknowledged {
    PacketId packet_id = 0;
};
// CONNACK with another return code than 0; a Close follows.
struct Refused {
    ConnectReturnCode return_code = ConnectReturnCode::ServerUnavailable;
};
// PINGRESP to a ping that the owner asked for, and so a sign that the server has all that was sent before it.
struct PingAnswered {
    std::uint64_t ping = 0;
};
using ClientAction =
    std::variant<Send, Opened, SubscribeAnswered, MessageReceived, Acknowledged, Refused, PingAnswered, Close>;
using ClientActions = std::vector<ClientAction>;

class ClientSession {
public:
    explicit ClientSession(ClientSettings settings);

    // The CONNECT; to be called once, first.
    [[nodiscard]] ClientActions open(base::SteadyTime now);
    // Instead of open(): the owner has sent a CONNECT of its own making, so that its password stays with the owner.
    void opened_by_owner(base::SteadyTime now);
    [[nodiscard]] ClientActions on_bytes(base::ByteView bytes, base::SteadyTime now);

    // To be called at or after deadline(); earlier calls give no action.
    [[nodiscard]] ClientActions on_timer(base::SteadyTime now);
    [[nodiscard]] base::SteadyTime deadline() const;

    [[nodiscard]] ClientActions subscribe(std::vector<Subscription> subscriptions);

    struct Published {
        PacketId packet_id = 0;  // 0 at QoS 0
        ClientActions actions;   // empty when the session is not open or has max_inflight messages out already
    };
    // QoS 0 and 1. A packet identifier in the message does not matter.
    [[nodiscard]] Published publish(Publish publish, base::SteadyTime now);
    [[nodiscard]] Published publish(std::string topic, base::Bytes payload, Qos qos, base::SteadyTime now);

    struct Pinged {
        std::uint64_t ping = 0;  // 0 when the session is not open
        ClientActions actions;
    };
    // A PINGREQ now, beside those that keep the connection alive.
    [[nodiscard]] Pinged ping(base::SteadyTime now);

    // The message received with this receipt is safe: PUBACK goes out. An unknown receipt gives no action.
    [[nodiscard]] ClientActions acknowledge(std::uint64_t receipt);

    // Ends this session without a word to the server, for somebody who goes on with the connection: gives what came
    // and was not looked at.
    [[nodiscard]] base::Bytes release();

    // DISCONNECT, and the end of this session.
    [[nodiscard]] ClientActions disconnect();

    [[nodiscard]] bool connected() const { return state_ == State::Open; }
    [[nodiscard]] std::size_t inflight() const { return inflight_.size(); }
    [[nodiscard]] bool awaits_pingresp() const { return ping_sent_.has_value(); }

private:
    enum class State : std::uint8_t { Fresh, Opening, Open, Closed };

    struct Inflight {
        Publish publish;
        base::SteadyTime resend_at;
    };

    void handle(Packet&& packet, base::SteadyTime now, ClientActions& actions);
    void on_connack(const Connack& connack, base::SteadyTime now, ClientActions& actions);
    void on_publish(Publish&& publish, ClientActions& actions);
    void resend(base::SteadyTime now, ClientActions& actions);
    std::uint64_t send_ping(base::SteadyTime now, ClientActions& actions);
    void on_pingresp(base::SteadyTime now, ClientActions& actions);
    void close(std::string reason, ClientActions& actions);
    [[nodiscard]] PacketId take_packet_id();

    ClientSettings settings_;
    PacketParser parser_;
    State state_ = State::Fresh;
    base::SteadyTime opened_;
    base::SteadyTime next_ping_ = base::SteadyTime::max();
    std::uint64_t pings_sent_ = 0;
    std::uint64_t pings_answered_ = 0;
    std::uint64_t last_asked_for_ = 0;              // the newest that the owner wants to hear of
    std::optional<base::SteadyTime> ping_sent_;     // the first that is not answered yet
    std::optional<base::SteadyTime> packet_began_;  // of a packet received in part
    std::map<PacketId, Inflight> inflight_;
    PacketId next_packet_id_ = 1;
    std::map<PacketId, std::uint64_t> owed_;  // receipts that acknowledge() is to come for
    std::uint64_t messages_ = 0;              // received at QoS 1, to be acknowledged by hand
    bool stopped_ = false;                    // at the SUBACK
};

}  // namespace millrace::mqtt
