#include "capture/network_metrics.h"

#include <string>
#include <utility>

#include "base/direction.h"

namespace millrace::capture {
namespace {

using ports::MetricType;

constexpr std::size_t kPublish = 3;

double seconds(base::Milliseconds time) {
    return static_cast<double>(time.count()) / 1e3;
}

class OfBridge {
public:
    OfBridge(std::string bridge, std::vector<ports::Metric>& metrics) : bridge_(std::move(bridge)), metrics_(metrics) {}

    void gauge(std::string name, std::string help, double value) {
        metrics_.push_back({std::move(name), std::move(help), MetricType::Gauge, {{"bridge", bridge_}}, value});
    }
    void counter(std::string name, std::string help, std::uint64_t value,
                 std::vector<std::pair<std::string, std::string>> more = {}) {
        more.insert(more.begin(), {"bridge", bridge_});
        metrics_.push_back(
            {std::move(name), std::move(help), MetricType::Counter, std::move(more), static_cast<double>(value)});
    }
    void histogram(std::string name, std::string help, const ports::Histogram& histogram,
                   std::pair<std::string, std::string> way) {
        metrics_.push_back({std::move(name),
                            std::move(help),
                            MetricType::Histogram,
                            {{"bridge", bridge_}, std::move(way)},
                            0,
                            histogram});
    }

private:
    std::string bridge_;
    std::vector<ports::Metric>& metrics_;
};

void append_traffic(const ports::Traffic& traffic, base::Direction direction, bool relays, OfBridge& of) {
    const std::pair<std::string, std::string> way{"direction", std::string(base::name(direction))};
    of.counter("millrace_network_bytes_total", "Bytes between the bridge and us.", traffic.bytes, {way});
    for (std::size_t type = 1; type < traffic.packets.size(); ++type) {
        if (traffic.packets[type].count == 0) continue;
        of.counter("millrace_network_packets_total", "MQTT control packets between the bridge and us.",
                   traffic.packets[type].count, {way, {"type", std::string(ports::kPacketTypeNames[type])}});
    }
    for (std::size_t qos = 0; qos < traffic.messages_by_qos.size(); ++qos) {
        if (traffic.messages_by_qos[qos] == 0) continue;
        of.counter("millrace_network_messages_total", "PUBLISH packets between the bridge and us, by QoS.",
                   traffic.messages_by_qos[qos], {way, {"qos", std::to_string(qos)}});
    }
    of.histogram("millrace_network_packet_bytes", "Sizes of MQTT control packets.", traffic.packet_bytes, way);
    of.histogram("millrace_network_packet_gap_seconds", "Between two packets of one connection.", traffic.gap_seconds,
                 way);
    const std::uint64_t relayed = traffic.packets[kPublish].relayed;
    if (relays || relayed > 0) {
        of.counter("millrace_relay_frames_total", "PUBLISH packets passed on between the bridge and its cloud.",
                   relayed, {way});
    }
}

}  // namespace

void append_network_metrics(const ports::Network& network, std::vector<ports::Metric>& metrics) {
    const bool relays = network.mode != ports::CloudMode::Local;
    for (const ports::NetworkBridge& bridge : network.bridges) {
        if (!bridge.bridge) continue;
        OfBridge of(bridge.bridge->str(), metrics);
        const ports::NetworkConnection& newest = bridge.newest;
        of.counter("millrace_network_connections_total", "Connections of the bridge.", bridge.totals.connections);
        if (relays) {
            of.gauge("millrace_cloud_connected", "1 while the bridge is connected through to its cloud.",
                     bridge.cloud_connected() ? 1 : 0);
        }
        if (bridge.open > 0 && newest.lasted) {
            of.gauge("millrace_network_connection_seconds", "How long the bridge has been connected.",
                     seconds(*newest.lasted));
        }
        if (newest.connection != 0) {
            of.gauge("millrace_network_keep_alive_seconds", "The keep alive of the bridge's CONNECT.",
                     static_cast<double>(newest.connect.keep_alive_s));
        }
        if (newest.ping_period) {
            of.gauge("millrace_network_ping_period_seconds", "Between two PINGREQs, the median of the last ones.",
                     seconds(*newest.ping_period));
        }
        if (newest.sample_after) {
            of.gauge("millrace_network_first_sample_seconds", "From the newest CONNECT to its first samples.",
                     seconds(*newest.sample_after));
        }
        for (const auto direction : {base::Direction::ToCloud, base::Direction::ToBridge}) {
            append_traffic(bridge.totals.traffic[direction == base::Direction::ToCloud ? 0 : 1], direction, relays, of);
        }
    }
}

}  // namespace millrace::capture
