// The life of one bridge connection, as it is shown to people: who connected, what passed, when.
//
// Fed by the relay and the stand-in with what they read and send; the same value goes on when one takes a connection
// over from the other. Pure and bounded: it keeps counts, the last periods, and a limited number of short texts. Times
// come in as parameters. Owned by the NetworkBook. Loop thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/direction.h"
#include "base/time.h"
#include "mqtt/packet.h"
#include "ports/network.h"

namespace millrace::capture {

struct Moment {
    base::WallTime wall;
    base::SteadyTime steady;
};

// A control packet, as far as its fixed header tells.
struct PacketSeen {
    std::size_t type = 0;
    std::uint8_t flags = 0;  // of the fixed header
    std::size_t bytes = 0;   // all of it
};
[[nodiscard]] PacketSeen seen(const mqtt::Packet& packet, std::size_t bytes);

// What a topic is about. The name is one of a fixed set and lives for ever.
struct TopicKind {
    std::string_view name = "unknown";
    bool boot = false;
    bool samples = false;
};
using KindOf = std::function<TopicKind(std::string_view topic)>;

[[nodiscard]] ports::ConnectFacts facts_of(const mqtt::Connect& connect);

class ConnectionLife {
public:
    static constexpr std::size_t kMostSubscriptions = 32;   // a bridge makes two, and the stand-in grants no more
    static constexpr std::size_t kLongestText_bytes = 256;  // client id, user name, topic filters; a bridge's have 16
    static constexpr std::size_t kPeriods = 15;             // PINGREQ periods that the median is of
    static constexpr std::size_t kMostUnanswered = 8;       // SUBSCRIBE packets; a bridge waits for each answer

    ConnectionLife(ports::ConnectionId connection, std::string peer);

    void on_connect(ports::ConnectFacts facts, Moment now);
    void on_connack(std::uint8_t return_code, bool session_present);
    void on_path(ports::CloudPath path) { record_.path = path; }
    void on_cloud(std::string address) { record_.cloud_address = std::move(address); }
    void on_closed(const std::string& reason, Moment now);

    void on_bytes(base::Direction direction, std::size_t count);
    void on_packet(base::Direction direction, const PacketSeen& packet, bool relayed, base::SteadyTime now);
    // Of a PUBLISH, besides on_packet().
    void on_message(base::Direction direction, TopicKind kind, std::size_t payload_bytes, bool relayed,
                    base::SteadyTime now);
    void on_not_decoded() { ++record_.not_decoded; }
    void on_unreadable() { record_.unreadable = true; }

    // Of somebody else's session, as its packets go by.
    void on_subscribe(const mqtt::Subscribe& subscribe);
    void on_suback(const mqtt::Suback& suback);
    void on_unsubscribe(const mqtt::Unsubscribe& unsubscribe);
    // Of our own session: all that are granted now.
    void set_subscriptions(const std::vector<mqtt::Subscription>& granted);

    // The CONNECT has come.
    [[nodiscard]] bool known() const { return connected_.has_value(); }
    [[nodiscard]] const ports::NetworkConnection& so_far() const { return record_; }
    // With what has to be worked out: the ping period, and how long it lasts.
    [[nodiscard]] ports::NetworkConnection record(base::SteadyTime now) const;

private:
    ports::NetworkSubscription* subscription(std::string_view filter);
    void subscribe_to(const std::string& filter, std::optional<std::uint8_t> qos);
    [[nodiscard]] base::Milliseconds since_connect(base::SteadyTime now) const;

    ports::NetworkConnection record_;
    std::optional<base::SteadyTime> connected_;
    std::optional<base::SteadyTime> booted_;
    std::array<std::optional<base::SteadyTime>, 2> last_packet_;
    std::optional<base::SteadyTime> last_ping_;
    std::array<base::Milliseconds, kPeriods> periods_{};  // a ring
    std::size_t pings_ = 0;                               // periods noted so far
    std::map<mqtt::PacketId, std::vector<std::string>> unanswered_;
};

}  // namespace millrace::capture
