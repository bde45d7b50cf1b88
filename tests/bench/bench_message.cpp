// From a samples message of about 300 bytes to values, plain and sealed, and the topics before it.
#include <benchmark/benchmark.h>

#include <array>
#include <string>

#include "message/message.h"
#include "payload/secretbox.h"

namespace {

using namespace millrace;

const std::string kPlainTopic = "2/1/2/62AC1323E5A50000/1785105223";
const std::string kSealedTopic = "2/1/12/62AC1323E5A50000/1785105223";

// Seven samples and the trailing byte real messages have: 297 bytes.
std::string samples_text() {
    std::string text = "[";
    for (int i = 0; i < 7; ++i) {
        text += (i > 0 ? "," : "") + std::string(R"({"timestamp":)") + std::to_string(1785105201 + 5 * i) +
                R"(,"value":)" + std::to_string(3828929 + 3 * i) + "}";
    }
    return text + "]\n";
}

const payload::SecretKey& key() {
    static const auto key = payload::SecretKey::from_bytes(base::Bytes(payload::SecretKey::kBytes, 0x42)).value();
    return key;
}

void decode_plain(benchmark::State& state) {
    const auto topic = message::parse_topic(kPlainTopic);
    const auto text = samples_text();
    for (auto _ : state) {
        const auto decoded = message::decode(topic, base::as_bytes(text));
        if (!decoded) return state.SkipWithError("the message does not decode");
        benchmark::DoNotOptimize(&*decoded);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}
BENCHMARK(decode_plain)->Name("message_samples_300/plain");

// All that is done to a packet's topic and payload, as often as packets come.
void decode_sealed(benchmark::State& state) {
    const std::array<std::uint8_t, payload::kIvBytes> iv{9};
    const auto sealed = payload::seal(base::as_bytes(samples_text()), key(), iv);
    for (auto _ : state) {
        const auto topic = message::parse_topic(kSealedTopic);
        const auto plain = payload::open(sealed, key());
        if (!plain) return state.SkipWithError("the box does not open");
        const auto decoded = message::decode(topic, *plain);
        if (!decoded) return state.SkipWithError("the message does not decode");
        benchmark::DoNotOptimize(&*decoded);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * sealed.size()));
}
BENCHMARK(decode_sealed)->Name("message_samples_300/sealed_topic_open_decode");

void parse(benchmark::State& state, const std::string& topic) {
    for (auto _ : state) benchmark::DoNotOptimize(message::parse_topic(topic));
}
BENCHMARK_CAPTURE(parse, upstream, kSealedTopic)->Name("topic_parse/upstream");
BENCHMARK_CAPTURE(parse, downstream, std::string("responses/61F6F57900000001/1/12"))->Name("topic_parse/downstream");
BENCHMARK_CAPTURE(parse, unknown, std::string("some/topic/of/nobody"))->Name("topic_parse/unknown");

}  // namespace
