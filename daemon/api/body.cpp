#include "api/body.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <set>

#include "api/parameters.h"

namespace millrace::api {
namespace {

// How much of an unknown field's name is said back.
constexpr std::size_t kShownNameBytes = 40;
// Requests have four levels at most.
constexpr int kMaxDepth = 12;

std::string shown_number(double value) {
    std::array<char, 32> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end};
}

void wipe(Json& value) {
    if (auto* text = value.get_ptr<std::string*>()) ::explicit_bzero(text->data(), text->size());
}

}  // namespace

Body::Body(const std::string& text) {
    if (text.empty()) return;
    std::set<std::string> names;
    std::string repeated;
    bool too_deep = false;
    const auto notice = [&](int depth, Json::parse_event_t event, Json& parsed) {
        // Whoever writes or reads it again does so level by level.
        const bool opens = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
        too_deep = too_deep || (opens && depth >= kMaxDepth);
        if (too_deep) return false;
        if (event != Json::parse_event_t::key || depth != 1) return true;
        if (!names.insert(parsed.get<std::string>()).second) repeated = parsed.get<std::string>();
        return true;
    };
    Json parsed = Json::parse(text, notice, false);
    if (too_deep) {
        refuse("", "the body is nested more than " + std::to_string(kMaxDepth) + " levels deep");
        return;
    }
    if (!parsed.is_object()) {
        refuse("", parsed.is_discarded() ? "the body must be a JSON object, and this is not well-formed JSON"
                                         : "the body must be a JSON object");
        wipe(parsed);
        return;
    }
    if (!repeated.empty()) refuse(repeated.substr(0, kShownNameBytes), "is given more than once");
    document_ = std::move(parsed);
}

Body::~Body() {
    for (Json& value : document_) wipe(value);
}

Json* Body::find(std::string_view name) {
    if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) asked_.emplace_back(name);
    const auto found = document_.find(std::string(name));
    return found == document_.end() || found->is_null() ? nullptr : &*found;
}

void Body::refuse(std::string_view name, std::string detail) {
    errors_.push_back({std::string(name), std::move(detail)});
}

bool Body::has(std::string_view name) {
    return find(name) != nullptr;
}

bool Body::is_null(std::string_view name) {
    const bool filled = has(name);
    return !filled && document_.contains(std::string(name));
}

void Body::require(std::string_view name) {
    if (!has(name)) refuse(name, "is missing");
}

std::optional<std::string_view> Body::text(std::string_view name) {
    const Json* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (const auto* text = value->get_ptr<const std::string*>()) return *text;
    refuse(name, "must be a text");
    return std::nullopt;
}

std::optional<base::WallTime> Body::time(std::string_view name) {
    const auto given = text(name);
    if (!given) return std::nullopt;
    const auto time = parse_time(*given);
    if (!time) refuse(name, std::string(kTimeWanted));
    return time;
}

std::optional<double> Body::number(std::string_view name, double least, double most) {
    const Json* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_number()) {
        const auto given = value->get<double>();
        if (given >= least && given <= most) return given;
    }
    refuse(name, "must be a number from " + shown_number(least) + " to " + shown_number(most));
    return std::nullopt;
}

std::optional<base::VolumeUnit> Body::unit(std::string_view name) {
    const auto given = text(name);
    if (!given) return std::nullopt;
    const auto unit = parse_unit(*given);
    if (!unit) refuse(name, std::string(kUnitWanted));
    return unit;
}

std::optional<std::string> Body::choice(std::string_view name, std::initializer_list<std::string_view> of) {
    const auto given = text(name);
    if (!given) return std::nullopt;
    if (std::find(of.begin(), of.end(), *given) != of.end()) return std::string(*given);
    refuse(name, "must be one of " + list_of(of));
    return std::nullopt;
}

std::optional<base::DeviceId> Body::device(std::string_view name) {
    const auto given = text(name);
    if (!given) return std::nullopt;
    const auto device = base::DeviceId::parse(*given);
    if (!device) refuse(name, "must be a uuid of 16 hexadecimal digits");
    return device;
}

bool Body::flag(std::string_view name) {
    const Json* value = find(name);
    if (value == nullptr) return false;
    if (value->is_boolean()) return value->get<bool>();
    refuse(name, "must be true or false");
    return false;
}

std::optional<bool> Body::choice_of_two(std::string_view name) {
    if (!has(name)) return std::nullopt;
    return flag(name);
}

std::optional<std::string> Body::words(std::string_view name, std::size_t most_bytes) {
    const auto given = text(name);
    if (!given) return std::nullopt;
    const bool plain =
        std::none_of(given->begin(), given->end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (plain && !given->empty() && given->size() <= most_bytes) return std::string(*given);
    refuse(name, "must be a text of 1 to " + std::to_string(most_bytes) + " bytes in one line");
    return std::nullopt;
}

const Json* Body::list(std::string_view name, std::size_t most_entries) {
    const Json* value = find(name);
    if (value == nullptr) return nullptr;
    if (value->is_array() && value->size() <= most_entries) return value;
    refuse(name, "must be a list of at most " + std::to_string(most_entries) + " entries");
    return nullptr;
}

std::optional<base::Bytes> Body::secret(std::string_view name, std::size_t most_bytes) {
    const auto given = text(name);
    if (!given) return std::nullopt;
    if (given->size() <= most_bytes) return base::to_bytes(*given);
    refuse(name, "must be at most " + std::to_string(most_bytes) + " characters long");
    return std::nullopt;
}

std::optional<base::Volume> Body::volume(std::string_view name, std::optional<base::VolumeUnit> unit,
                                         double least_litres) {
    if (!has(name) || !unit) return std::nullopt;
    const double litres = base::litres_per(*unit);
    const auto given = number(name, least_litres / litres, kMostLitres / litres);
    if (!given) return std::nullopt;
    return base::Volume{std::llround(*given * litres * 1e6)};
}

std::optional<Response> Body::problem() {
    for (const auto& [key, value] : document_.items()) {
        if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
        std::string known;
        for (const std::string& name : asked_) known += (known.empty() ? "" : ", ") + name;
        refuse(key.substr(0, kShownNameBytes),
               "is not a field of this request" + (known.empty() ? ", which has none" : "; known are: " + known));
    }
    if (errors_.empty()) return std::nullopt;
    if (errors_.front().field.empty()) errors_.resize(1);  // without a body every field is missing
    return field_problem(errors_);
}

}  // namespace millrace::api
