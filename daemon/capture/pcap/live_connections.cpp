#include "capture/pcap/live_connections.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "capture/pcap/packet_reader.h"

namespace millrace::capture {
namespace {

std::string text(const Endpoint& endpoint) {
    constexpr std::array<std::uint8_t, 12> kIpv4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    std::array<char, INET6_ADDRSTRLEN> address{};
    const bool is_ipv4 = std::equal(kIpv4.begin(), kIpv4.end(), endpoint.address.begin());
    const auto* bytes = endpoint.address.data() + (is_ipv4 ? kIpv4.size() : 0);
    ::inet_ntop(is_ipv4 ? AF_INET : AF_INET6, bytes, address.data(), address.size());
    const std::string port = ":" + std::to_string(endpoint.port);
    return is_ipv4 ? address.data() + port : "[" + std::string(address.data()) + "]" + port;
}

bool goes_a_bridges_way(const SeenPublish& seen) {
    return direction_of_topic(seen.publish.topic) == seen.sent;
}

}  // namespace

void LiveConnections::on_packet(const SeenConnection& seen, base::WallTime at) {
    if (connections_.contains(seen.number)) last_packet_ = at;
}

void LiveConnections::on_bridge(const SeenConnection& seen, base::WallTime at) {
    tell(seen.number, seen.client, seen.bridge, at);
}

void LiveConnections::on_publish(SeenPublish seen) {
    const auto known = connections_.find(seen.connection);
    if (known == connections_.end() && !seen.bridge && !goes_a_bridges_way(seen)) {
        ++ignored_;
        return;
    }
    const bool is_named = known != connections_.end() && known->second.bridge;
    const Connection& connection =
        tell(seen.connection, seen.client, is_named ? known->second.bridge : bridge_of(seen), seen.time);
    ports::Frame frame = to_frame(std::move(seen));
    frame.bridge = connection.bridge;
    ++frames_;
    sink_.on_frame(connection.id, std::move(frame), 0);
}

std::optional<base::DeviceId> LiveConnections::bridge_of(const SeenPublish& seen) const {
    if (seen.bridge || !bridge_of_device_) return seen.bridge;
    const auto device = device_of_topic(seen.publish.topic);
    return device ? bridge_of_device_(*device) : std::nullopt;
}

LiveConnections::Connection& LiveConnections::tell(std::uint64_t number, const Endpoint& client,
                                                   const std::optional<base::DeviceId>& bridge, base::WallTime at) {
    const auto [place, is_new] = connections_.try_emplace(number);
    Connection& connection = place->second;
    if (!is_new && (!bridge || connection.bridge == bridge)) return connection;
    // The sink takes a connection's bridge from its beginning, so a late name begins another one for it.
    if (!is_new) sink_.on_closed({connection.id, at, "its bridge became known"});
    if (is_new) ++seen_;
    connection = {++last_, bridge};
    last_packet_ = at;
    ports::ConnectionOpened opened;
    opened.connection = connection.id;
    opened.door = ports::Door::Pcap;
    opened.bridge = connection.bridge;
    opened.peer = text(client);
    opened.at = at;
    sink_.on_opened(opened, nullptr);
    return connection;
}

void LiveConnections::on_end(std::uint64_t number, base::WallTime at, std::string_view reason) {
    const auto found = connections_.find(number);
    if (found == connections_.end()) return;
    const ports::ConnectionId id = found->second.id;
    connections_.erase(found);
    sink_.on_closed({id, at, std::string(reason)});
}

}  // namespace millrace::capture
