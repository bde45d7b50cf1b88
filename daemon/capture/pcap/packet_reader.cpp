#include "capture/pcap/packet_reader.h"

#include <utility>
#include <variant>

namespace millrace::capture {

void PacketReader::on_packet(base::ByteView packet, base::WallTime time) {
    ++counts_.packets;
    const auto found = find_segment(link_, packet);
    if (const auto* segment = std::get_if<TcpSegment>(&found)) {
        table_.on_segment(*segment, time);
    } else if (std::get<NoSegment>(found) == NoSegment::Fragment) {
        ++counts_.fragments;
    } else if (std::get<NoSegment>(found) == NoSegment::Malformed) {
        ++counts_.unreadable;
    }
}

ports::Frame to_frame(SeenPublish seen) {
    ports::Frame frame;
    frame.received = seen.time;
    frame.direction = seen.direction;
    frame.door = ports::Door::Pcap;
    frame.bridge = seen.bridge;
    frame.qos = static_cast<std::uint8_t>(seen.publish.qos);
    frame.dup = seen.publish.dup;
    frame.retain = seen.publish.retain;
    frame.topic = std::move(seen.publish.topic);
    frame.payload = std::move(seen.publish.payload);
    return frame;
}

}  // namespace millrace::capture
