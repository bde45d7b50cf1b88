// Frames out of a file: a packet capture (pcap, pcapng) or JSON lines.
//
// Calls block; each gives the frames to the consumer, on the calling thread, in order of their times as far as a few
// thousand frames look ahead. Files are untrusted: memory is bounded whatever they hold.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "capture/pcap/frame_sorter.h"
#include "ports/frame.h"

namespace millrace::capture {

struct ReadOptions {
    // TCP ports of the cloud's side. When there are none, every connection is looked at.
    std::vector<std::uint16_t> server_ports = {1883};
};

struct ReadSummary {
    std::uint64_t packets = 0;      // captured packets, or lines
    std::uint64_t unreadable = 0;   // packets whose headers make no sense, or lines that are no message
    std::uint64_t fragments = 0;    // parts of IP packets, which are not put together
    std::uint64_t connections = 0;  // MQTT connections
    std::uint64_t gaps = 0;         // places where captured bytes are missing
    std::uint64_t resyncs = 0;      // times the next packet had to be searched
    std::uint64_t broken = 0;       // places that are not MQTT although nothing is missing
    std::uint64_t unsupported = 0;  // connections of another MQTT version
    std::uint64_t publishes = 0;
    std::optional<std::string> damage;  // why reading ended before the end of the file
};

using ReadResult = base::Result<ReadSummary, base::Error>;

// Tells captures and JSON lines apart by their first bytes.
[[nodiscard]] ReadResult read_capture_file(const std::string& path, const ReadOptions& options,
                                           const FrameConsumer& consumer);

// Opens the same content from its beginning each time it is called, or gives null. The caller closes.
using OpenContent = std::function<std::FILE*()>;

// Door Pcap. Reads twice: first to learn which connection is which bridge's, because that may be said late.
[[nodiscard]] ReadResult read_pcap(const OpenContent& open, const ReadOptions& options, const FrameConsumer& consumer);

// Door JsonLines unless a line names its own. One object a line: `topic`; `t` (unix seconds) or `time` (RFC 3339), else
// the time in the topic or that of the line before; `direction`, else as the topic tells; `payload` (any JSON value;
// text stands for itself) or `payload_hex`; and `qos`, `dup`, `retain`, `bridge`, `door` when they are there. The
// outputs of `millrace decode` and `millrace export frames` (json_line.h) are cases of it. Payloads given as JSON are
// open even under a topic that says sealed.
[[nodiscard]] ReadResult read_json_lines(const OpenContent& open, const FrameConsumer& consumer);

}  // namespace millrace::capture
