// From a captured packet, as it was on the link, to the messages in it: the one way for files and for live capture.
//
// Takes the TCP segment out of the packet and gives it to the table of connections, which tells the watcher. Pure; any
// thread, one at a time.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "capture/pcap/connection_table.h"
#include "capture/pcap/tcp_segment.h"
#include "ports/frame.h"

namespace millrace::capture {

struct PacketCounts {
    std::uint64_t packets = 0;
    std::uint64_t unreadable = 0;  // headers make no sense
    std::uint64_t fragments = 0;   // parts of IP packets, which are not put together
};

class PacketReader {
public:
    // `watcher` must outlive this.
    PacketReader(LinkType link, std::vector<std::uint16_t> server_ports, ConnectionWatcher& watcher,
                 ConnectionLimits limits = {})
        : link_(link), table_(std::move(server_ports), watcher, limits) {}

    void on_packet(base::ByteView packet, base::WallTime time);

    // The other link of a capture that goes on after a break.
    void set_link(LinkType link) { link_ = link; }

    [[nodiscard]] ConnectionTable& table() { return table_; }
    [[nodiscard]] const ConnectionTable& table() const { return table_; }
    [[nodiscard]] const PacketCounts& counts() const { return counts_; }

private:
    LinkType link_;
    ConnectionTable table_;
    PacketCounts counts_;
};

// Door Pcap; the bridge as far as it is known.
[[nodiscard]] ports::Frame to_frame(SeenPublish seen);

}  // namespace millrace::capture
