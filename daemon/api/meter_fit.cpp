#include "api/meter_fit.h"

#include <cmath>
#include <utility>

#include "api/quantity.h"

namespace millrace::api {

MeterFit fit_readings(std::vector<ports::MeterReadingRecord> readings, std::vector<base::PeakCount> counts) {
    std::vector<meter::MeterPoint> points;
    base::PeakCount peaks;
    counts.resize(readings.empty() ? 0 : readings.size() - 1);
    for (std::size_t i = 0; i < readings.size(); ++i) {
        if (i > 0) peaks += counts[i - 1];
        points.push_back({peaks, readings[i].volume});
    }
    auto fit = meter::fit_calibration(points);
    return {std::move(readings), std::move(counts), std::move(fit)};
}

std::string uncounted(const base::Error& error) {
    return "The peaks cannot be counted: " + error.message;
}

std::vector<base::WallTime> times_of(const std::vector<ports::MeterReadingRecord>& readings) {
    std::vector<base::WallTime> times;
    for (const ports::MeterReadingRecord& reading : readings) times.push_back(reading.time);
    return times;
}

std::string refusal_words(const MeterFit& fit, const base::TimeZone& zone) {
    const meter::FitRefusal& refusal = fit.fit.error();
    if (!refusal.point) return refusal.message;
    return refusal.message + " at the reading of " + zone.rfc3339(fit.readings.at(*refusal.point).time);
}

Json fit_json(const MeterFit& fitted, base::VolumeUnit unit, const base::TimeZone& zone) {
    if (!fitted.fit) return nullptr;
    const meter::Fit& fit = *fitted.fit;
    base::PeakCount peaks;
    for (const base::PeakCount count : fitted.counts) peaks += count;
    Json standing_out = Json::array();
    for (const std::size_t point : fit.standing_out) {
        standing_out.push_back(zone.rfc3339(fitted.readings.at(point).time));
    }
    Json error = nullptr;
    if (fit.standard_error_microlitres) error = shown_ml(*fit.standard_error_microlitres);
    return Json{
        {"volume_per_peak_ml", shown_ml(fit.per_peak)}, {"volume_per_peak_gal", shown_gallons(fit.per_peak)},
        {"standard_error_ml", std::move(error)},        {"rms_residual", shown(fit.rms_residual, unit)},
        {"readings", fitted.readings.size()},           {"peaks", peaks.value},
        {"standing_out", std::move(standing_out)},
    };
}

double shown_ml(double microlitres) {
    return std::round(microlitres * 10) / 1e4;
}

double shown_gallons(base::VolumePerPeak per_peak) {
    return std::round(base::to_gallons(base::Volume{per_peak.microlitres}) * 1e9) / 1e9;
}

}  // namespace millrace::api
