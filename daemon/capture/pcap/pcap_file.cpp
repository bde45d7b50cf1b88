#include <pcap/pcap.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "capture/pcap/capture_file.h"
#include "capture/pcap/link_type.h"
#include "capture/pcap/packet_reader.h"

namespace millrace::capture {
namespace {

using Pcap = std::unique_ptr<pcap_t, void (*)(pcap_t*)>;

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

// The first reading.
class BridgeCollector final : public ConnectionWatcher {
public:
    void on_publish(SeenPublish) override {}
    void on_bridge(const SeenConnection& seen, base::WallTime) override { bridges_[seen.number] = seen.bridge; }

    [[nodiscard]] std::optional<base::DeviceId> bridge_of(std::uint64_t connection) const {
        const auto found = bridges_.find(connection);
        return found == bridges_.end() ? std::nullopt : found->second;
    }

private:
    std::map<std::uint64_t, std::optional<base::DeviceId>> bridges_;
};

// The second one.
class FrameGiver final : public ConnectionWatcher {
public:
    FrameGiver(const BridgeCollector& bridges, FrameSorter& sorter) : bridges_(bridges), sorter_(sorter) {}

    void on_publish(SeenPublish seen) override {
        // A file that grows while it is read may have more connections the second time.
        seen.bridge = bridges_.bridge_of(seen.connection);
        sorter_.push(to_frame(std::move(seen)));
    }

private:
    const BridgeCollector& bridges_;
    FrameSorter& sorter_;
};

// Reads the whole capture.
ReadResult run_through(const OpenContent& open, const ReadOptions& options, ConnectionWatcher& watcher) {
    auto pcap = open_pcap(open);
    if (!pcap) return base::failure(std::move(pcap.error()));
    const int number = pcap_datalink(pcap->get());
    const auto link = link_type(number);
    if (!link) return base::failure(base::Error{unsupported_link(number)});
    PacketReader reader(*link, options.server_ports, watcher);
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
        reader.on_packet({bytes, header->caplen}, time_of(*header));
    }
    reader.table().finish();
    summary.packets = reader.counts().packets;
    summary.unreadable = reader.counts().unreadable;
    summary.fragments = reader.counts().fragments;
    const ConnectionCounts& counts = reader.table().counts();
    summary.connections = counts.connections;
    summary.gaps = counts.gaps;
    summary.resyncs = counts.resyncs;
    summary.broken = counts.broken;
    summary.unsupported = counts.unsupported;
    summary.publishes = counts.publishes;
    return summary;
}

}  // namespace

ReadResult read_pcap(const OpenContent& open, const ReadOptions& options, const FrameConsumer& consumer) {
    BridgeCollector bridges;
    if (auto result = run_through(open, options, bridges); !result) return result;
    FrameSorter sorter(consumer);
    FrameGiver giver(bridges, sorter);
    auto summary = run_through(open, options, giver);
    sorter.finish();
    return summary;
}

}  // namespace millrace::capture
