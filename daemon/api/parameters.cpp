#include "api/parameters.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace millrace::api {
namespace {

constexpr std::array kUnits = {base::VolumeUnit::Litre, base::VolumeUnit::CubicMetre, base::VolumeUnit::Gallon,
                               base::VolumeUnit::CubicFoot, base::VolumeUnit::Ccf};

// The time zone rules of the system are only sure, and only worth asking, for these years.
constexpr base::WallTime kEarliest = base::from_unix_s(0);
constexpr base::WallTime kLatest = base::from_unix_s(7'258'118'400);  // 2200-01-01

// How much of an unknown parameter's name is said back.
constexpr std::size_t kShownNameBytes = 40;

}  // namespace

std::optional<base::WallTime> parse_time(std::string_view text) {
    const auto time = base::from_rfc3339(text);
    return time && *time >= kEarliest && *time < kLatest ? time : std::nullopt;
}

std::optional<base::VolumeUnit> parse_unit(std::string_view text) {
    if (text == "l") return base::VolumeUnit::Litre;
    const auto found = std::find_if(kUnits.begin(), kUnits.end(), [&](auto unit) { return name(unit) == text; });
    return found == kUnits.end() ? std::nullopt : std::optional(*found);
}

std::string_view name(base::VolumeUnit unit) {
    switch (unit) {
        case base::VolumeUnit::Litre: return "L";
        case base::VolumeUnit::CubicMetre: return "m3";
        case base::VolumeUnit::Gallon: return "gal";
        case base::VolumeUnit::CubicFoot: return "ft3";
        case base::VolumeUnit::Ccf: return "ccf";
    }
    return "L";
}

std::string_view name(base::CalendarUnit unit) {
    switch (unit) {
        case base::CalendarUnit::Minute: return "minute";
        case base::CalendarUnit::Hour: return "hour";
        case base::CalendarUnit::Day: return "day";
        case base::CalendarUnit::Week: return "week";
        case base::CalendarUnit::Month: return "month";
        case base::CalendarUnit::Year: return "year";
    }
    return "hour";
}

std::optional<std::string_view> Parameters::find(std::string_view name) {
    asked_.emplace_back(name);
    std::optional<std::string_view> found;
    for (const auto& [key, value] : request_.query) {
        if (key != name) continue;
        if (found) {
            refuse(name, "is given more than once");
            return std::nullopt;
        }
        found = value;
    }
    return found;
}

void Parameters::refuse(std::string_view name, std::string detail) {
    errors_.push_back({std::string(name), std::move(detail)});
}

std::optional<base::WallTime> Parameters::time(std::string_view name) {
    const auto text = find(name);
    if (!text) return std::nullopt;
    const auto time = parse_time(*text);
    if (!time) refuse(name, std::string(kTimeWanted));
    return time;
}

std::size_t Parameters::count(std::string_view name, std::size_t otherwise, std::size_t most) {
    const auto text = find(name);
    if (!text) return otherwise;
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error == std::errc{} && end == text->data() + text->size() && value >= 1 && value <= most) return value;
    refuse(name, "must be a whole number from 1 to " + std::to_string(most));
    return otherwise;
}

std::optional<std::string> Parameters::text(std::string_view name, std::size_t most_bytes) {
    const auto text = find(name);
    if (!text) return std::nullopt;
    if (!text->empty() && text->size() <= most_bytes) return std::string(*text);
    refuse(name, "must be a text of 1 to " + std::to_string(most_bytes) + " characters");
    return std::nullopt;
}

std::optional<std::string> Parameters::choice(std::string_view name, std::initializer_list<std::string_view> of) {
    const auto given = find(name);
    if (!given) return std::nullopt;
    if (std::find(of.begin(), of.end(), *given) != of.end()) return std::string(*given);
    refuse(name, "must be one of " + list_of(of));
    return std::nullopt;
}

std::optional<base::DeviceId> Parameters::device(std::string_view name) {
    const auto text = find(name);
    if (!text) return std::nullopt;
    const auto device = base::DeviceId::parse(*text);
    if (!device) refuse(name, "must be a uuid of 16 hexadecimal digits");
    return device;
}

std::optional<std::int64_t> Parameters::number_cursor() {
    const auto text = find("cursor");
    if (!text) return std::nullopt;
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error == std::errc{} && end == text->data() + text->size() && number > 0) return number;
    refuse("cursor", std::string(kCursorWanted));
    return std::nullopt;
}

std::optional<base::WallTime> Parameters::time_cursor() {
    const auto text = find("cursor");
    if (!text) return std::nullopt;
    const auto time = parse_time(*text);
    if (!time) refuse("cursor", std::string(kCursorWanted));
    return time;
}

base::VolumeUnit Parameters::unit(std::string_view name, base::VolumeUnit otherwise) {
    const auto text = find(name);
    if (!text) return otherwise;
    if (const auto unit = parse_unit(*text)) return *unit;
    refuse(name, std::string(kUnitWanted));
    return otherwise;
}

base::CalendarUnit Parameters::bucket(std::string_view name, base::CalendarUnit otherwise) {
    const auto text = find(name);
    if (!text) return otherwise;
    const auto found = std::find_if(base::kCalendarUnits.begin(), base::kCalendarUnits.end(),
                                    [&](auto unit) { return api::name(unit) == *text; });
    if (found != base::kCalendarUnits.end()) return *found;
    refuse(name, "must be one of minute, hour, day, week, month, year");
    return otherwise;
}

base::TimeZone Parameters::time_zone(std::string_view name, const base::TimeZone& otherwise) {
    const auto text = find(name);
    if (!text) return otherwise;
    // An empty name would mean the zone of the machine, which is not what anybody asks for over the network.
    if (!text->empty()) {
        if (const auto zone = base::TimeZone::load(*text)) return *zone;
    }
    refuse(name, "must be an IANA time zone name such as America/Denver");
    return otherwise;
}

std::optional<Response> Parameters::problem() {
    for (const auto& [key, value] : request_.query) {
        if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
        std::string known;
        for (const std::string& name : asked_) known += (known.empty() ? "" : ", ") + name;
        refuse(key.substr(0, kShownNameBytes),
               "is not a parameter of this address" + (known.empty() ? ", which has none" : "; known are: " + known));
    }
    if (errors_.empty()) return std::nullopt;
    return parameter_problem(errors_);
}

}  // namespace millrace::api
