#include "settings/week_text.h"

#include <array>
#include <cctype>
#include <string>

namespace millrace::settings {
namespace {

constexpr std::array<std::string_view, 7> kDays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr int kMinutesPerDay = 1'440;

std::optional<int> minute(std::string_view text) {
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    for (const std::size_t at : {0U, 1U, 3U, 4U}) {
        if (text[at] < '0' || text[at] > '9') return std::nullopt;
    }
    const int hour = (text[0] - '0') * 10 + text[1] - '0';
    const int minutes = (text[3] - '0') * 10 + text[4] - '0';
    if (hour > 24 || minutes > 59 || (hour == 24 && minutes > 0)) return std::nullopt;
    return (hour * 60 + minutes) % kMinutesPerDay;
}

std::optional<unsigned> day(std::string_view text) {
    std::string lower;
    for (const char c : text) lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    for (unsigned i = 0; i < kDays.size(); ++i) {
        if (kDays.at(i) == lower) return i;
    }
    return std::nullopt;
}

// "Mon,Wed-Fri"; a span may run over the end of the week.
std::optional<std::uint8_t> days(std::string_view text) {
    unsigned mask = 0;
    while (true) {
        const auto comma = text.find(',');
        const std::string_view part = text.substr(0, comma);
        const auto dash = part.find('-');
        const auto first = day(part.substr(0, dash));
        const auto last = dash == part.npos ? first : day(part.substr(dash + 1));
        if (!first || !last) return std::nullopt;
        for (unsigned i = *first;; i = (i + 1) % 7) {
            mask |= 1U << i;
            if (i == *last) break;
        }
        if (comma == text.npos) return static_cast<std::uint8_t>(mask);
        text.remove_prefix(comma + 1);
    }
}

}  // namespace

std::optional<detect::WeekWindow> day_window(std::string_view text) {
    const auto dash = text.find('-');
    if (dash == text.npos) return std::nullopt;
    const auto from = minute(text.substr(0, dash));
    const auto to = minute(text.substr(dash + 1));
    if (!from || !to) return std::nullopt;
    // A slip of the finger must not mean the whole day, which is 00:00-24:00.
    if (text.substr(0, dash) == text.substr(dash + 1)) return std::nullopt;
    return detect::WeekWindow{0x7f, *from, *to};
}

std::optional<detect::WeekWindow> week_window(std::string_view text) {
    const auto space = text.find(' ');
    if (space == text.npos) return day_window(text);
    const auto on = days(text.substr(0, space));
    auto window = day_window(text.substr(space + 1));
    if (!on || !window) return std::nullopt;
    window->days = *on;
    return window;
}

std::optional<detect::ModeWindow> mode_window(std::string_view text) {
    const auto space = text.find(' ');
    if (space == text.npos) return std::nullopt;
    const auto mode = detect::mode_by_name(text.substr(0, space));
    const auto when = week_window(text.substr(space + 1));
    if (!mode || !when) return std::nullopt;
    return detect::ModeWindow{*mode, *when};
}

}  // namespace millrace::settings
