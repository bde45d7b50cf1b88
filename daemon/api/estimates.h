// `/api/v1/sensors/{uuid}/estimates`: when water ran, and at least how much, by sealed messages that no key opened.
//
// All of it is estimated from topics, sizes and times, and says so.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/time_zone.h"
#include "base/units.h"
#include "meter/calibration_table.h"
#include "ports/records.h"

namespace millrace::api {

// One message each, of which a day of constant flow has some four thousand.
inline constexpr base::Milliseconds kLongestEstimates = std::chrono::hours{31 * 24};
// A longer answer is cut: the document is built on the loop thread.
inline constexpr std::size_t kMaxEstimates = 10'000;

struct EstimatesView {
    base::DeviceId sensor;
    base::WallTime from;
    base::WallTime to;
    base::VolumeUnit unit = base::VolumeUnit::Litre;
    base::TimeZone zone;
    meter::CalibrationTable calibration;
};

// The sums are over all records, those included that are cut off.
[[nodiscard]] std::string estimates_document(const std::vector<ports::EstimateRecord>& records,
                                             const EstimatesView& view);

}  // namespace millrace::api
