// Quantities as the API shows them: in the unit that was asked for, rounded so that no false digits appear. Pure.
#pragma once

#include <string_view>

#include "base/units.h"

namespace millrace::api {

// A tenth of the last peak's worth still shows in every unit.
[[nodiscard]] double shown(base::Volume volume, base::VolumeUnit unit);

// Per minute; per hour for cubic metres, as water engineers say it; and gallons for CCF, which nobody counts by the
// minute.
[[nodiscard]] double shown(base::FlowRate flow, base::VolumeUnit unit);

// The unit of the above: "L/min", "m3/h", "gal/min", "ft3/min".
[[nodiscard]] std::string_view flow_unit(base::VolumeUnit unit);

}  // namespace millrace::api
