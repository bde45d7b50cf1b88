// One client's connection to us as its MQTT server, with no I/O.
//
// The owner feeds bytes and the passing of time and carries out the returned actions in order. The session answers
// by itself what the standard fixes (CONNACK, SUBACK, PINGRESP, the QoS 2 handshake); a received PUBLISH is only
// delivered with a receipt, and the owner gives the receipt back once the message is safe. Sessions are clean sessions:
// nothing is remembered after the connection ends. Loop thread only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "mqtt/packet.h"
#include "mqtt/packet_parser.h"
#include "mqtt/session_action.h"
#include "mqtt/session_state.h"
#include "mqtt/topic_filter.h"

namespace millrace::mqtt {

struct ServerLimits {
    ParserLimits parser;
    std::size_t max_inflight = 256;       // PUBLISH packets of the client whose handshake is not complete
    std::size_t max_subscriptions = 32;   // a bridge makes two
    base::Seconds connect_timeout{10};    // from the connection to a whole CONNECT
    base::Seconds packet_timeout{10};     // from a packet's first byte to its last
    base::Seconds idle_timeout{30 * 60};  // when the client's keep alive is 0
};

struct ClientConnected {
    std::string client_id;
    std::string user_name;
    std::uint16_t keep_alive_s = 0;
    bool clean_session = true;
    bool password_given = false;  // all that is left of it
    std::optional<Will> will;
};
struct Delivered {
    Publish publish;
    std::uint64_t receipt =
        0;  // for acknowledge(), as make_receipt() makes them: rising, never given twice in a session; 0 for QoS 0
};
struct Subscribed {
    std::vector<Subscription> subscriptions;  // those granted, with the QoS granted
};
using ServerAction = std::variant<Send, ClientConnected, Delivered, Subscribed, Close>;
using ServerActions = std::vector<ServerAction>;

class ServerSession {
public:
    ServerSession(ServerLimits limits, base::SteadyTime now);

    // Goes on with a client that somebody else has answered so far; to be called before anything else. What is
    // unanswered is answered now, but for messages that are not safe yet: these wait for acknowledge(), and are not
    // delivered again.
    [[nodiscard]] ServerActions go_on(SessionState state, base::SteadyTime now);

    // Nothing is owed, by either side, so that somebody else can go on with the client.
    [[nodiscard]] bool settled() const;
    // Ends this session without a word to the client. Only when settled.
    [[nodiscard]] SessionState hand_on();
    [[nodiscard]] const std::vector<Subscription>& subscriptions() const { return subscriptions_; }

    [[nodiscard]] ServerActions on_bytes(base::ByteView bytes, base::SteadyTime now);

    // To be called at or after deadline(); closes for a missing CONNECT, a half packet or a silent client (one and a
    // half times its keep alive). Earlier calls give no action.
    [[nodiscard]] ServerActions on_timer(base::SteadyTime now);
    // The end of time once the session has closed.
    [[nodiscard]] base::SteadyTime deadline() const;

    // The message delivered with this receipt is safe: PUBACK (QoS 1) or PUBREC (QoS 2) goes out. One receipt is enough
    // for a message that was delivered several times. The receipts of messages that were acknowledged before give no
    // action, also when the client uses their packet identifier again.
    [[nodiscard]] ServerActions acknowledge(std::uint64_t receipt);

    // Sends a message of ours if the client subscribed to a filter that matches, at most at the QoS granted there;
    // otherwise no action. QoS 0 and 1. Nothing is sent twice: a clean session ends with its connection, and inside
    // one TCP does not lose.
    [[nodiscard]] ServerActions publish(std::string topic, base::Bytes payload, Qos qos);

    [[nodiscard]] bool connected() const { return connected_ && !closed_; }
    [[nodiscard]] bool subscribed_to(std::string_view topic) const { return granted_qos(topic).has_value(); }

    // Our own QoS 1 messages that the client has not acknowledged.
    [[nodiscard]] std::size_t unacknowledged_sent() const { return awaiting_puback_.size(); }

private:
    // A message delivered to the owner, who has not called acknowledge() yet.
    struct Unacknowledged {
        Qos qos;
        std::uint64_t first_receipt;  // receipts of this packet identifier from here on are this message's
    };

    void handle(Packet&& packet, ServerActions& actions);
    void on_connect(Connect&& connect, ServerActions& actions);
    void on_publish(Publish&& publish, ServerActions& actions);
    void on_repeated_publish(Publish&& publish, Qos first_qos, ServerActions& actions);
    [[nodiscard]] std::uint64_t take_receipt(PacketId packet_id);
    void on_pubrel(PacketId packet_id, ServerActions& actions);
    void on_subscribe(Subscribe&& subscribe, ServerActions& actions);
    std::uint8_t grant(Subscription& subscription);
    void on_unsubscribe(const Unsubscribe& unsubscribe, ServerActions& actions);
    void answer(Request&& request, ServerActions& actions);
    void close(std::string reason, ServerActions& actions, bool by_client = false);
    [[nodiscard]] std::optional<Qos> granted_qos(std::string_view topic) const;
    [[nodiscard]] PacketId take_packet_id();
    [[nodiscard]] base::SteadyTime silence_deadline() const;

    ServerLimits limits_;
    PacketParser parser_;
    bool connected_ = false;
    bool closed_ = false;
    std::uint16_t keep_alive_s_ = 0;
    base::SteadyTime opened_;
    base::SteadyTime last_packet_;
    std::optional<base::SteadyTime> packet_began_;
    std::vector<Subscription> subscriptions_;
    std::map<PacketId, Unacknowledged> unacknowledged_;
    std::uint64_t deliveries_ = 0;        // those with a receipt
    std::set<PacketId> awaiting_pubrel_;  // QoS 2: PUBREC sent
    std::set<PacketId> awaiting_puback_;  // our own QoS 1 messages
    PacketId next_packet_id_ = 1;
};

}  // namespace millrace::mqtt
