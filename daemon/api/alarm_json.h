// Alarms and what rules have found, as documents: the numbers, and the sentence made of them. Pure.
#pragma once

#include <string_view>

#include "api/json.h"
#include "base/time_zone.h"
#include "base/units.h"
#include "detect/finding.h"
#include "detect/incident.h"

namespace millrace::api {

// How quantities and times are to be shown.
struct AlarmView {
    base::VolumeUnit unit = base::VolumeUnit::Litre;
    base::TimeZone zone;
};

[[nodiscard]] std::string_view name(detect::Measure measure);
[[nodiscard]] std::string_view name(detect::LimitSource source);

// Its rule, when and how much, the sentence, and `explanation`: what was compared with which limit, learned from what.
[[nodiscard]] Json finding_json(const detect::Finding& finding, const AlarmView& view);

[[nodiscard]] Json incident_json(const detect::Incident& incident, const AlarmView& view);

}  // namespace millrace::api
