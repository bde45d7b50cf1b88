#include "capture/pcap/json_line.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "capture/pcap/json_bounds.h"

namespace millrace::capture {
namespace {

using Json = nlohmann::ordered_json;

std::string json_string(std::string_view text) {
    return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Whether the text, put into the line as it is, comes out of it again as it is.
bool stands_for_itself(std::string_view text) {
    if (text.empty() || (text.front() != '{' && text.front() != '[') ||
        !is_within_bounds(text, kMaxDepth - 1)) {  // the line around it is one level
        return false;
    }
    const Json value = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
    return !value.is_discarded() && value.dump(-1, ' ', false, Json::error_handler_t::replace) == text;
}

void add_payload(base::ByteView payload, std::string& line) {
    // Bridges end their plain messages with a NUL, which a JSON string can hold.
    const bool ends_with_nul = !payload.empty() && payload.back() == 0;
    if (!text_of(ends_with_nul ? payload.first(payload.size() - 1) : payload)) {
        line.append(R"(,"payload_hex":")").append(base::to_hex(payload)).append("\"");
        return;
    }
    const std::string_view text = base::as_text(payload);
    line.append(R"(,"payload":)");
    line += stands_for_itself(text) ? std::string(text) : json_string(text);
}

std::string_view boolean(bool value) {
    return value ? "true" : "false";
}

}  // namespace

std::optional<ports::Door> door_named(std::string_view name) {
    const auto found =
        std::find_if(ports::kDoors.begin(), ports::kDoors.end(), [&](auto door) { return ports::name(door) == name; });
    return found == ports::kDoors.end() ? std::nullopt : std::optional(*found);
}

std::optional<std::string_view> text_of(base::ByteView payload) {
    const std::string_view text = base::as_text(payload);
    const auto is_plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n'; };
    if (!std::all_of(text.begin(), text.end(), is_plain) || !base::is_mqtt_utf8(payload)) return std::nullopt;
    return text;
}

std::string to_json_line(const ports::Frame& frame, const base::TimeZone& zone) {
    std::string line = R"({"time":")" + zone.rfc3339(frame.received);
    line.append(R"(","direction":")").append(base::name(frame.direction));
    line.append(R"(","door":")").append(ports::name(frame.door));
    line.append(R"(","bridge":)").append(frame.bridge ? json_string(frame.bridge->text()) : "null");
    line.append(R"(,"qos":)").append(std::to_string(frame.qos));
    line.append(R"(,"dup":)").append(boolean(frame.dup));
    line.append(R"(,"retain":)").append(boolean(frame.retain));
    line.append(R"(,"topic":)").append(json_string(frame.topic));
    add_payload(frame.payload, line);
    return line += '}';
}

}  // namespace millrace::capture
