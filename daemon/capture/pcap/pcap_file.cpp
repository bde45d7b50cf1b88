#include <pcap/pcap.h>

#include <memory>
#include <string>
#include <utility>

#include "capture/pcap/capture_file.h"
#include "capture/pcap/connection_table.h"
#include "capture/pcap/tcp_segment.h"

namespace millrace::capture {
namespace {

using Pcap = std::unique_ptr<pcap_t, void (*)(pcap_t*)>;

std::optional<LinkType> link_type(int number) {
    switch (number) {
        case DLT_EN10MB: return LinkType::Ethernet;
        case DLT_LINUX_SLL: return LinkType::LinuxCooked;
        case DLT_LINUX_SLL2: return LinkType::LinuxCooked2;
        case DLT_RAW:
        case DLT_IPV4:
        case DLT_IPV6: return LinkType::RawIp;
        case DLT_NULL:
        case DLT_LOOP: return LinkType::Loopback;
        default: return std::nullopt;
    }
}

base::Result<Pcap, base::Error> open_pcap(const OpenContent& open) {
    std::FILE* file = open();
    if (file == nullptr) return base::failure(base::Error{"cannot be opened"});
    char why[PCAP_ERRBUF_SIZE] = "";
    Pcap pcap(pcap_fopen_offline(file, why), pcap_close);  // from here on it owns the file
    if (!pcap) {
        std::fclose(file);
        return base::failure(base::Error{std::string("not a readable capture: ") + why});
    }
    return pcap;
}

// Stamps outside the years 1970 to 9999 are nonsense and would overflow.
base::WallTime time_of(const pcap_pkthdr& header) {
    constexpr std::int64_t kLastSecond = 253'402'300'799;
    const std::int64_t seconds = header.ts.tv_sec;
    if (seconds < 0 || seconds > kLastSecond) return {};
    return base::from_unix_ms(seconds * 1000 + header.ts.tv_usec / 1000);
}

// Feeds the whole capture to the table.
ReadResult run_through(const OpenContent& open, ConnectionTable& table) {
    auto pcap = open_pcap(open);
    if (!pcap) return base::failure(std::move(pcap.error()));
    const int number = pcap_datalink(pcap->get());
    const auto link = link_type(number);
    if (!link) {
        const char* name = pcap_datalink_val_to_name(number);
        return base::failure(base::Error{"link type " + (name != nullptr ? std::string(name) : std::to_string(number)) +
                                         " is not supported: capture Ethernet, Linux cooked, raw IP or loopback"});
    }
    ReadSummary summary;
    for (;;) {
        pcap_pkthdr* header = nullptr;
        const u_char* bytes = nullptr;
        const int got = pcap_next_ex(pcap->get(), &header, &bytes);
        if (got == PCAP_ERROR_BREAK) break;  // the end of the file
        if (got != 1) {
            summary.damage = pcap_geterr(pcap->get());
            break;
        }
        ++summary.packets;
        const auto found = find_segment(*link, {bytes, header->caplen});
        if (const auto* segment = std::get_if<TcpSegment>(&found)) {
            table.on_segment(*segment, time_of(*header));
        } else if (std::get<NoSegment>(found) == NoSegment::Fragment) {
            ++summary.fragments;
        } else if (std::get<NoSegment>(found) == NoSegment::Malformed) {
            ++summary.unreadable;
        }
    }
    table.finish();
    return summary;
}

}  // namespace

ReadResult read_pcap(const OpenContent& open, const ReadOptions& options, const FrameConsumer& consumer) {
    ConnectionTable first_reading(options.server_ports, [](const SeenPublish&) {});
    if (auto result = run_through(open, first_reading); !result) return result;
    const auto& bridges = first_reading.bridges();

    FrameSorter sorter(consumer);
    ConnectionTable table(options.server_ports, [&](SeenPublish seen) {
        ports::Frame frame;
        frame.received = seen.time;
        frame.direction = seen.direction;
        frame.door = ports::Door::Pcap;
        // A file that grows while it is read may have more connections the second time.
        if (seen.connection < bridges.size()) frame.bridge = bridges[seen.connection];
        frame.qos = static_cast<std::uint8_t>(seen.publish.qos);
        frame.dup = seen.publish.dup;
        frame.retain = seen.publish.retain;
        frame.topic = std::move(seen.publish.topic);
        frame.payload = std::move(seen.publish.payload);
        sorter.push(std::move(frame));
    });
    auto summary = run_through(open, table);
    sorter.finish();
    if (!summary) return summary;
    const ConnectionCounts& counts = table.counts();
    summary->connections = counts.connections;
    summary->gaps = counts.gaps;
    summary->resyncs = counts.resyncs;
    summary->broken = counts.broken;
    summary->unsupported = counts.unsupported;
    summary->publishes = counts.publishes;
    return summary;
}

}  // namespace millrace::capture
