// What the doors count, and how it appears in the metrics. Plain numbers; loop thread only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/direction.h"
#include "mqtt/packet.h"
#include "mqtt/packet_parser.h"
#include "ports/health.h"
#include "ports/network.h"

namespace millrace::capture {

inline constexpr std::size_t kPacketTypes = ports::kPacketTypeNames.size();

[[nodiscard]] std::size_t packet_type(const mqtt::Packet& packet);

// A short label for a metric, without spaces.
[[nodiscard]] std::string_view label(mqtt::Malformed reason);

struct Counters {
    using ByDirection = std::array<std::uint64_t, 2>;

    std::uint64_t connections = 0;
    std::uint64_t refused_in_total = 0;     // as many connections as allowed in all
    std::uint64_t refused_per_address = 0;  // as many as allowed from this address
    std::uint64_t refused_as_loop = 0;      // we were talking to ourselves
    ByDirection bytes{};
    std::array<std::array<std::uint64_t, kPacketTypes>, 2> packets{};
    ByDirection frames{};
    std::uint64_t frames_dropped = 0;
    std::map<std::string, std::uint64_t, std::less<>> tap_breaks;  // by label(reason)
    std::map<std::string, std::uint64_t, std::less<>> bad_closes;  // by a label from a fixed set
    std::uint64_t cloud_failures = 0;  // bridge connections closed because the cloud could not be reached
    std::map<std::string, std::uint64_t, std::less<>> takeovers;  // by a label from a fixed set
    std::uint64_t returns_by_splice = 0;
    std::uint64_t returns_by_reconnect = 0;
    std::uint64_t handed_over = 0;
    std::uint64_t handover_repeats = 0;

    void count_bytes(base::Direction direction, std::size_t count) { bytes[index(direction)] += count; }
    void count_packet(base::Direction direction, std::size_t type) { ++packets[index(direction)][type]; }
    void count_frame(base::Direction direction) { ++frames[index(direction)]; }
    void count_bad_close(std::string_view reason);
    void count_tap_break(mqtt::Malformed reason);

    void count_takeover(std::string_view reason);

    void report(std::vector<ports::Metric>& metrics) const;
    // What only a relay with failover has.
    void report_failover(std::vector<ports::Metric>& metrics) const;

    static constexpr std::size_t index(base::Direction direction) {
        return direction == base::Direction::ToCloud ? 0 : 1;
    }
};

}  // namespace millrace::capture
