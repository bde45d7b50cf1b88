#include "base/time.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace millrace::base {
namespace {

// Reads exactly `digits` decimal digits at `position` and moves past them.
std::optional<int> read_number(std::string_view text, std::size_t& position, std::size_t digits) {
    if (position + digits > text.size()) return std::nullopt;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        const char c = text[position + i];
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + (c - '0');
    }
    position += digits;
    return value;
}

bool skip(std::string_view text, std::size_t& position, char wanted) {
    if (position >= text.size() || text[position] != wanted) return false;
    ++position;
    return true;
}

// The fraction of a second in milliseconds; digits past the third are dropped.
std::optional<int> read_fraction_ms(std::string_view text, std::size_t& position) {
    int value = 0;
    std::size_t digits = 0;
    while (position < text.size() && text[position] >= '0' && text[position] <= '9') {
        if (digits < 3) value = value * 10 + (text[position] - '0');
        ++digits;
        ++position;
    }
    if (digits == 0) return std::nullopt;
    for (; digits < 3; ++digits) value *= 10;
    return value;
}

std::optional<Seconds> read_offset(std::string_view text, std::size_t& position) {
    if (skip(text, position, 'Z') || skip(text, position, 'z')) return Seconds{0};
    const bool negative = position < text.size() && text[position] == '-';
    if (!negative && !(position < text.size() && text[position] == '+')) return std::nullopt;
    ++position;
    const auto hours = read_number(text, position, 2);
    if (!hours || !skip(text, position, ':')) return std::nullopt;
    const auto minutes = read_number(text, position, 2);
    if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
    const Seconds offset{*hours * 3600 + *minutes * 60};
    return negative ? -offset : offset;
}

}  // namespace

std::string to_rfc3339(WallTime time, Seconds utc_offset) {
    using namespace std::chrono;
    constexpr WallTime kFirst = sys_days{year{0} / January / 1};
    constexpr WallTime kLast = sys_days{year{9999} / December / 31} + hours{24} - milliseconds{1};
    const auto local = std::clamp(time, kFirst + hours{24}, kLast - hours{24}) + utc_offset;
    const auto day = floor<days>(local);
    const year_month_day date{day};
    const hh_mm_ss clock{local - day};
    std::array<char, 48> text{};
    int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                             static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                             static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                             static_cast<int>(clock.seconds().count()));
    std::string result(text.data(), static_cast<std::size_t>(size));
    if (const auto fraction = clock.subseconds().count(); fraction != 0) {
        size = std::snprintf(text.data(), text.size(), ".%03d", static_cast<int>(fraction));
        result.append(text.data(), static_cast<std::size_t>(size));
    }
    if (utc_offset == Seconds{0}) return result + "Z";
    const auto total_minutes = std::abs(static_cast<int>(utc_offset.count() / 60));
    size = std::snprintf(text.data(), text.size(), "%c%02d:%02d", utc_offset < Seconds{0} ? '-' : '+',
                         total_minutes / 60, total_minutes % 60);
    return result.append(text.data(), static_cast<std::size_t>(size));
}

std::optional<WallTime> from_rfc3339(std::string_view text) {
    using namespace std::chrono;
    std::size_t at = 0;
    const auto year_number = read_number(text, at, 4);
    if (!year_number || !skip(text, at, '-')) return std::nullopt;
    const auto month_number = read_number(text, at, 2);
    if (!month_number || !skip(text, at, '-')) return std::nullopt;
    const auto day_number = read_number(text, at, 2);
    if (!day_number || !(skip(text, at, 'T') || skip(text, at, 't') || skip(text, at, ' '))) return std::nullopt;
    const auto hour = read_number(text, at, 2);
    if (!hour || !skip(text, at, ':')) return std::nullopt;
    const auto minute = read_number(text, at, 2);
    if (!minute || !skip(text, at, ':')) return std::nullopt;
    const auto second = read_number(text, at, 2);
    // 60 is a leap second, which unix time does not have: it becomes the first second of the next minute.
    if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    int fraction_ms = 0;
    if (skip(text, at, '.')) {
        const auto fraction = read_fraction_ms(text, at);
        if (!fraction) return std::nullopt;
        fraction_ms = *fraction;
    }
    const auto offset = read_offset(text, at);
    if (!offset || at != text.size()) return std::nullopt;
    const year_month_day date{year{*year_number}, month{static_cast<unsigned>(*month_number)},
                              day{static_cast<unsigned>(*day_number)}};
    if (!date.ok()) return std::nullopt;
    return WallTime{sys_days{date}} + hours{*hour} + minutes{*minute} + seconds{*second} + milliseconds{fraction_ms} -
           *offset;
}

}  // namespace millrace::base
