// Days of the week and times of the day as the API writes them: "mon" to "sun", "04:30". Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/body.h"
#include "api/json.h"
#include "detect/settings.h"

namespace millrace::api {

[[nodiscard]] Json days_json(std::uint8_t days);
// Nothing when it is no list of days, or an empty one.
[[nodiscard]] std::optional<std::uint8_t> days_from(const Json& list);
inline constexpr std::string_view kDaysWanted = "must be a list of some of mon, tue, wed, thu, fri, sat, sun";

[[nodiscard]] std::string minute_text(int minute_of_day);
// "00:00" to "24:00", which is midnight again.
[[nodiscard]] std::optional<int> minute_from(std::string_view text);
inline constexpr std::string_view kMinuteWanted = "must be a time of the day such as 04:30";

[[nodiscard]] Json window_json(const detect::WeekWindow& window);
// What is wrong is told to the body under `name`.
[[nodiscard]] detect::WeekWindow window_from(const Json& object, const std::string& name, Body& body);

}  // namespace millrace::api
