// Readings of the utility's meter against the peaks counted between them. For the room's .cpp files.
#pragma once

#include <string>
#include <vector>

#include "api/json.h"
#include "base/time_zone.h"
#include "base/units.h"
#include "meter/calibration_fit.h"
#include "ports/records.h"

namespace millrace::api {

struct MeterFit {
    std::vector<ports::MeterReadingRecord> readings;  // by time
    std::vector<base::PeakCount> counts;              // between each and the next
    base::Result<meter::Fit, meter::FitRefusal> fit;
};

// `counts` has one less than the readings, or is empty when there are less than two; what it lacks is counted as none.
[[nodiscard]] MeterFit fit_readings(std::vector<ports::MeterReadingRecord> readings,
                                    std::vector<base::PeakCount> counts);

// What to say when the history does not count.
[[nodiscard]] std::string uncounted(const base::Error& error);

// What to ask the history for.
[[nodiscard]] std::vector<base::WallTime> times_of(const std::vector<ports::MeterReadingRecord>& readings);

// Why there is no fit, naming the reading whose fault it is.
[[nodiscard]] std::string refusal_words(const MeterFit& fit, const base::TimeZone& zone);

// Null without a fit.
[[nodiscard]] Json fit_json(const MeterFit& fit, base::VolumeUnit unit, const base::TimeZone& zone);

// A volume per peak as people read it, to a tenth of a thousandth of a millilitre.
[[nodiscard]] double shown_ml(double microlitres);
[[nodiscard]] inline double shown_ml(base::VolumePerPeak per_peak) {
    return shown_ml(static_cast<double>(per_peak.microlitres));
}
[[nodiscard]] double shown_gallons(base::VolumePerPeak per_peak);

}  // namespace millrace::api
