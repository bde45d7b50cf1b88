#include "publish/units.h"

#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace millrace::publish {

namespace {

bool is_metric(base::VolumeUnit unit) {
    return unit == base::VolumeUnit::Litre || unit == base::VolumeUnit::CubicMetre;
}

}  // namespace

UnitNames unit_names(base::VolumeUnit unit) {
    switch (unit) {
        case base::VolumeUnit::Litre: return {"L", "L/min", 1, 3};
        case base::VolumeUnit::CubicMetre: return {"m³", "L/min", 3, 6};
        case base::VolumeUnit::Gallon: return {"gal", "gal/min", 1, 4};
        case base::VolumeUnit::CubicFoot: return {"ft³", "gal/min", 2, 5};
        case base::VolumeUnit::Ccf: return {"CCF", "gal/min", 3, 7};
    }
    return {"L", "L/min", 1, 3};
}

std::string decimal(double value, int digits) {
    // Sixty-four bits of microlitres have at most 19 digits; the rest is room for the fraction.
    std::array<char, 48> buffer{};
    if (!std::isfinite(value)) value = 0;
    const auto end =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::fixed, digits);
    if (end.ec != std::errc{}) return "0";
    std::string text(buffer.data(), end.ptr);
    const bool all_zero = text.find_first_not_of("-0.") == std::string::npos;
    if (all_zero && text.starts_with('-')) text.erase(0, 1);
    return text;
}

std::string volume_text(base::Volume volume, base::VolumeUnit unit) {
    return decimal(base::to_unit(volume, unit), unit_names(unit).volume_digits);
}

std::string flow_text(base::FlowRate flow, base::VolumeUnit unit) {
    constexpr int kFlowDigits = 3;
    return decimal(is_metric(unit) ? base::to_litres_per_minute(flow) : base::to_gallons_per_minute(flow), kFlowDigits);
}

}  // namespace millrace::publish
