// What it costs to watch, write and serve MQTT: packets per second on the kind of message a bridge sends.
#include <benchmark/benchmark.h>

#include <vector>

#include "mqtt/packet_writer.h"
#include "mqtt/server_session.h"
#include "mqtt/tap_session.h"

namespace millrace::mqtt {
namespace {

constexpr std::size_t kPayloadBytes = 300;

Publish message(Qos qos) {
    return {false,
            qos,
            false,
            "2/1/12/61DA80B500000001/1709625555",
            PacketId(qos == Qos::AtMostOnce ? 0 : 1),
            base::Bytes(kPayloadBytes, 0xA5)};
}

void count_packets(benchmark::State& state, std::size_t packets, std::size_t bytes) {
    state.SetItemsProcessed(static_cast<std::int64_t>(packets));
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

// The argument is the size of the pieces the stream arrives in: one packet a read, or a full read buffer.
void tap_publish_stream(benchmark::State& state) {
    base::Bytes stream;
    for (int i = 0; i < 1000; ++i) write(message(Qos::AtMostOnce), stream);
    const auto piece = static_cast<std::size_t>(state.range(0));
    TapSession tap;
    std::vector<TapEvent> events;
    std::size_t packets = 0;
    std::size_t bytes = 0;
    for (auto _ : state) {
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            const std::size_t size = std::min(piece, stream.size() - at);
            tap.on_bytes(Side::Client, base::ByteView(stream).subspan(at, size), events);
            packets += events.size();
            benchmark::DoNotOptimize(events.data());
            events.clear();
        }
        bytes += stream.size();
    }
    count_packets(state, packets, bytes);
}
BENCHMARK(tap_publish_stream)->Arg(100)->Arg(340)->Arg(16 * 1024);

void write_publish(benchmark::State& state) {
    const Packet packet = message(Qos::AtMostOnce);
    std::size_t bytes = 0;
    for (auto _ : state) {
        const base::Bytes wire = to_wire(packet);
        benchmark::DoNotOptimize(wire.data());
        bytes += wire.size();
    }
    count_packets(state, static_cast<std::size_t>(state.iterations()), bytes);
}
BENCHMARK(write_publish);

void serve_qos1(benchmark::State& state) {
    const base::SteadyTime now{base::Seconds{1}};
    ServerSession session(ServerLimits{}, now);
    (void)session.on_bytes(to_wire(Connect{}), now);
    const base::Bytes wire = to_wire(message(Qos::AtLeastOnce));
    for (auto _ : state) {
        const ServerActions actions = session.on_bytes(wire, now);
        benchmark::DoNotOptimize(session.acknowledge(std::get<Delivered>(actions.at(0)).receipt));
    }
    count_packets(state, static_cast<std::size_t>(state.iterations()), 0);
}
BENCHMARK(serve_qos1);

}  // namespace
}  // namespace millrace::mqtt
