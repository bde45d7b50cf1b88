#include "ble/frame_bytes.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "ble/fragment.h"

namespace millrace::ble {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr unsigned kToBridge = 1U << 0U;
constexpr unsigned kDup = 1U << 1U;
constexpr unsigned kRetain = 1U << 2U;
constexpr unsigned kQosShift = 3;
constexpr unsigned kQosMask = 3;
constexpr unsigned kReserved = 0xE0;

constexpr std::size_t kBridgeAt = 2;
constexpr std::size_t kBridgeBytes = base::DeviceId::kDigits / 2;
constexpr std::size_t kTopicLengthAt = kBridgeAt + kBridgeBytes;
constexpr std::size_t kTopicAt = kTopicLengthAt + 2;
constexpr std::size_t kLongestTopic = 512;

bool is_topic(std::string_view topic) {
    return !topic.empty() && topic.size() <= kLongestTopic && topic.find_first_of("+#") == std::string_view::npos &&
           base::is_mqtt_utf8(base::as_bytes(topic));
}

char in_upper_case(char digit) {
    return digit >= 'a' && digit <= 'f' ? static_cast<char>(digit - 'a' + 'A') : digit;
}

// Bytes know no case. The topic does, and what is answered must match it; elsewhere bridges write capitals.
std::optional<base::DeviceId> bridge_of(base::ByteView bytes, std::string_view topic) {
    if (std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0; })) return std::nullopt;
    std::string digits = base::to_hex(bytes);
    if (topic.find(digits) == std::string_view::npos) {
        std::transform(digits.begin(), digits.end(), digits.begin(), in_upper_case);
    }
    return base::DeviceId::parse(digits);
}

}  // namespace

std::optional<ports::Frame> read_frame(base::ByteView bytes) {
    if (bytes.size() < kTopicAt || bytes.size() > kLongestFrame || bytes[0] != kVersion) return std::nullopt;
    const unsigned flags = bytes[1];
    const unsigned qos = (flags >> kQosShift) & kQosMask;
    if ((flags & kReserved) != 0 || qos > 2) return std::nullopt;
    const std::size_t topic_length = static_cast<std::size_t>(bytes[kTopicLengthAt]) << 8U | bytes[kTopicLengthAt + 1];
    if (bytes.size() - kTopicAt < topic_length) return std::nullopt;
    const std::string_view topic = base::as_text(bytes.subspan(kTopicAt, topic_length));
    if (!is_topic(topic)) return std::nullopt;

    ports::Frame frame;
    frame.door = ports::Door::Bluetooth;
    frame.direction = (flags & kToBridge) != 0 ? base::Direction::ToBridge : base::Direction::ToCloud;
    frame.bridge = bridge_of(bytes.subspan(kBridgeAt, kBridgeBytes), topic);
    frame.qos = static_cast<std::uint8_t>(qos);
    frame.dup = (flags & kDup) != 0;
    frame.retain = (flags & kRetain) != 0;
    frame.topic = topic;
    const base::ByteView payload = bytes.subspan(kTopicAt + topic_length);
    frame.payload.assign(payload.begin(), payload.end());
    return frame;
}

std::optional<base::Bytes> write_frame(const ports::Frame& frame) {
    if (!is_topic(frame.topic) || frame.qos > 2) return std::nullopt;
    if (kTopicAt + frame.topic.size() + frame.payload.size() > kLongestFrame) return std::nullopt;
    unsigned flags = static_cast<unsigned>(frame.qos) << kQosShift;
    if (frame.direction == base::Direction::ToBridge) flags |= kToBridge;
    if (frame.dup) flags |= kDup;
    if (frame.retain) flags |= kRetain;
    base::Bytes bytes{kVersion, static_cast<std::uint8_t>(flags)};
    const base::Bytes bridge = frame.bridge ? *base::from_hex(frame.bridge->text()) : base::Bytes(kBridgeBytes);
    bytes.insert(bytes.end(), bridge.begin(), bridge.end());
    bytes.push_back(static_cast<std::uint8_t>(frame.topic.size() >> 8U));
    bytes.push_back(static_cast<std::uint8_t>(frame.topic.size() & 0xFFU));
    bytes.insert(bytes.end(), frame.topic.begin(), frame.topic.end());
    bytes.insert(bytes.end(), frame.payload.begin(), frame.payload.end());
    return bytes;
}

}  // namespace millrace::ble
