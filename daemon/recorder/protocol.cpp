#include "recorder/protocol.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <nlohmann/json.hpp>

namespace millrace::recorder {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxQuoted = 200;  // of what Home Assistant says, in our log and health

std::string text_of(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::string quoted(const Json& object, const char* key) {
    std::string text = text_of(object, key).substr(0, kMaxQuoted);
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return text;
}

// Milliseconds since 2023.3, RFC 3339 before.
std::optional<base::WallTime> time_of(const Json& row) {
    const auto start = row.find("start");
    if (start == row.end()) return std::nullopt;
    if (start->is_string()) return base::from_rfc3339(start->get<std::string>());
    if (!start->is_number()) return std::nullopt;
    const double milliseconds = start->get<double>();
    constexpr double kMost = 253'402'300'799'000.0;  // the year 9999
    if (!(milliseconds >= 0 && milliseconds <= kMost)) return std::nullopt;
    return base::from_unix_ms(static_cast<std::int64_t>(milliseconds));
}

std::vector<HourSum> sums_of(const Json& result, const std::string& statistic) {
    std::vector<HourSum> sums;
    if (!result.is_object()) return sums;
    const auto rows = result.find(statistic);
    if (rows == result.end() || !rows->is_array()) return sums;
    for (const Json& row : *rows) {
        if (!row.is_object()) continue;
        const auto start = time_of(row);
        const auto sum = row.find("sum");
        if (start && sum != row.end() && sum->is_number()) sums.push_back({*start, sum->get<double>()});
    }
    std::sort(sums.begin(), sums.end(), [](const HourSum& a, const HourSum& b) { return a.start < b.start; });
    return sums;
}

std::string text(const Json& message) {
    return message.dump(-1, ' ', true, Json::error_handler_t::replace);
}

}  // namespace

Dialect dialect_of(std::string_view version) {
    int year = 0;
    int month = 0;
    const char* end = version.data() + version.size();
    const auto years = std::from_chars(version.data(), end, year);
    if (years.ec != std::errc{} || years.ptr == end || *years.ptr != '.') return Dialect::WithUnitClass;
    if (std::from_chars(years.ptr + 1, end, month).ec != std::errc{}) return Dialect::WithUnitClass;
    return year > 2025 || (year == 2025 && month >= 11) ? Dialect::WithUnitClass : Dialect::BeforeUnitClass;
}

std::string statistic_id(const base::DeviceId& sensor) {
    std::string id = "millrace:water_" + sensor.str();
    std::transform(id.begin(), id.end(), id.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return id;
}

std::string auth_message(const std::string& token) {
    return text({{"type", "auth"}, {"access_token", token}});
}

std::string import_message(std::int64_t id, const Statistic& statistic, std::span<const HourSum> rows,
                           Dialect dialect) {
    Json stats = Json::array();
    for (const HourSum& row : rows) {
        stats.push_back({{"start", base::to_rfc3339(row.start)}, {"state", row.sum}, {"sum", row.sum}});
    }
    Json metadata{{"has_sum", true},
                  {"name", statistic.name},
                  {"source", "millrace"},
                  {"statistic_id", statistic.id},
                  {"unit_of_measurement", statistic.unit == base::VolumeUnit::Gallon ? "gal" : "L"}};
    if (dialect == Dialect::WithUnitClass) {
        metadata["mean_type"] = 0;  // none
        metadata["unit_class"] = "volume";
    } else {
        metadata["has_mean"] = false;
    }
    return text({{"id", id},
                 {"type", "recorder/import_statistics"},
                 {"metadata", std::move(metadata)},
                 {"stats", std::move(stats)}});
}

std::string sums_message(std::int64_t id, const std::string& statistic, base::WallTime from, base::WallTime to) {
    return text({{"id", id},
                 {"type", "recorder/statistics_during_period"},
                 {"start_time", base::to_rfc3339(from)},
                 {"end_time", base::to_rfc3339(to)},
                 {"statistic_ids", Json::array({statistic})},
                 {"period", "hour"},
                 {"types", Json::array({"sum"})}});
}

Message read_message(std::string_view said, const std::string& statistic) {
    Message message;
    const Json json = Json::parse(said, nullptr, false);
    if (!json.is_object()) return message;
    const std::string type = text_of(json, "type");
    message.version = quoted(json, "ha_version");
    message.kind = Message::Kind::Other;
    if (type == "auth_required") message.kind = Message::Kind::AuthRequired;
    if (type == "auth_ok") message.kind = Message::Kind::AuthOk;
    if (type == "auth_invalid") message.kind = Message::Kind::AuthInvalid;
    if (type != "result") return message;
    const auto id = json.find("id");
    const auto success = json.find("success");
    if (id == json.end() || !id->is_number_integer() || success == json.end() || !success->is_boolean()) {
        message.kind = Message::Kind::Broken;
        return message;
    }
    message.kind = Message::Kind::Result;
    message.id = id->get<std::int64_t>();
    message.success = success->get<bool>();
    if (const auto error = json.find("error"); error != json.end() && error->is_object()) {
        message.error_code = quoted(*error, "code");
        message.error = quoted(*error, "message");
    }
    if (const auto result = json.find("result"); message.success && result != json.end()) {
        message.sums = sums_of(*result, statistic);
    }
    return message;
}

}  // namespace millrace::recorder
