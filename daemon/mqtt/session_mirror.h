// What is known of a client's session that somebody else answers, from the packets of both directions.
//
// Two questions are answered. What did the server certainly get? An answer to a request shows that the request arrived,
// and since TCP keeps order, so did all that was sent before it, QoS 0 messages too. And what would somebody who takes
// the client over have to know? The requests without an answer, the subscriptions, what of our own the client has not
// acknowledged. Packets are to be shown in the order in which they passed. A session that breaks the standard, or has
// more unanswered requests than allowed, is given up: nothing more is claimed and it cannot be taken over. No I/O;
// loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>

#include "base/time.h"
#include "mqtt/packet.h"
#include "mqtt/session_state.h"

namespace millrace::mqtt {

class SessionMirror {
public:
    // A bridge has one or two out; a day of stored samples sent at once may be some hundreds.
    static constexpr std::size_t kMaxUnanswered = 1024;

    SessionMirror() = default;
    // Goes on where a ServerSession was left.
    explicit SessionMirror(SessionState state);

    // Gives the receipt of a PUBLISH, whatever its QoS; 0 for all else.
    std::uint64_t on_client(const Packet& packet, base::SteadyTime now);
    void on_server(const Packet& packet);

    // The owner has this message safe, so that who takes over may acknowledge it at once.
    void acknowledge(std::uint64_t receipt);

    // The server has every PUBLISH up to the one with this receipt; 0: none for certain.
    [[nodiscard]] std::uint64_t server_has() const { return server_has_; }
    [[nodiscard]] std::uint64_t newest_receipt() const { return newest_receipt_; }

    // The CONNECT was accepted.
    [[nodiscard]] bool connected() const { return state_.connected; }
    // The client said DISCONNECT.
    [[nodiscard]] bool ended() const { return ended_; }
    // Since when the longest unanswered request waits.
    [[nodiscard]] std::optional<base::SteadyTime> waiting_since() const;

    // False when the session was given up, has ended or never began, and while a QoS 2 handshake is under way: its two
    // halves must meet the same server.
    [[nodiscard]] bool can_be_taken_over() const;
    // Without half a packet, which only the parser has. The mirror is of no use afterwards.
    [[nodiscard]] SessionState take();

private:
    void on_publish(const Publish& publish, base::SteadyTime now);
    void on_suback(const Suback& suback);
    void ask(Request request, base::SteadyTime now);
    // Takes the oldest request of this kind off, and concludes that all before it arrived.
    std::optional<Request> answered(Request::Kind kind, PacketId packet_id);
    void give_up();

    SessionState state_;  // without `unanswered`
    std::deque<Request> unanswered_;
    std::set<PacketId> exactly_once_;  // QoS 2 handshakes under way, of both directions
    std::set<PacketId> exactly_once_sent_;
    std::uint64_t newest_receipt_ = 0;
    std::uint64_t server_has_ = 0;
    bool began_ = false;
    bool ended_ = false;
    bool given_up_ = false;
};

}  // namespace millrace::mqtt
