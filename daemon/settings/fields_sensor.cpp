// What is known of the meters.
#include "base/units.h"
#include "settings/field_groups.h"

namespace millrace::settings {
namespace {

// From a tenth of a millilitre to ten litres a peak: far beyond both ends of what meters do.
constexpr double kLeastMl = 0.1;
constexpr double kMostMl = 10'000;
constexpr double kMlPerGallon = base::kLitresPerGallon * 1000;

void set_per_peak(Draft& draft, double millilitres) {
    CalibrationDraft& entry = draft.calibrations.back();
    entry.per_peak = base::VolumePerPeak{base::microlitres_from_millilitres(millilitres)};
    ++entry.ways_given;
}

}  // namespace

std::vector<Field> sensor_fields() {
    return {
        {"sensors.*.calibration[].from",
         ValueType::Moment,
         {},
         "",
         "Since when: a time with its offset, or a date, which begins at the site's midnight. The first entry also "
         "holds before.",
         [](Draft& d, const Value& v) { d.calibrations.back().from = v.text; }},
        {"sensors.*.calibration[].ml_per_peak",
         ValueType::Number,
         {kLeastMl, kMostMl, {}},
         "ml",
         "What a peak is worth. Exactly one of these three.",
         [](Draft& d, const Value& v) { set_per_peak(d, v.number); }},
        {"sensors.*.calibration[].l_per_peak",
         ValueType::Number,
         {kLeastMl / 1000, kMostMl / 1000, {}},
         "l",
         "The same in litres.",
         [](Draft& d, const Value& v) { set_per_peak(d, v.number * 1000); }},
        {"sensors.*.calibration[].gallons_per_peak",
         ValueType::Number,
         {0.00003, 2.6, {}},
         "US gallons",
         "The same in US gallons.",
         [](Draft& d, const Value& v) { set_per_peak(d, v.number * kMlPerGallon); }},
    };
}

}  // namespace millrace::settings
