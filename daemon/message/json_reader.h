// Reading JSON of unknown manners: bounded, without exceptions, and with every surprise named.
//
// For this room's .cpp files only; nothing else of the daemon sees the JSON library through `message`. Pure; any
// thread.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/device_id.h"
#include "message/message.h"

namespace millrace::message {

using Json = nlohmann::ordered_json;

// Ten times what was ever seen. They bound the work of one hostile message: the library's recursive writer would
// overrun the stack on a deep one, and its ordered object takes quadratic time on a wide one.
inline constexpr std::size_t kMaxJsonDepth = 16;
inline constexpr std::size_t kMaxJsonMembers = 256;  // of one object

// The end of the year 2199. Later times are nonsense; so are negative ones.
inline constexpr std::int64_t kLatestTimestampS = 7'258'118'399;

[[nodiscard]] base::Result<Json, DecodeError> parse_json(std::string_view text);

// The value as compact JSON text.
[[nodiscard]] std::string json_text(const Json& value);

// Members of one object, read by name. The first surprise is remembered and all later reads give defaults, so that a
// decoder reads straight through and asks `finish` at its end. A member that stays unread comes out of `rest`.
class MemberReader {
public:
    // `what` names the object in errors, such as "sample 3". `object` must outlive the reader.
    MemberReader(const Json& object, std::string what);

    [[nodiscard]] std::int64_t integer(std::string_view key, std::int64_t low = INT64_MIN,
                                       std::int64_t high = INT64_MAX);
    [[nodiscard]] std::uint64_t unsigned_integer(std::string_view key);
    // A whole number, or one in a string, from 0 to `latest`.
    [[nodiscard]] std::int64_t timestamp(std::string_view key, std::int64_t latest = kLatestTimestampS);
    [[nodiscard]] std::string text(std::string_view key);

    // The optional forms take a missing member and a null as nothing.
    [[nodiscard]] std::optional<std::int64_t> optional_integer(std::string_view key, std::int64_t low = INT64_MIN,
                                                               std::int64_t high = INT64_MAX);
    [[nodiscard]] std::optional<std::int64_t> optional_timestamp(std::string_view key);
    [[nodiscard]] std::optional<std::string> optional_text(std::string_view key);
    [[nodiscard]] std::optional<base::DeviceId> optional_device(std::string_view key);
    [[nodiscard]] const Json* optional_array(std::string_view key);
    [[nodiscard]] const Json* optional_object(std::string_view key);

    // The member as it is, whatever its type, or nothing. It counts as read.
    [[nodiscard]] const Json* any(std::string_view key);

    // The unread members as a JSON object, or empty text when there are none.
    [[nodiscard]] std::string rest() const;

    void fail(DecodeFault fault, std::string_view key, std::string_view expected);

    template <typename T>
    [[nodiscard]] base::Result<T, DecodeError> finish(T value) {
        if (error_) return base::failure(std::move(*error_));
        return value;
    }
    [[nodiscard]] const std::optional<DecodeError>& error() const { return error_; }

private:
    const Json* present(std::string_view key);
    const Json* required(std::string_view key, std::string_view expected);
    std::optional<std::int64_t> whole_number(const Json& value, std::string_view key, std::int64_t low,
                                             std::int64_t high, bool digits_in_text);

    const Json& object_;
    std::string what_;
    std::vector<bool> read_;  // by position of the member
    std::optional<DecodeError> error_;
};

// Parses an array of objects and decodes each with `entry(MemberReader&) -> T`.
template <typename T, typename Entry>
[[nodiscard]] base::Result<std::vector<T>, DecodeError> decode_entries(std::string_view text, std::string_view what,
                                                                       Entry&& entry) {
    const auto json = parse_json(text);
    if (!json) return base::failure(json.error());
    if (!json->is_array()) {
        return base::failure(DecodeError{DecodeFault::WrongShape, std::string(what) + " list: expected an array"});
    }
    std::vector<T> entries;
    entries.reserve(json->size());
    for (const Json& element : *json) {
        MemberReader members(element, std::string(what) + " " + std::to_string(entries.size()));
        entries.push_back(entry(members));
        if (members.error()) return base::failure(*members.error());
    }
    return entries;
}

}  // namespace millrace::message
