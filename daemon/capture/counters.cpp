#include "capture/counters.h"

#include <utility>

namespace millrace::capture {

namespace {

constexpr std::array kDirections = {base::Direction::ToCloud, base::Direction::ToBridge};

using Labels = std::vector<std::pair<std::string, std::string>>;

class Report {
public:
    explicit Report(std::vector<ports::Metric>& metrics) : metrics_(metrics) {}

    void counter(std::string_view name, std::string_view help, Labels labels, std::uint64_t value) {
        metrics_.push_back({std::string(name), std::string(help), ports::MetricType::Counter, std::move(labels),
                            static_cast<double>(value)});
    }

private:
    std::vector<ports::Metric>& metrics_;
};

}  // namespace

std::size_t packet_type(const mqtt::Packet& packet) {
    static_assert(std::variant_size_v<mqtt::Packet> == kPacketTypes - 1, "the variant lists the types in order");
    return packet.index() + 1;
}

std::string_view label(mqtt::Malformed reason) {
    using enum mqtt::Malformed;
    switch (reason) {
        case ReservedPacketType: return "reserved_packet_type";
        case ReservedFlags: return "reserved_flags";
        case RemainingLengthTooLong: return "remaining_length_too_long";
        case PacketTooLarge: return "packet_too_large";
        case LengthMismatch: return "length_mismatch";
        case InvalidUtf8: return "invalid_utf8";
        case InvalidTopic: return "invalid_topic";
        case InvalidQos: return "invalid_qos";
        case ZeroPacketId: return "zero_packet_id";
        case InvalidProtocolName: return "invalid_protocol_name";
        case InvalidConnectFlags: return "invalid_connect_flags";
        case InvalidReturnCode: return "invalid_return_code";
        case NoSubscriptions: return "no_subscriptions";
    }
    return "other";
}

void Counters::count_bad_close(std::string_view reason) {
    const auto found = bad_closes.find(reason);
    if (found != bad_closes.end()) {
        ++found->second;
    } else {
        bad_closes.emplace(reason, 1);
    }
}

void Counters::count_takeover(std::string_view reason) {
    ++takeovers[std::string(reason)];
}

void Counters::report_failover(std::vector<ports::Metric>& metrics) const {
    Report report(metrics);
    for (const auto& [reason, count] : takeovers) {
        report.counter("millrace_cloud_takeovers_total", "Bridge connections we stood in on, by what the cloud did.",
                       {{"reason", reason}}, count);
    }
    constexpr std::string_view kReturns = "millrace_cloud_returns_total";
    constexpr std::string_view kReturnsHelp = "Bridges given back to the cloud, on the same connection or a new one.";
    report.counter(kReturns, kReturnsHelp, {{"how", "splice"}}, returns_by_splice);
    report.counter(kReturns, kReturnsHelp, {{"how", "reconnect"}}, returns_by_reconnect);
    report.counter("millrace_cloud_handed_over_frames_total", "Missed frames that the cloud has confirmed since.", {},
                   handed_over);
    report.counter("millrace_cloud_handover_repeats_total",
                   "Missed frames handed over that the cloud may have had before.", {}, handover_repeats);
}

void Counters::count_tap_break(mqtt::Malformed reason) {
    ++tap_breaks[std::string(label(reason))];
}

void Counters::report(std::vector<ports::Metric>& metrics) const {
    Report report(metrics);
    report.counter("millrace_bridge_connections_accepted_total", "Connections accepted on the bridge listener.", {},
                   connections);
    constexpr std::string_view kRefused = "millrace_bridge_connections_refused_total";
    constexpr std::string_view kRefusedHelp = "Connections closed at once, by the limit they met.";
    report.counter(kRefused, kRefusedHelp, {{"limit", "total"}}, refused_in_total);
    report.counter(kRefused, kRefusedHelp, {{"limit", "address"}}, refused_per_address);
    report.counter(kRefused, kRefusedHelp, {{"limit", "loop"}}, refused_as_loop);
    // The lines of one metric must follow each other in the exposition.
    for (const auto direction : kDirections) {
        report.counter("millrace_bridge_bytes_total", "Bytes of MQTT passed on or answered.",
                       {{"direction", std::string(base::name(direction))}}, bytes[index(direction)]);
    }
    for (const auto direction : kDirections) {
        report.counter("millrace_bridge_frames_total", "PUBLISH packets handed on for decoding.",
                       {{"direction", std::string(base::name(direction))}}, frames[index(direction)]);
    }
    for (const auto direction : kDirections) {
        for (std::size_t type = 1; type < kPacketTypes; ++type) {
            const auto count = packets[index(direction)][type];
            if (count == 0) continue;
            report.counter("millrace_bridge_packets_total", "MQTT control packets, by type.",
                           {{"direction", std::string(base::name(direction))},
                            {"type", std::string(ports::kPacketTypeNames[type])}},
                           count);
        }
    }
    report.counter("millrace_bridge_frames_dropped_total",
                   "PUBLISH packets the relay passed on but did not decode, because decoding was behind.", {},
                   frames_dropped);
    for (const auto& [reason, count] : tap_breaks) {
        report.counter("millrace_relay_tap_breaks_total",
                       "Relayed connections whose bytes were not MQTT 3.1.1, so that decoding stopped.",
                       {{"reason", reason}}, count);
    }
    for (const auto& [reason, count] : bad_closes) {
        report.counter("millrace_bridge_bad_closes_total", "Bridge connections we closed because of what came.",
                       {{"reason", reason}}, count);
    }
    report.counter("millrace_cloud_failures_total", "Bridge connections closed because the cloud could not be reached.",
                   {}, cloud_failures);
}

}  // namespace millrace::capture
