// Spans of the day and the week as a config file writes them. Pure; any thread.
//
// "22:00-07:00" is every day; "Mon,Wed-Fri 05:00-07:30" on the days on which it begins; "24:00" is midnight.
#pragma once

#include <optional>
#include <string_view>

#include "detect/settings.h"

namespace millrace::settings {

inline constexpr std::string_view kWindowWanted =
    "days and times such as Mon,Wed-Fri 05:00-07:30, or times alone such as 22:00-07:00";

[[nodiscard]] std::optional<detect::WeekWindow> week_window(std::string_view text);
// Without days.
[[nodiscard]] std::optional<detect::WeekWindow> day_window(std::string_view text);
// "away Mon-Fri 08:30-16:00"
[[nodiscard]] std::optional<detect::ModeWindow> mode_window(std::string_view text);

}  // namespace millrace::settings
