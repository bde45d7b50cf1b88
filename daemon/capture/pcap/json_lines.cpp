#include <array>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <unordered_set>
#include <utility>

#include "capture/pcap/capture_file.h"
#include "capture/pcap/connection_table.h"
#include "capture/pcap/json_bounds.h"
#include "capture/pcap/json_line.h"

namespace millrace::capture {
namespace {

using Json = nlohmann::ordered_json;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

// A payload of 64 KiB in hexadecimal digits, and the rest.
constexpr std::size_t kMaxLineBytes = 256 * 1024;

// The latest time that we write ourselves: the end of the year 9999.
constexpr double kLatestSecond = 253'402'300'799;

// One line without its end. False at the end of the file. A line too long comes out empty, and counts as unreadable.
bool read_line(std::FILE* file, std::string& line, bool& too_long) {
    line.clear();
    too_long = false;
    bool any = false;
    for (int c = std::getc(file); c != EOF; c = std::getc(file)) {
        any = true;
        if (c == '\n') break;
        if (line.size() < kMaxLineBytes) {
            line += static_cast<char>(c);
        } else {
            too_long = true;
        }
    }
    return any;
}

const Json* member(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

const std::string* text_member(const Json& object, const char* key) {
    const Json* value = member(object, key);
    return value == nullptr ? nullptr : value->get_ptr<const std::string*>();
}

bool flag_member(const Json& object, const char* key) {
    const Json* value = member(object, key);
    return value != nullptr && value->is_boolean() && value->get<bool>();
}

// The unix time at the end of a topic to the cloud.
std::optional<base::WallTime> time_of_topic(std::string_view topic) {
    if (!topic.starts_with("2/")) return std::nullopt;
    const std::string_view last = topic.substr(topic.rfind('/') + 1);
    std::uint32_t seconds = 0;
    const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), seconds);
    if (error != std::errc{} || end != last.data() + last.size()) return std::nullopt;
    return base::from_unix_s(seconds);
}

// False when the line gives a time that cannot be read.
bool read_time(const Json& line, std::string_view topic, base::WallTime before, base::WallTime& time) {
    if (const Json* value = member(line, "time")) {
        const auto* text = value->get_ptr<const std::string*>();
        const auto parsed = text == nullptr ? std::nullopt : base::from_rfc3339(*text);
        if (parsed) time = *parsed;
        return parsed.has_value();
    }
    if (const Json* value = member(line, "t")) {
        if (!value->is_number()) return false;
        const auto seconds = value->get<double>();
        if (!(seconds >= 0 && seconds <= kLatestSecond)) return false;
        time = base::from_unix_ms(static_cast<std::int64_t>(seconds * 1000 + 0.5));
        return true;
    }
    time = time_of_topic(topic).value_or(before);
    return true;
}

bool read_direction(const Json& line, std::string_view topic, base::Direction& direction) {
    const Json* value = member(line, "direction");
    if (value == nullptr) {
        direction = direction_of_topic(topic).value_or(base::Direction::ToCloud);
        return true;
    }
    for (const base::Direction known : {base::Direction::ToCloud, base::Direction::ToBridge}) {
        if (*value != base::name(known)) continue;
        direction = known;
        return true;
    }
    return false;
}

bool read_payload(const Json& line, base::Bytes& payload) {
    if (const Json* hex = member(line, "payload_hex")) {
        const auto* digits = hex->get_ptr<const std::string*>();
        auto bytes = digits == nullptr ? std::nullopt : base::from_hex(*digits);
        if (bytes) payload = std::move(*bytes);
        return bytes.has_value();
    }
    const auto value = line.find("payload");
    if (value == line.end()) return false;
    const auto* text = value->get_ptr<const std::string*>();
    payload = base::to_bytes(text != nullptr ? *text : value->dump(-1, ' ', false, Json::error_handler_t::replace));
    return true;
}

std::optional<ports::Frame> read_frame(std::string_view text, base::WallTime before) {
    if (!is_within_bounds(text)) return std::nullopt;
    const Json line = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
    if (!line.is_object()) return std::nullopt;
    const std::string* topic = text_member(line, "topic");
    if (topic == nullptr) return std::nullopt;
    ports::Frame frame;
    frame.door = ports::Door::JsonLines;
    frame.topic = *topic;
    if (!read_time(line, *topic, before, frame.received) || !read_direction(line, *topic, frame.direction) ||
        !read_payload(line, frame.payload)) {
        return std::nullopt;
    }
    if (const Json* qos = member(line, "qos")) {
        if (!qos->is_number_unsigned() || *qos > 2u) return std::nullopt;
        frame.qos = qos->get<std::uint8_t>();
    }
    if (const std::string* door = text_member(line, "door")) frame.door = door_named(*door).value_or(frame.door);
    frame.dup = flag_member(line, "dup");
    frame.retain = flag_member(line, "retain");
    if (const std::string* bridge = text_member(line, "bridge")) frame.bridge = base::DeviceId::parse(*bridge);
    return frame;
}

// Calls `on_frame` with each line's frame, in the order of the file.
template <typename OnFrame>
ReadResult for_each_line(const OpenContent& open, OnFrame&& on_frame) {
    const File file(open(), std::fclose);
    if (!file) return base::failure(base::Error{"cannot be opened"});
    ReadSummary summary;
    base::WallTime before;
    std::string line;
    for (bool too_long = false; read_line(file.get(), line, too_long);) {
        if (!too_long && line.find_first_not_of(" \t\r") == std::string::npos) continue;
        ++summary.packets;
        auto frame = too_long ? std::nullopt : read_frame(line, before);
        if (!frame) {
            ++summary.unreadable;
            continue;
        }
        ++summary.publishes;
        before = frame->received;
        on_frame(std::move(*frame));
    }
    if (std::ferror(file.get()) != 0) summary.damage = "reading failed";
    return summary;
}

}  // namespace

ReadResult read_json_lines(const OpenContent& open, const FrameConsumer& consumer) {
    // Lines name no connection. When only one bridge is heard of in the file, all of it is that bridge's.
    constexpr std::size_t kMaxBridges = 2;
    std::unordered_set<base::DeviceId> bridges;
    auto first_reading = for_each_line(open, [&](const ports::Frame& frame) {
        auto bridge = frame.bridge ? frame.bridge : bridge_of_topic(frame.topic);
        if (bridge && bridges.size() < kMaxBridges) bridges.insert(*bridge);
    });
    if (!first_reading) return first_reading;
    if (first_reading->publishes == 0 && first_reading->unreadable > 0) {
        return base::failure(base::Error{"neither a packet capture (pcap, pcapng) nor JSON lines with messages"});
    }
    FrameSorter sorter(consumer);
    auto summary = for_each_line(open, [&](ports::Frame frame) {
        // A line that tells its door is an archive's, which knew the connection: nothing is to be guessed of it.
        if (frame.door == ports::Door::JsonLines) {
            if (!frame.bridge && bridges.size() == 1) frame.bridge = *bridges.begin();
            if (!frame.bridge) frame.bridge = bridge_of_topic(frame.topic);
        }
        sorter.push(std::move(frame));
    });
    sorter.finish();
    return summary;
}

}  // namespace millrace::capture
