#include "meter/calibration_fit.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>

namespace millrace::meter {
namespace {

constexpr double kLeast = static_cast<double>(kLeastPerPeak.microlitres);
constexpr double kMost = static_cast<double>(kMostPerPeak.microlitres);

// How many standard deviations of the others' scatter one point may lie off, by the number of points the scatter is
// known from, less two: Student's t at one in a hundred. More points change it little.
constexpr std::array kMostDeviations = {63.7, 9.92, 5.84, 4.60, 4.03, 3.71, 3.50};
// Registers are read to full litres or cubic feet. A point that is off by less than this share of all that was
// measured moves the slope by less than that share, and is not worth a word.
constexpr double kNegligibleShare = 0.005;

base::Volume rounded(double microlitres) {
    return {std::llround(microlitres)};
}

// What the kept value would be; far beyond its range where the number is none.
base::VolumePerPeak rounded_per_peak(double microlitres) {
    return {std::isfinite(microlitres) ? std::llround(std::clamp(microlitres, -kMost, 2 * kMost)) : 0};
}

bool plausible(base::VolumePerPeak per_peak) {
    return per_peak.microlitres >= kLeastPerPeak.microlitres && per_peak.microlitres <= kMostPerPeak.microlitres;
}

// The sums that a line through some points needs, with each point taken relative to the first, so that registers of
// many digits lose none of them.
struct Sums {
    std::vector<double> x;  // peaks, from their mean
    std::vector<double> y;  // microlitres, from their mean
    double xx = 0;
    double xy = 0;
};

void centre(std::vector<double>& values) {
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    for (double& value : values) value -= mean;
}

Sums sums_of(const std::vector<MeterPoint>& points) {
    Sums sums;
    for (const MeterPoint& point : points) {
        sums.x.push_back(static_cast<double>((point.peaks - points.front().peaks).value));
        sums.y.push_back(static_cast<double>((point.volume - points.front().volume).microlitres));
    }
    centre(sums.x);
    centre(sums.y);
    for (std::size_t i = 0; i < points.size(); ++i) {
        sums.xx += sums.x[i] * sums.x[i];
        sums.xy += sums.x[i] * sums.y[i];
    }
    return sums;
}

// The point at which the register shows less than at fewer peaks.
std::optional<std::size_t> fallen(const std::vector<MeterPoint>& points) {
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::pair{points[a].peaks, points[a].volume} < std::pair{points[b].peaks, points[b].volume};
    });
    for (std::size_t i = 1; i < order.size(); ++i) {
        if (points[order[i]].volume < points[order[i - 1]].volume) return order[i];
    }
    return std::nullopt;
}

std::vector<std::size_t> standing_out(const Sums& sums, const std::vector<double>& residuals, double squares) {
    std::vector<std::size_t> found;
    const std::size_t count = residuals.size();
    if (count < 4) return found;
    const auto [lowest, highest] = std::minmax_element(sums.y.begin(), sums.y.end());
    const double negligible = (*highest - *lowest) * kNegligibleShare;
    const auto freedom = static_cast<double>(count - 3);
    const double most = kMostDeviations[std::min(count - 4, kMostDeviations.size() - 1)];
    for (std::size_t i = 0; i < count; ++i) {
        // How much of its own deviation the point hides by pulling the line towards itself.
        const double kept = 1 - 1 / static_cast<double>(count) - sums.x[i] * sums.x[i] / sums.xx;
        if (kept < 1e-9) continue;  // the only point at its place: nothing contradicts it
        if (std::abs(residuals[i] / kept) <= negligible) continue;
        const double others = std::max(0.0, squares - residuals[i] * residuals[i] / kept) / freedom;
        if (std::abs(residuals[i]) > most * std::sqrt(others * kept)) found.push_back(i);
    }
    return found;
}

std::string absurd(double microlitres) {
    const bool low = microlitres < kLeast;
    return std::string("a peak would be worth ") + (low ? "less than 0.1 millilitres" : "more than 10 litres") +
           ", which no meter does; check the volumes and their unit";
}

}  // namespace

base::Result<Fit, FitRefusal> fit_calibration(const std::vector<MeterPoint>& points) {
    if (points.size() < 2) {
        return base::failure(FitRefusal{"it takes two readings of the meter, with water used between them", {}});
    }
    const auto [least, most] = std::minmax_element(
        points.begin(), points.end(), [](const MeterPoint& a, const MeterPoint& b) { return a.peaks < b.peaks; });
    if (least->peaks == most->peaks) {
        return base::failure(FitRefusal{"no peaks were counted between the readings of the meter", {}});
    }
    if (const auto point = fallen(points)) {
        return base::failure(FitRefusal{"the meter's register fell", point});
    }
    const Sums sums = sums_of(points);
    Fit fit;
    fit.slope_microlitres = sums.xy / sums.xx;
    // Judged as it will be kept: the sums are right to the last digit but one, and a line of exactly the limit is good.
    fit.per_peak = rounded_per_peak(fit.slope_microlitres);
    if (!plausible(fit.per_peak)) return base::failure(FitRefusal{absurd(fit.slope_microlitres), {}});
    std::vector<double> residuals;
    double squares = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        residuals.push_back(sums.y[i] - fit.slope_microlitres * sums.x[i]);
        squares += residuals.back() * residuals.back();
        fit.residuals.push_back(rounded(residuals.back()));
    }
    const auto count = static_cast<double>(points.size());
    fit.rms_residual = rounded(std::sqrt(squares / count));
    if (points.size() > 2) fit.standard_error_microlitres = std::sqrt(squares / (count - 2) / sums.xx);
    fit.standing_out = standing_out(sums, residuals, squares);
    return fit;
}

base::Result<DrawnFit, base::Error> fit_drawn(base::PeakCount peaks, base::Volume volume) {
    if (peaks.value <= 0) {
        return base::failure(base::Error{"no peaks were counted while the water was drawn"});
    }
    if (peaks < kLeastDrawnPeaks) {
        return base::failure(base::Error{"only " + std::to_string(peaks.value) +
                                         " peaks were counted while the water was drawn, which leaves the result "
                                         "unsure by a tenth or more; draw more water"});
    }
    const auto per_peak = [&](std::int64_t count) {
        return static_cast<double>(volume.microlitres) / static_cast<double>(count);
    };
    const double found = per_peak(peaks.value);
    if (!plausible(rounded_per_peak(found))) return base::failure(base::Error{absurd(found)});
    return DrawnFit{
        rounded_per_peak(found), {std::llround(per_peak(peaks.value + 1))}, {std::llround(per_peak(peaks.value - 1))}};
}

}  // namespace millrace::meter
