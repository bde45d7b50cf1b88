// What the doors see of the wire: each bridge's connection, its packets, and the cloud it goes on to.
//
// Values, made on the loop thread; all of it since the daemon was started. Nothing in here can hold a password: of a
// CONNECT's only whether there was one is kept.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/device_id.h"
#include "base/direction.h"
#include "base/time.h"
#include "ports/cloud_mode.h"
#include "ports/frame.h"
#include "ports/health.h"

namespace millrace::ports {

// MQTT gives the packet types the numbers 1 to 14; 0 is reserved.
inline constexpr std::array<std::string_view, 15> kPacketTypeNames = {
    "reserved",  "connect", "connack",     "publish",  "puback",  "pubrec",   "pubrel",    "pubcomp",
    "subscribe", "suback",  "unsubscribe", "unsuback", "pingreq", "pingresp", "disconnect"};

// A PINGREQ has 2 bytes, a PUBACK 4, and no packet is read that has more than 64 KiB.
[[nodiscard]] inline Histogram packet_bytes_histogram() {
    return Histogram({2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536});
}
// A bridge that collects sends every two minutes; longer gaps tell of trouble.
[[nodiscard]] inline Histogram gap_seconds_histogram() {
    return Histogram({0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 900});
}

// Of what is counted, `relayed` went on between bridge and cloud; the rest is between the bridge and us alone.
struct Tally {
    std::uint64_t count = 0;
    std::uint64_t relayed = 0;
    std::uint64_t bytes = 0;

    void add(const Tally& other) {
        count += other.count;
        relayed += other.relayed;
        bytes += other.bytes;
    }
    bool operator==(const Tally&) const = default;
};

// One direction of a connection, or of many.
struct Traffic {
    std::uint64_t bytes = 0;  // of the stream, also of what is no whole packet
    std::array<Tally, kPacketTypeNames.size()> packets{};
    std::array<std::uint64_t, 3> messages_by_qos{};
    std::uint64_t repeated = 0;  // PUBLISH with DUP
    std::uint64_t retained = 0;
    std::map<std::string_view, Tally> messages;  // by a kind from a fixed set; bytes are those of the payloads
    Histogram packet_bytes = packet_bytes_histogram();
    Histogram gap_seconds = gap_seconds_histogram();  // between packets of one connection

    void add(const Traffic& other);
    [[nodiscard]] Tally all_packets() const;
    bool operator==(const Traffic&) const = default;
};
using TrafficBothWays = std::array<Traffic, 2>;  // by base::Direction

struct NetworkSubscription {
    std::string topic_filter;
    std::optional<std::uint8_t> qos;  // granted; nothing while there is no answer
    bool refused = false;

    bool operator==(const NetworkSubscription&) const = default;
};

// What a CONNECT says, but for the password and the will's message.
struct ConnectFacts {
    std::string client_id;
    std::string user_name;  // empty: none
    bool password_given = false;
    std::uint16_t keep_alive_s = 0;
    bool clean_session = true;
    std::uint8_t protocol_level = 4;  // 4 is MQTT 3.1.1
    std::string will_topic;           // empty: no will
    std::uint8_t will_qos = 0;
    bool will_retain = false;

    bool operator==(const ConnectFacts&) const = default;
};

// A connection from its CONNECT on; who answers it may change meanwhile.
struct NetworkConnection {
    ConnectionId connection = 0;
    std::string peer;  // address and port
    base::WallTime opened;
    std::optional<base::WallTime> closed;
    std::string close_reason;
    std::optional<base::Milliseconds> lasted;  // while it is open: not before it is asked for
    ConnectFacts connect;
    CloudPath path = CloudPath::None;
    std::optional<std::uint8_t> connack_code;  // 0: accepted
    bool session_present = false;
    std::vector<NetworkSubscription> subscriptions;
    std::uint64_t subscriptions_left_out = 0;           // over the number or length that is remembered
    std::optional<base::Milliseconds> ping_period;      // the median of the last ones
    std::string cloud_address;                          // that it goes on to, or last did; empty: never
    std::optional<base::Milliseconds> boot_after;       // from the CONNECT to the first boot message
    std::optional<base::Milliseconds> sample_after;     // from the CONNECT to the first samples
    std::optional<base::Milliseconds> boot_to_samples;  // from the first boot message to the first samples after it
    std::uint64_t not_decoded = 0;                      // messages that passed while decoding was behind
    bool unreadable = false;                            // it stopped being MQTT 3.1.1, and only bytes are counted since
    TrafficBothWays traffic;

    bool operator==(const NetworkConnection&) const = default;
};

struct NetworkTotals {
    std::uint64_t connections = 0;
    std::uint64_t not_decoded = 0;
    std::uint64_t handed_over = 0;  // messages that the cloud had missed, and has confirmed since
    TrafficBothWays traffic;

    bool operator==(const NetworkTotals&) const = default;
};

struct NetworkBridge {
    std::optional<base::DeviceId> bridge;  // nothing: all clients together whose id is no bridge's
    std::size_t open = 0;                  // connections now
    NetworkConnection newest;              // open or not
    NetworkTotals totals;

    [[nodiscard]] bool cloud_connected() const {
        return open > 0 && newest.path == CloudPath::Relay && newest.connack_code == 0;
    }
    bool operator==(const NetworkBridge&) const = default;
};

struct CloudAddress {
    std::string address;  // without the port
    base::WallTime first_named;
    base::WallTime last_named;  // by a name server
    std::uint64_t connections = 0;

    bool operator==(const CloudAddress&) const = default;
};

struct NetworkCloud {
    std::string name;                     // "host:port", as set
    std::vector<CloudAddress> addresses;  // the last ones named, the newest first
    std::optional<base::WallTime> last_lookup;
    std::string lookup_failure;  // of the last one; empty: it succeeded

    bool operator==(const NetworkCloud&) const = default;
};

struct Network {
    CloudMode mode = CloudMode::Local;
    std::optional<NetworkCloud> cloud;   // nothing in local mode
    std::vector<NetworkBridge> bridges;  // by id; those that are no bridges first
    std::uint64_t forgotten = 0;         // bridges, because there were too many

    bool operator==(const Network&) const = default;
};

class NetworkView {
public:
    virtual ~NetworkView() = default;
    [[nodiscard]] virtual Network network() const = 0;
};

inline void Traffic::add(const Traffic& other) {
    bytes += other.bytes;
    for (std::size_t i = 0; i < packets.size(); ++i) packets[i].add(other.packets[i]);
    for (std::size_t i = 0; i < messages_by_qos.size(); ++i) messages_by_qos[i] += other.messages_by_qos[i];
    repeated += other.repeated;
    retained += other.retained;
    for (const auto& [kind, tally] : other.messages) messages[kind].add(tally);
    packet_bytes.add(other.packet_bytes);
    gap_seconds.add(other.gap_seconds);
}

inline Tally Traffic::all_packets() const {
    Tally all;
    for (const Tally& of_type : packets) all.add(of_type);
    return all;
}

}  // namespace millrace::ports
