// Findings and incidents in words, for notices, the API and Home Assistant.
//
// "Water has not rested for 1 h 5 min: 6.4 gal since 02:10, now 0.1 gal/min; in this house it rested within 38 min on
// each of the last 28 days." Pure; any thread.
#pragma once

#include <string>

#include "base/time_zone.h"
#include "base/units.h"
#include "detect/incident.h"

namespace millrace::detect {

// Litre gives litres and litres a minute, all others gallons and gallons a minute.
struct Wording {
    base::VolumeUnit unit = base::VolumeUnit::Litre;
    base::TimeZone zone;
};

[[nodiscard]] std::string title(Rule rule);                                    // "Running toilet"
[[nodiscard]] std::string sentence(const Finding& finding, const Wording& w);  // one or two sentences
[[nodiscard]] std::string duration_text(base::Milliseconds duration);          // "1 h 5 min", "40 s"

}  // namespace millrace::detect
