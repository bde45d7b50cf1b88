// Samples, as a value. What is known of the wire form stands in samples.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace millrace::message {

// The meter's running total of peaks at a moment.
struct Sample {
    std::int64_t timestamp_s = 0;  // unix time by the bridge's clock; up to 4294 means the clock was not set
    std::uint32_t value = 0;       // the base the server gave at boot plus the peaks counted since

    bool operator==(const Sample&) const = default;
};

struct Samples {
    std::vector<Sample> samples;  // in the order sent, normally oldest first
};

// Timestamps at or below this are counts since some reset, not times.
inline constexpr std::int64_t kLargestUnsetTimestamp = 4294;

[[nodiscard]] std::string encode(const Samples& samples);

}  // namespace millrace::message
