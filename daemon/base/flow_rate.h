// Volume, time and flow rate as one another. Exact, and held to what 64 bits take, whatever a sensor says and however
// long it took.
#pragma once

#include "base/time.h"
#include "base/units.h"

namespace millrace::base {

// Rounded down. A time below a second counts as one: sensors stamp their samples in seconds.
[[nodiscard]] FlowRate mean_flow(Volume volume, Milliseconds length);

// What has passed in `length`, rounded down.
[[nodiscard]] Volume volume_of(FlowRate flow, Milliseconds length);

}  // namespace millrace::base
