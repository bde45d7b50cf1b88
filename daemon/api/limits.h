// `/api/v1/sensors/{uuid}/limits`: how long water may run at each rate, and the longest runs of the last days that say
// so.
#pragma once

#include <string>

#include "api/alarm_json.h"
#include "base/device_id.h"
#include "detect/limit_overview.h"
#include "detect/settings.h"

namespace millrace::api {

// By rate, the lowest first; `rules` tell which are switched off.
[[nodiscard]] std::string limits_document(const base::DeviceId& sensor, const detect::LimitOverview& overview,
                                          const detect::Settings& rules, const AlarmView& view);

}  // namespace millrace::api
