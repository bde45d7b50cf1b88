// How this room writes JSON: members in the order they are set, and never an exception. For the room's .cpp files.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/time_zone.h"
#include "ports/health.h"

namespace millrace::api {

using Json = nlohmann::ordered_json;

// Firmware and branch names come from devices and need not be UTF-8; what is not is replaced.
[[nodiscard]] inline std::string to_text(const Json& document) {
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

template <typename T>
[[nodiscard]] Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

[[nodiscard]] inline Json time_or_null(const std::optional<base::WallTime>& time, const base::TimeZone& zone) {
    return time ? Json(zone.rfc3339(*time)) : Json(nullptr);
}

// Writes a long list of flat objects straight into text, many times faster than building them as Json first. Strings
// must need no escaping: our own words and times.
class ItemList {
public:
    void begin() { text_ += text_.empty() ? "{" : ",{"; }
    void end() { text_.back() = '}'; }
    void add(std::string_view name, std::string_view value) { key(name).append("\"").append(value).append("\","); }
    void add(std::string_view name, bool value) { key(name).append(value ? "true," : "false,"); }
    void add(std::string_view name, std::int64_t value) { number(name, value); }
    void add(std::string_view name, double value) { number(name, value); }
    // An object within, with at least one member.
    void begin(std::string_view name) { key(name) += '{'; }
    void end_inner() {
        text_.back() = '}';
        text_ += ',';
    }

    // `document`, an object with at least one member, with the list as its last member `items`.
    [[nodiscard]] std::string text_after(const Json& document) const {
        std::string text = to_text(document);
        text.back() = ',';
        return text.append("\"items\":[").append(text_).append("]}");
    }

private:
    std::string& key(std::string_view name) { return text_.append("\"").append(name).append("\":"); }

    template <typename T>
    void number(std::string_view name, T value) {
        std::array<char, 32> digits{};
        const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
        key(name).append(digits.data(), written.ptr).append(",");
    }

    std::string text_;
};

[[nodiscard]] inline Json health_list(const std::vector<ports::HealthItem>& items) {
    Json list = Json::array();
    for (const auto& item : items) list.push_back({{"part", item.part}, {"ok", item.ok}, {"detail", item.detail}});
    return list;
}

}  // namespace millrace::api
