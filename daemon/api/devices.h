// `/api/v1/devices`: the bridges, sensors and leak pucks as they are now.
#pragma once

#include <string>

#include "api/json.h"
#include "base/time_zone.h"
#include "base/units.h"
#include "ports/live.h"

namespace millrace::api {

// While a sensor's readings are sealed and no key opens them (`readings_known` is false), what only readings can tell
// is null, but that `running` may be known from sealed messages, which `estimated` then says.
[[nodiscard]] std::string devices_document(const ports::LiveState& live, base::VolumeUnit unit,
                                           const base::TimeZone& zone, base::WallTime now);

// One of them, as in the document.
[[nodiscard]] Json bridge_json(const ports::LiveBridge& bridge, const base::TimeZone& zone);
[[nodiscard]] Json puck_json(const ports::LivePuck& puck, const base::TimeZone& zone);
[[nodiscard]] Json sensor_json(const ports::LiveSensor& sensor, base::VolumeUnit unit, const base::TimeZone& zone);

// The sensor of that name, or null.
[[nodiscard]] const ports::LiveSensor* find_sensor(const ports::LiveState& live, std::string_view uuid);

}  // namespace millrace::api
