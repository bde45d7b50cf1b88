// All captured TCP connections that may be MQTT: segments in, published messages out.
//
// Puts each segment to its connection, orders its bytes, finds its packets, and learns which side is the client and
// which bridge it is. Connections are kept after their end, because late repetitions of their segments must not count
// as new; the longest unused go when there are too many or when all of them together hold too much. Pure; any thread,
// one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <optional>
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
};

// A PUBLISH, and where it was seen.
struct SeenPublish {
    std::uint64_t connection = 0;  // from 0, in the order of their first segments
    base::Direction direction = base::Direction::ToCloud;
    base::WallTime time;
    mqtt::Publish publish;
};

struct ConnectionCounts {
    std::uint64_t connections = 0;  // on which at least one MQTT packet was found
    std::uint64_t publishes = 0;
    std::uint64_t gaps = 0;
    std::uint64_t resyncs = 0;
    std::uint64_t broken = 0;
    std::uint64_t unsupported = 0;  // connections of another MQTT version
};

class ConnectionTable {
public:
    using OnPublish = std::function<void(SeenPublish)>;

    // `server_ports` tell the two sides apart; any port is taken for MQTT when there are none.
    ConnectionTable(std::vector<std::uint16_t> server_ports, OnPublish on_publish, ConnectionLimits limits = {});

    void on_segment(const TcpSegment& segment, base::WallTime time);

    // The capture is over.
    void finish();

    [[nodiscard]] const ConnectionCounts& counts() const { return counts_; }
    [[nodiscard]] std::size_t held_bytes() const { return held_bytes_; }

    // The bridge of each connection, as far as it became known; by connection number.
    [[nodiscard]] const std::vector<std::optional<base::DeviceId>>& bridges() const { return bridges_; }

private:
    using Key = std::pair<Endpoint, Endpoint>;  // the lesser one first

    struct Half {
        TcpReassembler reassembler;
        PacketStream stream;
    };
    struct Connection {
        Key key;
        std::uint64_t number = 0;
        std::size_t client = 0;  // index of the half that the client sends
        std::array<Half, 2> halves;
        bool unsupported = false;
        std::size_t held_bytes = 0;
    };
    using Connections = std::list<Connection>;  // the longest unused first

    Connection& connection_of(const TcpSegment& segment, const Key& key);
    Connection& open(const TcpSegment& segment, const Key& key);
    void close(Connections::iterator connection);
    void close_some();
    void count_held(Connection& connection);
    [[nodiscard]] bool is_served(std::uint16_t port) const;

    void deliver(Connection& connection, std::size_t half, std::vector<Stretch>& stretches);
    void on_packet(Connection& connection, std::size_t half, CapturedPacket&& captured);
    void learn_bridge(Connection& connection, std::string_view topic);

    std::vector<std::uint16_t> server_ports_;
    OnPublish on_publish_;
    ConnectionLimits limits_;
    ConnectionCounts counts_;
    Connections connections_;
    std::map<Key, Connections::iterator> by_key_;
    std::size_t held_bytes_ = 0;
    std::vector<std::optional<base::DeviceId>> bridges_;
};

// The way a message on this topic goes, when the topic tells.
[[nodiscard]] std::optional<base::Direction> direction_of_topic(std::string_view topic);

// The bridge that a heartbeat or its echo on this topic names; other topics may name a sensor.
[[nodiscard]] std::optional<base::DeviceId> bridge_of_topic(std::string_view topic);

}  // namespace millrace::capture
