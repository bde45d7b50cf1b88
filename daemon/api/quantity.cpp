#include "api/quantity.h"

#include <cmath>

namespace millrace::api {
namespace {

double rounded(double value, double steps_per_unit) {
    return std::round(value * steps_per_unit) / steps_per_unit;
}

double steps_per_unit(base::VolumeUnit unit) {
    switch (unit) {
        case base::VolumeUnit::Litre:
        case base::VolumeUnit::Gallon: return 1e6;
        case base::VolumeUnit::CubicMetre:
        case base::VolumeUnit::CubicFoot:
        case base::VolumeUnit::Ccf: return 1e9;
    }
    return 1e6;
}

}  // namespace

double shown(base::Volume volume, base::VolumeUnit unit) {
    return rounded(base::to_unit(volume, unit), steps_per_unit(unit));
}

double shown(base::FlowRate flow, base::VolumeUnit unit) {
    if (unit == base::VolumeUnit::Ccf) unit = base::VolumeUnit::Gallon;
    const bool hourly = unit == base::VolumeUnit::CubicMetre;
    const base::Volume volume{flow.microlitres_per_second * (hourly ? 3600 : 60)};
    return shown(volume, unit);
}

std::string_view flow_unit(base::VolumeUnit unit) {
    switch (unit) {
        case base::VolumeUnit::Litre: return "L/min";
        case base::VolumeUnit::CubicMetre: return "m3/h";
        case base::VolumeUnit::Gallon:
        case base::VolumeUnit::Ccf: return "gal/min";
        case base::VolumeUnit::CubicFoot: return "ft3/min";
    }
    return "L/min";
}

}  // namespace millrace::api
