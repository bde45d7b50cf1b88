// Samples: the running total of peaks at some moments, of one sensor.
//
// Source: captures of 2024 and 2026, the bridge's program.
//
//   array of    timestamp   unix time by the bridge's clock
//               value       running total of peaks, unsigned 32 bit: the base the server gave at boot plus the counts
//                           since
//
//   [{"timestamp":1785105201,"value":3828929},{"timestamp":1785105206,"value":3828932}]
//
// At low flow there is an entry for each peak, at higher flow one every 5 s with jumps. Normally oldest first and at
// most about 30 (likely, from the program). One trailing byte. Unknown: what a peak is worth, which belongs to the
// installation; whether the total wraps at 2^32.
#include "message/samples.h"

#include <charconv>
#include <limits>

#include "message/decoders.h"
#include "message/json_reader.h"

namespace millrace::message {
namespace {

constexpr std::int64_t kLargestValue = std::numeric_limits<std::uint32_t>::max();

bool take(std::string_view& text, std::string_view expected) {
    if (!text.starts_with(expected)) return false;
    text.remove_prefix(expected.size());
    return true;
}

// Digits as JSON allows them: no sign, no leading zero.
bool take_number(std::string_view& text, std::int64_t largest, std::int64_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const auto length = static_cast<std::size_t>(end - text.data());
    if (error != std::errc{} || value < 0 || value > largest) return false;
    if (text[0] == '-' || (text[0] == '0' && length > 1)) return false;
    text.remove_prefix(length);
    return true;
}

// Samples are nearly all of the traffic and nearly always have exactly this form. Any difference, be it a fault or
// another spelling, is left to the general reader.
std::optional<Samples> scan_usual_form(std::string_view text) {
    Samples result;
    if (!take(text, "[")) return std::nullopt;
    do {
        std::int64_t timestamp = 0;
        std::int64_t value = 0;
        if (!take(text, R"({"timestamp":)") || !take_number(text, kLatestTimestampS, timestamp) ||
            !take(text, R"(,"value":)") || !take_number(text, kLargestValue, value) || !take(text, "}")) {
            return std::nullopt;
        }
        result.samples.push_back({timestamp, static_cast<std::uint32_t>(value)});
    } while (take(text, ","));
    if (text != "]") return std::nullopt;
    return result;
}

}  // namespace

DecodeResult decode_samples_of_any_form(std::string_view text) {
    auto entries = decode_entries<Sample>(text, "sample", [](MemberReader& members) {
        const std::int64_t timestamp = members.timestamp("timestamp");
        const std::int64_t value = members.integer("value", 0, kLargestValue);
        return Sample{timestamp, static_cast<std::uint32_t>(value)};
    });
    if (!entries) return base::failure(std::move(entries.error()));
    return Message{Samples{std::move(*entries)}};
}

DecodeResult decode_samples(std::string_view text) {
    if (auto samples = scan_usual_form(text)) return Message{std::move(*samples)};
    return decode_samples_of_any_form(text);
}

std::string encode(const Samples& samples) {
    std::string out = "[";
    out.reserve(samples.samples.size() * 48 + 2);
    for (const Sample& sample : samples.samples) {
        if (out.size() > 1) out += ',';
        out += R"({"timestamp":)";
        out += std::to_string(sample.timestamp_s);
        out += R"(,"value":)";
        out += std::to_string(sample.value);
        out += '}';
    }
    return out += ']';
}

}  // namespace millrace::message
