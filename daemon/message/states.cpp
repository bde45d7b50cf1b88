// States: how a sensor or a bridge is doing.
//
// Source: captures of 2024 (timestamp first) and 2026 (timestamp last), the bridge's program.
//
//   array of    timestamp   unix time by the bridge's clock
//               "<2^(N-1)>" state number N, a whole number; any subset
//
//   [{"timestamp":1733208844,"4":27824,"16":20,"512":-65,"1024":6,"2048":1}]
//   [{"4":28496,"32":-87,"128":13,"256":10,"512":-60,"timestamp":1785105496}]
//
// Every 600 s from a sensor, less often from a bridge. One trailing byte. Bridges and sensors give the same keys
// different meanings; FORMAT.md lists what is known of each and how surely. Unknown: all keys not listed there.
#include "message/states.h"

#include <charconv>

#include "message/decoders.h"
#include "message/json_reader.h"
#include "message/json_writer.h"

namespace millrace::message {
namespace {

// The number a key stands for, when it is written the one usual way.
std::optional<std::uint64_t> state_key(std::string_view text) {
    std::uint64_t key = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), key);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    if (text.size() > 1 && text.front() == '0') return std::nullopt;
    return key;
}

std::optional<std::int64_t> state_value(const Json& value) {
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
        return std::nullopt;
    }
    if (!value.is_number_integer()) return std::nullopt;
    return value.get<std::int64_t>();
}

StateReport read_report(const Json& entry, MemberReader& members) {
    StateReport report;
    report.timestamp_s = members.timestamp("timestamp");
    Json unknown = Json::object();
    for (auto member = entry.begin(); member != entry.end(); ++member) {
        if (member.key() == "timestamp") {
            report.values_before_timestamp = report.values.size();
            continue;
        }
        const auto key = state_key(member.key());
        const auto value = state_value(member.value());
        if (key && value) {
            report.values.emplace_back(*key, *value);
        } else {
            unknown[member.key()] = member.value();
        }
    }
    if (!unknown.empty()) report.unknown = json_text(unknown);
    return report;
}

}  // namespace

std::optional<std::int64_t> StateReport::value(std::uint64_t key) const {
    for (const auto& [state, state_value] : values) {
        if (state == key) return state_value;
    }
    return std::nullopt;
}

DecodeResult decode_states(std::string_view text) {
    const auto json = parse_json(text);
    if (!json) return base::failure(json.error());
    if (!json->is_array()) return base::failure(DecodeError{DecodeFault::WrongShape, "state list: expected an array"});
    States states;
    for (const Json& entry : *json) {
        MemberReader members(entry, "state report " + std::to_string(states.reports.size()));
        if (entry.is_object()) states.reports.push_back(read_report(entry, members));
        if (members.error()) return base::failure(*members.error());
    }
    return Message{std::move(states)};
}

std::int64_t temperature_celsius(std::int64_t raw) {
    return raw >= 128 && raw <= 255 ? raw - 256 : raw;
}

std::string encode(const States& states) {
    return write_array(states.reports, [](std::string& out, const StateReport& report) {
        ObjectWriter object(out);
        for (std::size_t i = 0; i < report.values.size(); ++i) {
            if (i == report.values_before_timestamp) object.number("timestamp", report.timestamp_s);
            object.number(std::to_string(report.values[i].first), report.values[i].second);
        }
        if (report.values_before_timestamp >= report.values.size()) object.number("timestamp", report.timestamp_s);
        object.members_of(report.unknown);
        object.close();
    });
}

}  // namespace millrace::message
