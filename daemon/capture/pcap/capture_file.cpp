#include "capture/pcap/capture_file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace millrace::capture {
namespace {

// pcap in both byte orders with microseconds and nanoseconds, the variant of old Linux, and pcapng.
bool is_packet_capture(const std::array<unsigned char, 4>& first) {
    constexpr std::array<std::array<unsigned char, 4>, 7> kMagic = {{{0xa1, 0xb2, 0xc3, 0xd4},
                                                                     {0xd4, 0xc3, 0xb2, 0xa1},
                                                                     {0xa1, 0xb2, 0x3c, 0x4d},
                                                                     {0x4d, 0x3c, 0xb2, 0xa1},
                                                                     {0xa1, 0xb2, 0xcd, 0x34},
                                                                     {0x34, 0xcd, 0xb2, 0xa1},
                                                                     {0x0a, 0x0d, 0x0d, 0x0a}}};
    for (const auto& magic : kMagic) {
        if (first == magic) return true;
    }
    return false;
}

}  // namespace

ReadResult read_capture_file(const std::string& path, const ReadOptions& options, const FrameConsumer& consumer) {
    const OpenContent open = [&path] { return std::fopen(path.c_str(), "rbe"); };
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(open(), std::fclose);
    if (!file) return base::failure(base::Error{path + ": " + std::strerror(errno)});
    std::array<unsigned char, 4> first{};
    errno = 0;
    const std::size_t size = std::fread(first.data(), 1, first.size(), file.get());
    if (size == 0 && errno != 0) return base::failure(base::Error{path + ": " + std::strerror(errno)});
    auto result = size == first.size() && is_packet_capture(first) ? read_pcap(open, options, consumer)
                                                                   : read_json_lines(open, consumer);
    if (!result) result.error().message = path + ": " + result.error().message;
    return result;
}

}  // namespace millrace::capture
