// `/api/v1/mode`, whether people are at home, and `/api/v1/irrigation`, whether the sprinklers run by somebody's word.
#pragma once

#include <string>

#include "ports/alarms.h"

namespace millrace::api {

// `by_schedule`: nobody chose it, so it changes with the week's clock.
[[nodiscard]] std::string mode_document(const ports::AlarmState& state);
[[nodiscard]] std::string irrigation_document(const ports::AlarmState& state);

}  // namespace millrace::api
