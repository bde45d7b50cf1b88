// Captures made by hand: packets of every link type, and whole files around them.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "capture/pcap/capture_file.h"
#include "capture/pcap/connection_table.h"
#include "mqtt/packet_writer.h"

namespace millrace::capture::test {

inline void put_u16(base::Bytes& out, unsigned value) {
    out.push_back(static_cast<std::uint8_t>(value >> 8));
    out.push_back(static_cast<std::uint8_t>(value));
}
inline void put_u32(base::Bytes& out, std::uint32_t value) {
    put_u16(out, value >> 16);
    put_u16(out, value & 0xffff);
}
inline void put_little_u16(base::Bytes& out, unsigned value) {
    out.push_back(static_cast<std::uint8_t>(value));
    out.push_back(static_cast<std::uint8_t>(value >> 8));
}
inline void put_little_u32(base::Bytes& out, std::uint32_t value) {
    put_little_u16(out, value & 0xffff);
    put_little_u16(out, value >> 16);
}
inline base::Bytes join(base::Bytes front, base::ByteView back) {
    front.insert(front.end(), back.begin(), back.end());
    return front;
}

struct Tcp {
    bool from_client = true;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgement = 0;
    bool syn = false;
    bool ack = true;
    base::Bytes payload;
    std::uint16_t client_port = 40001;
    std::uint16_t server_port = 1883;
    bool fin = false;
    bool rst = false;
};

inline base::Bytes tcp_bytes(const Tcp& tcp, std::size_t option_bytes = 0) {
    base::Bytes out;
    put_u16(out, tcp.from_client ? tcp.client_port : tcp.server_port);
    put_u16(out, tcp.from_client ? tcp.server_port : tcp.client_port);
    put_u32(out, tcp.sequence);
    put_u32(out, tcp.acknowledgement);
    out.push_back(static_cast<std::uint8_t>((20 + option_bytes) / 4 << 4));
    out.push_back(
        static_cast<std::uint8_t>((tcp.fin ? 1 : 0) | (tcp.syn ? 2 : 0) | (tcp.rst ? 4 : 0) | (tcp.ack ? 16 : 0)));
    put_u16(out, 8192);
    put_u32(out, 0);
    out.resize(out.size() + option_bytes, 1);
    return join(out, tcp.payload);
}

inline base::Bytes ipv4_bytes(bool from_client, base::ByteView body, unsigned fragment = 0, std::uint8_t protocol = 6) {
    base::Bytes out = {0x45, 0};
    put_u16(out, static_cast<unsigned>(20 + body.size()));
    put_u16(out, 7);
    put_u16(out, fragment);
    out.insert(out.end(), {64, protocol, 0, 0});
    const base::Bytes client = {192, 0, 2, 61}, server = {192, 0, 2, 10};
    out = join(join(out, from_client ? client : server), from_client ? server : client);
    return join(out, body);
}
inline base::Bytes ipv4(const Tcp& tcp) {
    return ipv4_bytes(tcp.from_client, tcp_bytes(tcp));
}

// `first_header` is the number of the first header in `body`.
inline base::Bytes ipv6_bytes(bool from_client, base::ByteView body, std::uint8_t first_header = 6) {
    base::Bytes out = {0x60, 0, 0, 0};
    put_u16(out, static_cast<unsigned>(body.size()));
    out.insert(out.end(), {first_header, 64});
    base::Bytes client(16, 0x20), server(16, 0x30);
    out = join(join(out, from_client ? client : server), from_client ? server : client);
    return join(out, body);
}
inline base::Bytes ipv6(const Tcp& tcp) {
    return ipv6_bytes(tcp.from_client, tcp_bytes(tcp));
}

inline base::Bytes ethernet(base::ByteView ip, unsigned type = 0x0800) {
    base::Bytes out(12, 2);
    put_u16(out, type);
    return join(out, ip);
}

struct Captured {
    std::int64_t time_ms = 0;
    base::Bytes packet;
};

// A little-endian pcap with microseconds.
inline base::Bytes pcap_file(std::uint32_t link_type, const std::vector<Captured>& packets) {
    base::Bytes out;
    put_little_u32(out, 0xa1b2c3d4);
    put_little_u16(out, 2);
    put_little_u16(out, 4);
    put_little_u32(out, 0);
    put_little_u32(out, 0);
    put_little_u32(out, 65535);
    put_little_u32(out, link_type);
    for (const Captured& captured : packets) {
        put_little_u32(out, static_cast<std::uint32_t>(captured.time_ms / 1000));
        put_little_u32(out, static_cast<std::uint32_t>(captured.time_ms % 1000 * 1000));
        put_little_u32(out, static_cast<std::uint32_t>(captured.packet.size()));
        put_little_u32(out, static_cast<std::uint32_t>(captured.packet.size()));
        out = join(std::move(out), captured.packet);
    }
    return out;
}

inline base::Bytes pcapng_file(std::uint32_t link_type, const std::vector<Captured>& packets) {
    base::Bytes out;
    put_little_u32(out, 0x0a0d0d0a);
    put_little_u32(out, 28);
    put_little_u32(out, 0x1a2b3c4d);
    put_little_u32(out, 1);
    put_little_u32(out, 0xffffffff);
    put_little_u32(out, 0xffffffff);
    put_little_u32(out, 28);
    put_little_u32(out, 1);
    put_little_u32(out, 20);
    put_little_u32(out, link_type);
    put_little_u32(out, 65535);
    put_little_u32(out, 20);
    for (const Captured& captured : packets) {
        const auto size = static_cast<std::uint32_t>(captured.packet.size());
        const std::uint32_t padding = (4 - size % 4) % 4;
        const auto micros = static_cast<std::uint64_t>(captured.time_ms) * 1000;
        put_little_u32(out, 6);
        put_little_u32(out, 32 + size + padding);
        put_little_u32(out, 0);
        put_little_u32(out, static_cast<std::uint32_t>(micros >> 32));
        put_little_u32(out, static_cast<std::uint32_t>(micros));
        put_little_u32(out, size);
        put_little_u32(out, size);
        out = join(std::move(out), captured.packet);
        out.resize(out.size() + padding);
        put_little_u32(out, 32 + size + padding);
    }
    return out;
}

inline OpenContent in_memory(const base::Bytes& content) {
    // Opened for reading, the buffer is not written to.
    return [&content] { return fmemopen(const_cast<std::uint8_t*>(content.data()), content.size(), "rb"); };
}

inline constexpr const char* kBridge = "61F6F57900000001";
inline constexpr const char* kSensor = "61DA80B500000001";

inline base::Bytes connect_packet(const char* client_id = kBridge, std::uint8_t level = 4) {
    mqtt::Connect connect;
    connect.client_id = client_id;
    connect.keep_alive_s = 20;
    connect.protocol_level = level;
    return mqtt::to_wire(connect);
}
inline base::Bytes publish_packet(const std::string& topic, std::string_view payload, bool dup = false) {
    mqtt::Publish publish;
    publish.topic = topic;
    publish.payload = base::to_bytes(payload);
    publish.qos = mqtt::Qos::AtLeastOnce;
    publish.packet_id = 7;
    publish.dup = dup;
    return mqtt::to_wire(publish);
}
// Sample messages that tell apart by their number.
inline std::string sample_topic(int number) {
    return "2/1/2/" + std::string(kSensor) + "/" + std::to_string(number);
}
inline std::string sample_payload(int number) {
    return R"([{"timestamp":1785104646,"value":)" + std::to_string(number) + "}]";
}
inline base::Bytes sample_packet(int number) {
    return publish_packet(sample_topic(number), sample_payload(number));
}

// The last elements of the topics: which sample messages came out.
inline std::vector<int> numbers_of(const std::vector<ports::Frame>& frames) {
    std::vector<int> numbers;
    for (const auto& frame : frames) numbers.push_back(std::stoi(frame.topic.substr(frame.topic.rfind('/') + 1)));
    return numbers;
}

struct CountingWatcher final : ConnectionWatcher {
    void on_publish(SeenPublish) override { ++published; }
    void on_end(std::uint64_t, base::WallTime, std::string_view) override { ++ended; }

    std::size_t published = 0;
    std::size_t ended = 0;
};

struct Outcome {
    std::vector<ports::Frame> frames;
    ReadSummary summary;
};
inline Outcome read_all(const base::Bytes& file, const ReadOptions& options = {}) {
    Outcome outcome;
    auto summary =
        read_pcap(in_memory(file), options, [&](ports::Frame frame) { outcome.frames.push_back(std::move(frame)); });
    if (summary) outcome.summary = *summary;
    return outcome;
}

}  // namespace millrace::capture::test
