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

std::optional<base::DeviceId> device_of_topic(std::string_view topic) {
    const auto elements = first_elements(topic, 4);
    if (elements.size() < 4) return std::nullopt;
    if (elements[0] == "responses") return base::DeviceId::parse(elements[1]);
    if (elements[0] == "2") return base::DeviceId::parse(elements[3]);
    return std::nullopt;
}

ConnectionTable::ConnectionTable(std::vector<std::uint16_t> server_ports, ConnectionWatcher& watcher,
                                 ConnectionLimits limits)
    : server_ports_(std::move(server_ports)), watcher_(watcher), limits_(limits) {}

bool ConnectionTable::is_served(std::uint16_t port) const {
    return std::find(server_ports_.begin(), server_ports_.end(), port) != server_ports_.end();
}

void ConnectionTable::on_segment(const TcpSegment& segment, base::WallTime time) {
    if (!server_ports_.empty() && !is_served(segment.source.port) && !is_served(segment.destination.port)) return;
    const Key key = std::minmax(segment.source, segment.destination);
    Connection& connection = connection_of(segment, key, time);
    connection.last_segment = time;
    const std::size_t from = segment.source == key.first ? 0 : 1;
    const std::size_t to = 1 - from;

    std::vector<Stretch> stretches;
    connection.halves[from].reassembler.on_bytes(segment.sequence + (segment.syn ? 1 : 0), segment.payload, time,
                                                 stretches);
    connection.halves[from].reassembler.give_up_old_holes(time, stretches);
    if (connection.ended && !stretches.empty()) {  // the reset was not meant, or not for this connection
        connection.ended = connection.reset = false;
        connection.ending.reset();
    }
    deliver(connection, from, stretches);
    if (segment.ack) {
        stretches.clear();
        connection.halves[to].reassembler.on_acknowledged(segment.acknowledgement);
        connection.halves[to].reassembler.give_up_old_holes(time, stretches);
        deliver(connection, to, stretches);
    }
    note_end(connection, from, segment, time);
    count_held(connection);
    close_some(time);
}

void ConnectionTable::note_end(Connection& connection, std::size_t from, const TcpSegment& segment,
                               base::WallTime time) {
    if (segment.fin) {
        const std::size_t length = segment.payload.size() + (segment.syn ? 1 : 0);
        connection.halves[from].end = segment.sequence + static_cast<std::uint32_t>(length);
    }
    if (segment.rst) connection.reset = true;
    const bool over = connection.reset || (connection.halves[0].end && connection.halves[1].end);
    if (over && !connection.ending) connection.ending = time;
    if (connection.ending) end_if_complete(connection, time);
}

// Bytes may be captured after the end that follows them.
void ConnectionTable::end_if_complete(Connection& connection, base::WallTime now) {
    if (connection.ended) return;
    if (now - *connection.ending < limits_.max_ending) {
        for (const Half& half : connection.halves) {
            if (half.reassembler.held_bytes() > 0) return;
            if (!connection.reset && half.end && !half.reassembler.has_reached(*half.end)) return;
        }
    }
    for (std::size_t half = 0; half < connection.halves.size(); ++half) {
        std::vector<Stretch> stretches;
        connection.halves[half].reassembler.finish(stretches);
        deliver(connection, half, stretches);
    }
    connection.ended = true;
    watcher_.on_end(connection.number, now, connection.reset ? "it was reset" : "it was closed");
}

// Finds or makes the connection and makes it the last used one.
ConnectionTable::Connection& ConnectionTable::connection_of(const TcpSegment& segment, const Key& key,
                                                            base::WallTime time) {
    if (const auto known = by_key_.find(key); known != by_key_.end()) {
        Half& half = known->second->halves[segment.source == key.first ? 0 : 1];
        if (!segment.syn || half.reassembler.on_syn(segment.sequence)) {
            connections_.splice(connections_.end(), connections_, known->second);
            return *known->second;
        }
        close(known->second, time, "its ports are in use again");
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
    connection.number = next_number_++;
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

void ConnectionTable::close(Connections::iterator connection, base::WallTime now, std::string_view reason) {
    for (std::size_t half = 0; half < connection->halves.size(); ++half) {
        std::vector<Stretch> stretches;
        connection->halves[half].reassembler.finish(stretches);
        deliver(*connection, half, stretches);
    }
    if (!connection->ended) watcher_.on_end(connection->number, now, reason);
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

void ConnectionTable::close_some(base::WallTime now) {
    while (!connections_.empty() &&
           (connections_.size() > limits_.max_connections || held_bytes_ > limits_.max_held_bytes)) {
        close(connections_.begin(), now, "too many connections are seen");
    }
}

void ConnectionTable::forget_old(base::WallTime now) {
    for (auto next = connections_.begin(); next != connections_.end();) {
        const auto connection = next++;
        for (std::size_t half = 0; half < connection->halves.size(); ++half) {
            std::vector<Stretch> stretches;
            connection->halves[half].reassembler.give_up_old_holes(now, stretches);
            deliver(*connection, half, stretches);
        }
        if (connection->ending) end_if_complete(*connection, now);
        count_held(*connection);
        const auto idle = now - connection->last_segment;
        if (idle >= limits_.max_idle || (connection->ended && idle >= limits_.kept_after_end)) {
            close(connection, now, "nothing was seen of it for a while");
        }
    }
}

void ConnectionTable::finish(base::WallTime now) {
    while (!connections_.empty()) close(connections_.begin(), now, "the capture ended");
}

void ConnectionTable::deliver(Connection& connection, std::size_t half, std::vector<Stretch>& stretches) {
    if (stretches.empty()) return;
    PacketStream& stream = connection.halves[half].stream;
    const StreamCounts before = stream.counts();
    const bool none_before = before.packets == 0 && connection.halves[1 - half].stream.counts().packets == 0;
    std::vector<CapturedPacket> packets;
    for (const Stretch& stretch : stretches) stream.feed(stretch, packets);
    const StreamCounts& after = stream.counts();
    counts_.gaps += after.gaps - before.gaps;
    counts_.missing_bytes += after.missing_bytes - before.missing_bytes;
    counts_.resyncs += after.resyncs - before.resyncs;
    counts_.broken += after.broken - before.broken;
    if (none_before && after.packets > 0) ++counts_.connections;
    for (CapturedPacket& packet : packets) on_packet(connection, half, std::move(packet));
}

void ConnectionTable::on_packet(Connection& connection, std::size_t half, CapturedPacket&& captured) {
    const auto client = [&]() -> const Endpoint& {
        return connection.client == 0 ? connection.key.first : connection.key.second;
    };
    watcher_.on_packet({connection.number, client(), connection.bridge}, captured.time);
    if (const auto* connect = std::get_if<mqtt::Connect>(&captured.packet)) {
        connection.client = half;
        const bool unsupported = connect->protocol_level != kMqtt311;
        if (unsupported && !connection.unsupported) ++counts_.unsupported;
        connection.unsupported = unsupported;
        learn_bridge(connection, base::DeviceId::parse(connect->client_id), captured.time);
        return;
    }
    auto* publish = std::get_if<mqtt::Publish>(&captured.packet);
    if (publish == nullptr || connection.unsupported) return;
    if (!connection.bridge) learn_bridge(connection, bridge_of_topic(publish->topic), captured.time);
    ++counts_.publishes;
    SeenPublish seen;
    seen.connection = connection.number;
    seen.client = client();
    seen.bridge = connection.bridge;
    seen.sent = half == connection.client ? base::Direction::ToCloud : base::Direction::ToBridge;
    seen.direction = direction_of_topic(publish->topic).value_or(seen.sent);
    seen.time = captured.time;
    seen.publish = std::move(*publish);
    watcher_.on_publish(std::move(seen));
}

void ConnectionTable::learn_bridge(Connection& connection, std::optional<base::DeviceId> bridge, base::WallTime time) {
    if (!bridge || connection.bridge == bridge) return;
    connection.bridge = bridge;
    const Endpoint& client = connection.client == 0 ? connection.key.first : connection.key.second;
    watcher_.on_bridge({connection.number, client, bridge}, time);
}

}  // namespace millrace::capture
