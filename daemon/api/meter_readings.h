// `/api/v1/sensors/{uuid}/meter-readings`: what somebody read off the utility's meter, and how well it agrees with the
// peaks that were counted.
#pragma once

#include <cstddef>
#include <string>

#include "api/meter_fit.h"

namespace millrace::api {

// One a week for nineteen years.
inline constexpr std::size_t kMaxMeterReadings = 1000;

// Each reading with the peaks counted since the one before and its residual (register minus line), as far as there is
// a fit; `fit_problem` says why there is none.
[[nodiscard]] std::string meter_readings_document(const MeterFit& fit, const base::DeviceId& sensor,
                                                  base::VolumeUnit unit, const base::TimeZone& zone);

}  // namespace millrace::api
