// A client's connection in the middle of its life, as the one who answers it hands it to another who goes on.
//
// SessionMirror makes one of a session that somebody else has answered so far; ServerSession takes it over, and makes
// one when it hands the client on. Values; any thread.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "mqtt/packet.h"

namespace millrace::mqtt {

// A receipt is the delivery's number followed by the packet identifier (0 at QoS 0), so that nothing needs to be kept
// per delivery. 48 bits of deliveries outlast any connection.
inline constexpr unsigned kReceiptPacketIdBits = 16;
[[nodiscard]] constexpr std::uint64_t make_receipt(std::uint64_t delivery, PacketId packet_id) {
    return (delivery << kReceiptPacketIdBits) | packet_id;
}
[[nodiscard]] constexpr PacketId packet_id_of(std::uint64_t receipt) {
    return static_cast<PacketId>(receipt & 0xFFFF);
}

// Something the client sent that the standard wants answered, and that was not.
struct Request {
    enum class Kind : std::uint8_t { Connect, Subscribe, Unsubscribe, Ping, Publish, Release };

    Kind kind = Kind::Ping;
    PacketId packet_id = 0;
    Qos qos = Qos::AtMostOnce;  // of a PUBLISH
    std::uint64_t receipt = 0;  // of the newest PUBLISH up to and with this request
    bool safe = false;          // a PUBLISH whose receipt the owner gave back
    base::SteadyTime sent;
    std::vector<Subscription> subscriptions;  // of a SUBSCRIBE
    std::vector<std::string> topic_filters;   // of an UNSUBSCRIBE
};

struct SessionState {
    bool connected = false;  // the CONNACK has gone out
    std::uint16_t keep_alive_s = 0;
    std::vector<Subscription> subscriptions;  // granted
    std::vector<Request> unanswered;          // in the order they came; no QoS 2 among them
    std::set<PacketId> sent_unacknowledged;   // QoS 1 messages that the client has not acknowledged
    std::uint64_t deliveries = 0;             // receipts given so far
    base::Bytes half_packet;                  // what the client sent of a packet that is not whole yet
};

}  // namespace millrace::mqtt
