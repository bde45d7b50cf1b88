// The site's unit as Home Assistant spells it, and numbers written without regard to a locale. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/units.h"

namespace millrace::publish {

struct UnitNames {
    std::string_view volume;
    std::string_view flow;
    int volume_display_precision = 1;
    int volume_digits = 3;  // digits after the point in what we send: about a millilitre
};

// Metric sites read flow in litres a minute, all others in gallons a minute.
[[nodiscard]] UnitNames unit_names(base::VolumeUnit unit);

// "12.346" for 3 digits; never "-0.000", and "0.000" for a value that is not finite.
[[nodiscard]] std::string decimal(double value, int digits);

[[nodiscard]] std::string volume_text(base::Volume volume, base::VolumeUnit unit);
[[nodiscard]] std::string flow_text(base::FlowRate flow, base::VolumeUnit unit);

}  // namespace millrace::publish
