#include "message/json_reader.h"

#include <array>
#include <charconv>
#include <utility>

namespace millrace::message {
namespace {

DecodeError not_json() {
    return {DecodeFault::NotJson, "expected JSON"};
}

// Walks the brackets once, before the library builds anything.
std::optional<DecodeError> check_bounds(std::string_view text) {
    std::array<std::size_t, kMaxJsonDepth> members{};
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        // The library takes a NUL for the end and would not look at what follows.
        if (c == '\0') return not_json();
        if (in_string) {
            if (c == '\\') {
                ++i;
                if (i < text.size() && text[i] == '\0') return not_json();
            } else if (c == '"') {
                in_string = false;
            }
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (depth == kMaxJsonDepth) return DecodeError{DecodeFault::TooLarge, "nested too deeply"};
            members[depth++] = 0;
        } else if (c == '}' || c == ']') {
            if (depth > 0) --depth;
        } else if (c == ':' && depth > 0 && ++members[depth - 1] > kMaxJsonMembers) {
            return DecodeError{DecodeFault::TooLarge, "an object has too many members"};
        }
    }
    return std::nullopt;
}

std::optional<std::int64_t> digits(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
    return value;
}

}  // namespace

base::Result<Json, DecodeError> parse_json(std::string_view text) {
    if (text.size() > kMaxPayloadBytes) return base::failure(DecodeError{DecodeFault::TooLarge, "too many bytes"});
    if (auto error = check_bounds(text)) return base::failure(std::move(*error));
    Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded()) return base::failure(not_json());
    return json;
}

std::string json_text(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

MemberReader::MemberReader(const Json& object, std::string what) : object_(object), what_(std::move(what)) {
    if (object_.is_object()) {
        read_.resize(object_.size());
    } else {
        error_ = DecodeError{DecodeFault::WrongShape, what_ + ": expected an object"};
    }
}

void MemberReader::fail(DecodeFault fault, std::string_view key, std::string_view expected) {
    if (error_) return;
    error_ = DecodeError{fault, what_ + ", " + std::string(key) + ": expected " + std::string(expected)};
}

const Json* MemberReader::any(std::string_view key) {
    if (!object_.is_object()) return nullptr;
    std::size_t position = 0;
    for (auto member = object_.begin(); member != object_.end(); ++member, ++position) {
        if (member.key() != key) continue;
        read_[position] = true;
        return &member.value();
    }
    return nullptr;
}

const Json* MemberReader::present(std::string_view key) {
    const Json* value = any(key);
    return value == nullptr || value->is_null() ? nullptr : value;
}

const Json* MemberReader::required(std::string_view key, std::string_view expected) {
    const Json* value = any(key);
    if (value == nullptr) fail(DecodeFault::WrongShape, key, expected);
    return value;
}

std::optional<std::int64_t> MemberReader::whole_number(const Json& value, std::string_view key, std::int64_t low,
                                                       std::int64_t high, bool digits_in_text) {
    std::optional<std::int64_t> number;
    bool too_large = false;
    if (value.is_number_unsigned()) {
        const auto wide = value.get<std::uint64_t>();
        too_large = wide > static_cast<std::uint64_t>(INT64_MAX);
        if (!too_large) number = static_cast<std::int64_t>(wide);
    } else if (value.is_number_integer()) {
        number = value.get<std::int64_t>();
    } else if (value.is_number_float()) {
        // The library reads whole numbers beyond 64 bits as floating point.
        const auto wide = value.get<double>();
        too_large = wide >= 0x1p63 || wide < -0x1p63;
    } else if (digits_in_text && value.is_string()) {
        number = digits(value.get_ref<const std::string&>());
    }
    if (too_large || (number && (*number < low || *number > high))) {
        fail(DecodeFault::InsaneValue, key,
             "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
        return std::nullopt;
    }
    if (!number) fail(DecodeFault::WrongShape, key, "a whole number");
    return number;
}

std::int64_t MemberReader::integer(std::string_view key, std::int64_t low, std::int64_t high) {
    const Json* value = required(key, "a whole number");
    return value == nullptr ? 0 : whole_number(*value, key, low, high, false).value_or(0);
}

std::uint64_t MemberReader::unsigned_integer(std::string_view key) {
    const Json* value = required(key, "a whole number");
    if (value == nullptr) return 0;
    if (value->is_number_unsigned()) return value->get<std::uint64_t>();
    return static_cast<std::uint64_t>(whole_number(*value, key, 0, INT64_MAX, false).value_or(0));
}

std::int64_t MemberReader::timestamp(std::string_view key, std::int64_t latest) {
    const Json* value = required(key, "a time");
    return value == nullptr ? 0 : whole_number(*value, key, 0, latest, true).value_or(0);
}

std::string MemberReader::text(std::string_view key) {
    const Json* value = required(key, "text");
    if (value == nullptr) return {};
    if (value->is_string()) return value->get<std::string>();
    fail(DecodeFault::WrongShape, key, "text");
    return {};
}

std::optional<std::int64_t> MemberReader::optional_integer(std::string_view key, std::int64_t low, std::int64_t high) {
    const Json* value = present(key);
    return value == nullptr ? std::nullopt : whole_number(*value, key, low, high, false);
}

std::optional<std::int64_t> MemberReader::optional_timestamp(std::string_view key) {
    const Json* value = present(key);
    return value == nullptr ? std::nullopt : whole_number(*value, key, 0, kLatestTimestampS, true);
}

std::optional<std::string> MemberReader::optional_text(std::string_view key) {
    const Json* value = present(key);
    if (value == nullptr) return std::nullopt;
    if (value->is_string()) return value->get<std::string>();
    fail(DecodeFault::WrongShape, key, "text or null");
    return std::nullopt;
}

std::optional<base::DeviceId> MemberReader::optional_device(std::string_view key) {
    const auto digits16 = optional_text(key);
    if (!digits16) return std::nullopt;
    auto device = base::DeviceId::parse(*digits16);
    if (!device) fail(DecodeFault::InsaneValue, key, "16 hexadecimal digits");
    return device;
}

const Json* MemberReader::optional_array(std::string_view key) {
    const Json* value = present(key);
    if (value == nullptr || value->is_array()) return value;
    fail(DecodeFault::WrongShape, key, "an array");
    return nullptr;
}

const Json* MemberReader::optional_object(std::string_view key) {
    const Json* value = present(key);
    if (value == nullptr || value->is_object()) return value;
    fail(DecodeFault::WrongShape, key, "an object");
    return nullptr;
}

std::string MemberReader::rest() const {
    if (!object_.is_object()) return {};
    Json unread = Json::object();
    std::size_t position = 0;
    for (auto member = object_.begin(); member != object_.end(); ++member, ++position) {
        if (!read_[position]) unread[member.key()] = member.value();
    }
    return unread.empty() ? std::string{} : json_text(unread);
}

}  // namespace millrace::message
