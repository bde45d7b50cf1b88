// A whole file, capture or JSON lines: the first byte says which, and whether all ports are looked at.
#include <cstdlib>

#include "capture/pcap/capture_file.h"

using namespace millrace;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;  // fmemopen refuses an empty buffer
    const capture::OpenContent open = [&] {
        // Opened for reading, the buffer is not written to.
        return fmemopen(const_cast<std::uint8_t*>(data + 1), size - 1, "rb");
    };
    std::uint64_t frames = 0;
    const capture::FrameConsumer consumer = [&](const ports::Frame&) { ++frames; };
    capture::ReadOptions options;
    if ((data[0] & 1) != 0) options.server_ports.clear();
    const auto summary =
        (data[0] & 2) != 0 ? capture::read_json_lines(open, consumer) : capture::read_pcap(open, options, consumer);
    if (summary && summary->publishes != frames) std::abort();
    return 0;
}
