// `/api/v1/sensors/{uuid}/gaps`: when a sensor was silent, why, and what arrived of that time later.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time_zone.h"
#include "base/units.h"
#include "meter/silence.h"
#include "ports/history.h"

namespace millrace::api {

// The evidence holds every reading of the range, some five thousand a day in a busy house.
inline constexpr base::Milliseconds kLongestGaps = std::chrono::hours{31 * 24};

struct GapsView {
    base::DeviceId sensor;
    base::WallTime from;
    base::WallTime to;
    base::VolumeUnit unit = base::VolumeUnit::Litre;
    base::TimeZone zone;
};

// What is stored, as the meter room asks for it. Of spells and events those of other bridges than the sensor's are
// left out.
[[nodiscard]] meter::SilenceEvidence silence_evidence(const ports::Evidence& evidence,
                                                      const std::optional<base::DeviceId>& bridge, base::WallTime from,
                                                      base::WallTime to, base::WallTime now);

// Each gap with `to` (null when it goes on past the range), `open` (it lasts still), `cause` and what was recovered.
[[nodiscard]] std::string gaps_document(const std::vector<meter::Gap>& gaps, bool calibrated, const GapsView& view);
[[nodiscard]] std::string gaps_csv(const std::vector<meter::Gap>& gaps, const GapsView& view);

}  // namespace millrace::api
