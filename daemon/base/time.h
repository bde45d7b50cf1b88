// Time as the daemon counts it: wall time for stamps, steady time for intervals.
//
// Pure code takes `now` as a parameter; only edges hold a Clock. Stamps are 64-bit milliseconds, because `time_t` has
// 32 bits on some of the machines we run on.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::base {

using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;

// Unix time in milliseconds.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

// Monotonic time; only differences mean anything.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

[[nodiscard]] constexpr WallTime from_unix_ms(std::int64_t milliseconds) {
    return WallTime{Milliseconds{milliseconds}};
}
[[nodiscard]] constexpr WallTime from_unix_s(std::int64_t seconds) {
    return WallTime{Seconds{seconds}};
}
[[nodiscard]] constexpr std::int64_t unix_ms(WallTime time) {
    return time.time_since_epoch().count();
}
[[nodiscard]] constexpr std::int64_t unix_s(WallTime time) {
    return std::chrono::floor<Seconds>(time).time_since_epoch().count();
}

class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual WallTime wall_now() const = 0;
    [[nodiscard]] virtual SteadyTime steady_now() const = 0;
};

// "2026-11-23T16:19:40.123Z"; the fraction is left out when it is zero. Times outside the years 0000 to 9999 are
// clamped to that range.
[[nodiscard]] std::string to_rfc3339(WallTime time, Seconds utc_offset = Seconds{0});

// Accepts what RFC 3339 allows: a date and a time with `Z` or a numeric offset, any number of fraction digits.
[[nodiscard]] std::optional<WallTime> from_rfc3339(std::string_view text);

}  // namespace millrace::base
