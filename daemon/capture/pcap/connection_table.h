// All captured TCP connections that may be MQTT: segments in, published messages out.
//
// Puts each segment to its connection, orders its bytes, finds its packets, and learns which side is the client and
// which bridge it is. Connections are kept for a while after their end, because late repetitions of their segments must
// not count as new; the longest unused go when there are too many or when all of them together hold too much. Pure; any
// thread, one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/device_id.h"
#include "base/direction.h"
#include "base/time.h"
#include "capture/pcap/packet_stream.h"
#include "capture/pcap/tcp_reassembler.h"
#include "capture/pcap/tcp_segment.h"

namespace millrace::capture {

struct ConnectionLimits {
    std::size_t max_connections = 4096;             // four times the bridges one daemon is tested with
    std::size_t max_held_bytes = 64 * 1024 * 1024;  // of all connections together
    // For forget_old(). A bridge says something every 21 s, so one this silent lost its power or its route.
    base::Milliseconds max_idle{5 * 60'000};
    // How long the end of a connection waits for segments that were captured after it.
    base::Milliseconds max_ending{5'000};
    // How long an ended connection's repetitions are still known as such.
    base::Milliseconds kept_after_end{60'000};
};

struct SeenConnection {
    std::uint64_t number = 0;  // from 0, in the order of their first segments
    Endpoint client;
    std::optional<base::DeviceId> bridge;  // as far as it is known by now
};

// A PUBLISH, and where it was seen.
struct SeenPublish {
    std::uint64_t connection = 0;
    Endpoint client;
    std::optional<base::DeviceId> bridge;                  // as far as it is known by now
    base::Direction sent = base::Direction::ToCloud;       // by which side
    base::Direction direction = base::Direction::ToCloud;  // as the topic says, which knows better: a subscriber of
                                                           // somebody's broker is sent what a bridge says
    base::WallTime time;
    mqtt::Publish publish;
};

// Is told what is seen, in order of each connection. Must not call the table.
class ConnectionWatcher {
public:
    virtual ~ConnectionWatcher() = default;

    virtual void on_publish(SeenPublish seen) = 0;

    // It became known which bridge this connection is, by its CONNECT or by a heartbeat.
    virtual void on_bridge(const SeenConnection&, base::WallTime) {}

    // An MQTT packet of any type; before what else is told of it.
    virtual void on_packet(const SeenConnection&, base::WallTime) {}

    // No more is expected of the connection with this number: it ended, was silent for too long, or had to go. Told
    // again if it went on nevertheless.
    virtual void on_end(std::uint64_t, base::WallTime, std::string_view /*reason*/) {}
};

struct ConnectionCounts {
    std::uint64_t connections = 0;  // on which at least one MQTT packet was found
    std::uint64_t publishes = 0;
    std::uint64_t gaps = 0;
    std::uint64_t missing_bytes = 0;
    std::uint64_t resyncs = 0;
    std::uint64_t broken = 0;
    std::uint64_t unsupported = 0;  // connections of another MQTT version
};

class ConnectionTable {
public:
    // `server_ports` tell the two sides apart; any port is taken for MQTT when there are none. `watcher` must outlive
    // the table.
    ConnectionTable(std::vector<std::uint16_t> server_ports, ConnectionWatcher& watcher, ConnectionLimits limits = {});

    void on_segment(const TcpSegment& segment, base::WallTime time);

    // For a capture that never ends, to be called every few seconds: gives up old holes, and forgets what ended or
    // fell silent.
    void forget_old(base::WallTime now);

    // The capture is over.
    void finish(base::WallTime now = {});

    [[nodiscard]] const ConnectionCounts& counts() const { return counts_; }
    [[nodiscard]] std::size_t held_bytes() const { return held_bytes_; }
    [[nodiscard]] std::size_t size() const { return connections_.size(); }

private:
    using Key = std::pair<Endpoint, Endpoint>;  // the lesser one first

    struct Half {
        TcpReassembler reassembler;
        PacketStream stream;
        std::optional<std::uint32_t> end;  // the sequence number behind its last byte, once its FIN was seen
    };
    struct Connection {
        Key key;
        std::uint64_t number = 0;
        std::size_t client = 0;  // index of the half that the client sends
        std::array<Half, 2> halves;
        std::optional<base::DeviceId> bridge;
        bool unsupported = false;
        std::size_t held_bytes = 0;
        base::WallTime last_segment;
        std::optional<base::WallTime> ending;  // since when: a FIN of each side, or a reset
        bool reset = false;
        bool ended = false;  // and told so
    };
    using Connections = std::list<Connection>;  // the longest unused first

    Connection& connection_of(const TcpSegment& segment, const Key& key, base::WallTime time);
    Connection& open(const TcpSegment& segment, const Key& key);
    void note_end(Connection& connection, std::size_t from, const TcpSegment& segment, base::WallTime time);
    void end_if_complete(Connection& connection, base::WallTime now);
    void close(Connections::iterator connection, base::WallTime now, std::string_view reason);
    void close_some(base::WallTime now);
    void count_held(Connection& connection);
    [[nodiscard]] bool is_served(std::uint16_t port) const;

    void deliver(Connection& connection, std::size_t half, std::vector<Stretch>& stretches);
    void on_packet(Connection& connection, std::size_t half, CapturedPacket&& captured);
    void learn_bridge(Connection& connection, std::optional<base::DeviceId> bridge, base::WallTime time);

    std::vector<std::uint16_t> server_ports_;
    ConnectionWatcher& watcher_;
    ConnectionLimits limits_;
    ConnectionCounts counts_;
    Connections connections_;
    std::map<Key, Connections::iterator> by_key_;
    std::uint64_t next_number_ = 0;
    std::size_t held_bytes_ = 0;
};

// The way a message on this topic goes, when the topic tells.
[[nodiscard]] std::optional<base::Direction> direction_of_topic(std::string_view topic);

// The bridge that a heartbeat or its echo on this topic names; other topics may name a sensor.
[[nodiscard]] std::optional<base::DeviceId> bridge_of_topic(std::string_view topic);

// The device that a topic names, bridge or sensor.
[[nodiscard]] std::optional<base::DeviceId> device_of_topic(std::string_view topic);

}  // namespace millrace::capture
