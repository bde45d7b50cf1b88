// What a peak is worth, found from water whose volume is known: readings of the utility's meter, or a volume drawn.
//
// Readings of the meter lie on a line, volume = a + b * peaks, whose slope b is the volume per peak; it is found by
// least squares over all of them. Pure functions of values; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace millrace::meter {

// From a tenth of a millilitre to ten litres a peak: far beyond both ends of what meters do, the same as the config
// file allows.
inline constexpr base::VolumePerPeak kLeastPerPeak{100};
inline constexpr base::VolumePerPeak kMostPerPeak{10'000'000};

// The meter's register at a moment, and the peaks counted from any fixed moment up to then.
struct MeterPoint {
    base::PeakCount peaks;
    base::Volume volume;
};

struct Fit {
    base::VolumePerPeak per_peak;
    double slope_microlitres = 0;         // the same before rounding
    std::vector<base::Volume> residuals;  // register minus line, in the order of the points
    base::Volume rms_residual;            // over all points; two points always lie on a line
    // Of the slope; needs three points.
    std::optional<double> standard_error_microlitres;
    // Points, in rising order, that the line through the others misses by more than their scatter explains: perhaps
    // read or typed wrongly. Needs four points, for of three nobody can tell which one is wrong.
    std::vector<std::size_t> standing_out;
};

// Why there is no fit, in words, and at which point where it is one point's fault.
struct FitRefusal {
    std::string message;
    std::optional<std::size_t> point;
};

// The order of the points does not matter.
[[nodiscard]] base::Result<Fit, FitRefusal> fit_calibration(const std::vector<MeterPoint>& points);

// A known volume drawn while so many peaks were counted. The drawing begins and ends somewhere between two peaks, so
// the truth lies between one peak more and one peak less.
struct DrawnFit {
    base::VolumePerPeak per_peak;
    base::VolumePerPeak least;
    base::VolumePerPeak most;
};

// Fewer peaks than this leave the result unsure by a tenth or more.
inline constexpr base::PeakCount kLeastDrawnPeaks{10};

[[nodiscard]] base::Result<DrawnFit, base::Error> fit_drawn(base::PeakCount peaks, base::Volume volume);

}  // namespace millrace::meter
