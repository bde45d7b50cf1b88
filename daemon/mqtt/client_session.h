// Our connection to an MQTT server as its client, with no I/O.
//
// The owner feeds bytes and the passing of time and carries out the returned actions in order. QoS 1 messages are
// sent again, with DUP, until their PUBACK comes; those of the server are acknowledged at once. Sessions are clean
// sessions: what is unacknowledged when the connection ends is the owner's to publish again on the next one. One
// object is one connection. Loop thread only.
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
    base::Seconds ping_period{21};      // a PINGREQ goes out this often, whatever else is sent; 0: never
    base::Seconds ping_timeout{20};     // without a PINGRESP for this long the server is gone
    base::Seconds connect_timeout{10};  // from open() to CONNACK
    base::Seconds packet_timeout{10};   // from a packet's first byte to its last
    base::Seconds retry_interval{20};   // of a QoS 1 message without PUBACK
    std::size_t max_inflight = 64;      // QoS 1 messages without PUBACK
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
};
struct Acknowledged {
    PacketId packet_id = 0;
};
using ClientAction = std::variant<Send, Opened, SubscribeAnswered, MessageReceived, Acknowledged, Close>;
using ClientActions = std::vector<ClientAction>;

class ClientSession {
public:
    explicit ClientSession(ClientSettings settings);

    // The CONNECT; to be called once, first.
    [[nodiscard]] ClientActions open(base::SteadyTime now);
    [[nodiscard]] ClientActions on_bytes(base::ByteView bytes, base::SteadyTime now);

    // To be called at or after deadline(); earlier calls give no action.
    [[nodiscard]] ClientActions on_timer(base::SteadyTime now);
    [[nodiscard]] base::SteadyTime deadline() const;

    [[nodiscard]] ClientActions subscribe(std::vector<Subscription> subscriptions);

    struct Published {
        PacketId packet_id = 0;  // 0 at QoS 0
        ClientActions actions;   // empty when the session is not open or has max_inflight messages out already
    };
    // QoS 0 and 1.
    [[nodiscard]] Published publish(std::string topic, base::Bytes payload, Qos qos, base::SteadyTime now);

    // DISCONNECT, and the end of this session.
    [[nodiscard]] ClientActions disconnect();

    [[nodiscard]] bool connected() const { return state_ == State::Open; }
    [[nodiscard]] std::size_t inflight() const { return inflight_.size(); }

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
    void ping(base::SteadyTime now, ClientActions& actions);
    void close(std::string reason, ClientActions& actions);
    [[nodiscard]] PacketId take_packet_id();

    ClientSettings settings_;
    PacketParser parser_;
    State state_ = State::Fresh;
    base::SteadyTime opened_;
    base::SteadyTime next_ping_ = base::SteadyTime::max();
    std::optional<base::SteadyTime> ping_sent_;     // and not answered yet
    std::optional<base::SteadyTime> packet_began_;  // of a packet received in part
    std::map<PacketId, Inflight> inflight_;
    PacketId next_packet_id_ = 1;
};

}  // namespace millrace::mqtt
