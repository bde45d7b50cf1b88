#include "capture/pcap/connection_table.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

namespace millrace::capture {
namespace {

constexpr std::uint8_t kMqtt311 = 4;

std::vector<std::string_view> first_elements(std::string_view topic, std::size_t count) {
    std::vector<std::string_view> elements;
    while (elements.size() < count) {
        const std::size_t slash = topic.find('/');
        elements.push_back(topic.substr(0, slash));
        if (slash == std::string_view::npos) break;
        topic.remove_prefix(slash + 1);
    }
    return elements;
}

}  // namespace

std::optional<base::Direction> direction_of_topic(std::string_view topic) {
    if (topic.starts_with("responses/")) return base::Direction::ToBridge;
    if (topic.starts_with("2/") || topic.starts_with("/orient/") || topic.starts_with("/fxos/raw/")) {
        return base::Direction::ToCloud;
    }
    return std::nullopt;
}

std::optional<base::DeviceId> bridge_of_topic(std::string_view topic) {
    const auto elements = first_elements(topic, 4);
    if (elements.size() < 4) return std::nullopt;
    if (elements[0] == "responses" && elements[2] == "4") return base::DeviceId::parse(elements[1]);
    if (elements[0] == "2" && elements[1] == "6") return base::DeviceId::parse(elements[3]);
    return std::nullopt;
}

ConnectionTable::ConnectionTable(std::vector<std::uint16_t> server_ports, OnPublish on_publish, ConnectionLimits limits)
    : server_ports_(std::move(server_ports)), on_publish_(std::move(on_publish)), limits_(limits) {}

bool ConnectionTable::is_served(std::uint16_t port) const {
    return std::find(server_ports_.begin(), server_ports_.end(), port) != server_ports_.end();
}

void ConnectionTable::on_segment(const TcpSegment& segment, base::WallTime time) {
    if (!server_ports_.empty() && !is_served(segment.source.port) && !is_served(segment.destination.port)) return;
    const Key key = std::minmax(segment.source, segment.destination);
    Connection& connection = connection_of(segment, key);
    const std::size_t from = segment.source == key.first ? 0 : 1;
    const std::size_t to = 1 - from;

    std::vector<Stretch> stretches;
    connection.halves[from].reassembler.on_bytes(segment.sequence + (segment.syn ? 1 : 0), segment.payload, time,
                                                 stretches);
    connection.halves[from].reassembler.give_up_old_holes(time, stretches);
    deliver(connection, from, stretches);
    if (segment.ack) {
        stretches.clear();
        connection.halves[to].reassembler.on_acknowledged(segment.acknowledgement);
        connection.halves[to].reassembler.give_up_old_holes(time, stretches);
        deliver(connection, to, stretches);
    }
    count_held(connection);
    close_some();
}

// Finds or makes the connection and makes it the last used one.
ConnectionTable::Connection& ConnectionTable::connection_of(const TcpSegment& segment, const Key& key) {
    if (const auto known = by_key_.find(key); known != by_key_.end()) {
        Half& half = known->second->halves[segment.source == key.first ? 0 : 1];
        if (!segment.syn || half.reassembler.on_syn(segment.sequence)) {
            connections_.splice(connections_.end(), connections_, known->second);
            return *known->second;
        }
        close(known->second);  // its ports are in use again
    }
    Connection& connection = open(segment, key);
    if (segment.syn) {
        // The first SYN of a connection always fits.
        (void)connection.halves[segment.source == key.first ? 0 : 1].reassembler.on_syn(segment.sequence);
    }
    return connection;
}

ConnectionTable::Connection& ConnectionTable::open(const TcpSegment& segment, const Key& key) {
    Connection& connection = connections_.emplace_back();
    connection.key = key;
    connection.number = bridges_.size();
    bridges_.emplace_back();
    const bool source_served = is_served(segment.source.port);
    const bool destination_served = is_served(segment.destination.port);
    bool source_is_client = segment.source.port > segment.destination.port;
    if (source_served != destination_served) {
        source_is_client = destination_served;
    } else if (segment.syn) {
        source_is_client = !segment.ack;
    }
    connection.client = (segment.source == key.first) == source_is_client ? 0 : 1;
    by_key_[key] = std::prev(connections_.end());
    return connection;
}

void ConnectionTable::close(Connections::iterator connection) {
    for (std::size_t half = 0; half < connection->halves.size(); ++half) {
        std::vector<Stretch> stretches;
        connection->halves[half].reassembler.finish(stretches);
        deliver(*connection, half, stretches);
    }
    std::uint64_t packets = 0;
    for (const Half& half : connection->halves) {
        const StreamCounts& counts = half.stream.counts();
        packets += counts.packets;
        counts_.gaps += counts.gaps;
        counts_.resyncs += counts.resyncs;
        counts_.broken += counts.broken;
    }
    if (packets > 0) ++counts_.connections;
    if (connection->unsupported) ++counts_.unsupported;
    held_bytes_ -= connection->held_bytes;
    by_key_.erase(connection->key);
    connections_.erase(connection);
}

void ConnectionTable::count_held(Connection& connection) {
    std::size_t held = 0;
    for (const Half& half : connection.halves) held += half.reassembler.held_bytes() + half.stream.buffered_bytes();
    held_bytes_ += held;
    held_bytes_ -= connection.held_bytes;
    connection.held_bytes = held;
}

void ConnectionTable::close_some() {
    while (!connections_.empty() &&
           (connections_.size() > limits_.max_connections || held_bytes_ > limits_.max_held_bytes)) {
        close(connections_.begin());
    }
}

void ConnectionTable::finish() {
    while (!connections_.empty()) close(connections_.begin());
}

void ConnectionTable::deliver(Connection& connection, std::size_t half, std::vector<Stretch>& stretches) {
    std::vector<CapturedPacket> packets;
    for (const Stretch& stretch : stretches) connection.halves[half].stream.feed(stretch, packets);
    for (CapturedPacket& packet : packets) on_packet(connection, half, std::move(packet));
}

void ConnectionTable::on_packet(Connection& connection, std::size_t half, CapturedPacket&& captured) {
    if (const auto* connect = std::get_if<mqtt::Connect>(&captured.packet)) {
        connection.client = half;
        connection.unsupported = connect->protocol_level != kMqtt311;
        if (auto bridge = base::DeviceId::parse(connect->client_id)) bridges_[connection.number] = bridge;
        return;
    }
    auto* publish = std::get_if<mqtt::Publish>(&captured.packet);
    if (publish == nullptr || connection.unsupported) return;
    learn_bridge(connection, publish->topic);
    ++counts_.publishes;
    SeenPublish seen;
    seen.connection = connection.number;
    const auto by_side = half == connection.client ? base::Direction::ToCloud : base::Direction::ToBridge;
    // The topic knows better: a subscriber of somebody's broker is sent what a bridge says.
    seen.direction = direction_of_topic(publish->topic).value_or(by_side);
    seen.time = captured.time;
    seen.publish = std::move(*publish);
    on_publish_(std::move(seen));
}

void ConnectionTable::learn_bridge(Connection& connection, std::string_view topic) {
    auto& bridge = bridges_[connection.number];
    if (!bridge) bridge = bridge_of_topic(topic);
}

}  // namespace millrace::capture
