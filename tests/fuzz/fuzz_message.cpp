// The first byte picks the topic, the rest is the payload. What decodes must survive being encoded and decoded again.
#include <array>
#include <cstdlib>

#include "message/message.h"

using namespace millrace;

namespace {

constexpr std::array<const char*, 12> kTopics = {
    "2/1/2/61F6F57900000001/1",
    "2/2/2/61F6F57900000001/1",
    "2/3/2/61F6F57900000001/1",
    "2/4/2/61F6F57900000001/1",
    "2/6/2/61F6F57900000001/1",
    "2/7/2/61F6F57900000001/1",
    "2/9/1/61F6F57900000001/1",
    "responses/61F6F57900000001/1/2",
    "responses/61F6F57900000001/4/2",
    "responses/61F6F57900000001/6/2",
    "/orient/7",
    "2/31/2/61F6F57900000001/1",
};

std::string encoded(const message::Message& decoded) {
    return std::visit(
        [](const auto& value) -> std::string {
            using T = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<T, message::Raw>) {
                return {};
            } else if constexpr (std::is_same_v<T, message::Calibration>) {
                return value.all;
            } else if constexpr (std::is_same_v<T, message::HeartbeatEcho>) {
                return encode(value.heartbeat);
            } else if constexpr (std::is_same_v<T, message::Advertised>) {
                return std::string(base::as_text(encode(value)));
            } else {
                return encode(value);
            }
        },
        decoded);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto topic = message::parse_topic(kTopics[data[0] % kTopics.size()]);
    const auto first = message::decode(topic, {data + 1, size - 1});
    if (!first || std::holds_alternative<message::Raw>(*first)) return 0;
    const std::string text = encoded(*first);
    const auto second = message::decode(topic, base::as_bytes(text));
    if (!second) {
        // Escapes may make a text longer than what is read.
        if (second.error().fault == message::DecodeFault::TooLarge) return 0;
        std::abort();
    }
    if (encoded(*second) != text) std::abort();
    return 0;
}
