// One client's connection to us as its MQTT server, with no I/O.
//
// The owner feeds bytes and the passing of time and carries out the returned actions in order. The session answers
// by itself what the standard fixes (CONNACK, SUBACK, PINGRESP, the QoS 2 handshake); a received PUBLISH is only
// delivered, and the owner calls acknowledge() once the message is safe. Sessions are clean sessions: nothing is
// remembered after the connection ends. Loop thread only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "mqtt/packet.h"
#include "mqtt/packet_parser.h"

namespace millrace::mqtt {

struct ServerLimits {
    ParserLimits parser;
    std::size_t max_inflight = 256;        // PUBLISH packets delivered and not yet acknowledged
    std::size_t max_subscriptions = 32;    // a bridge makes two
    base::Seconds connect_timeout{10};     // from the connection to a whole CONNECT
    base::Seconds packet_timeout{10};      // from a packet's first byte to its last
    base::Seconds idle_timeout{30 * 60};   // when the client's keep alive is 0
};

// What the owner is to do.
struct Send {
    base::Bytes bytes;
};
struct ClientConnected {
    std::string client_id;
    std::string user_name;
    std::uint16_t keep_alive_s = 0;
};
struct Delivered {
    Publish publish;
};
struct Subscribed {
    std::vector<Subscription> subscriptions;
};
struct Close {
    std::string reason;  // for the log; holds nothing the client chose but lengths and counts
    bool by_client = false;  // a DISCONNECT: nothing is wrong
};
using ServerAction = std::variant<Send, ClientConnected, Delivered, Subscribed, Close>;
using ServerActions = std::vector<ServerAction>;

class ServerSession {
public:
    ServerSession(ServerLimits limits, base::SteadyTime now);

    [[nodiscard]] ServerActions on_bytes(base::ByteView bytes, base::SteadyTime now);

    // To be called at or after deadline(); closes for a missing CONNECT, a half packet or a silent client (one and a
    // half times its keep alive).
    [[nodiscard]] ServerActions on_timer(base::SteadyTime now);
    [[nodiscard]] base::SteadyTime deadline() const;

    // The message with this packet identifier is safe: PUBACK (QoS 1) or PUBREC (QoS 2) goes out. Unknown identifiers
    // give no action.
    [[nodiscard]] ServerActions acknowledge(PacketId packet_id);

    // Sends a message of ours if the client subscribed to a filter that matches; otherwise no action. QoS 0 and 1.
    [[nodiscard]] ServerActions publish(std::string topic, base::Bytes payload, Qos qos);

    [[nodiscard]] bool connected() const { return connected_; }
    [[nodiscard]] bool subscribed_to(std::string_view topic) const;

private:
    enum class InboundState : std::uint8_t { Delivered, Released };

    void handle(Packet&& packet, ServerActions& actions);
    void on_connect(Connect&& connect, ServerActions& actions);
    void on_publish(Publish&& publish, ServerActions& actions);
    void on_subscribe(const Subscribe& subscribe, ServerActions& actions);
    void close(std::string reason, ServerActions& actions, bool by_client = false);

    ServerLimits limits_;
    PacketParser parser_;
    bool connected_ = false;
    bool closed_ = false;
    std::uint16_t keep_alive_s_ = 0;
    base::SteadyTime opened_;
    base::SteadyTime last_packet_;
    std::optional<base::SteadyTime> packet_began_;
    std::vector<Subscription> subscriptions_;
    std::map<PacketId, Qos> unacknowledged_;       // delivered to the owner
    std::set<PacketId> awaiting_pubrel_;           // QoS 2: PUBREC sent
    std::set<PacketId> awaiting_puback_;           // our own QoS 1 messages
    PacketId next_packet_id_ = 1;
};

// Whether a topic filter with + and # matches a topic name (section 4.7 of the standard).
[[nodiscard]] bool matches(std::string_view topic_filter, std::string_view topic);

}  // namespace millrace::mqtt
