// `/api/v1/rules`: the limits and switches of leak detection, and what each sensor's water is close to.
//
// `settings` is what may be PUT. A member left out of a PUT stays as it is; null gives a limit back to what is learned
// of the house, or to its first value. Litres and minutes, whatever the site shows, so that a script works in any
// house.
#pragma once

#include <cstddef>
#include <string>

#include "api/alarm_json.h"
#include "api/body.h"
#include "ports/alarms.h"

namespace millrace::api {

// Sprinklers have a handful of programs; a mode changes a few times a day on each day of the week.
inline constexpr std::size_t kMaxWindows = 50;

[[nodiscard]] std::string rules_document(const ports::AlarmState& state, const AlarmView& view);

// `before` with what the body says of it. What is wrong is told to the body.
[[nodiscard]] detect::Settings rules_from(Body& body, detect::Settings before);

}  // namespace millrace::api
