#include "meter/advertised_total.h"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace millrace::meter {
namespace {

constexpr std::int64_t kStep = kAdvertisedPeak.microlitres;

// A register that falls from its last quarter into its first has run over; any other fall is a new beginning.
constexpr std::int64_t kRolloverPart = 4;

// The register's total as if it never ran over, seen from the steps counted so far.
std::int64_t unwrapped(const SensorMeter& meter, const AdvertisedTotal& total) {
    const std::int64_t modulus = total.modulus.microlitres;
    const std::int64_t before = meter.series.highest.value * kStep;
    const std::int64_t epoch = before - before % modulus;
    const std::int64_t here = epoch + total.total.microlitres;
    const bool fell = here + kStep <= before;  // the steps are rounded down, so it may seem to stand a bit lower
    const std::int64_t part = modulus / kRolloverPart;
    const bool ran_over = fell && before - epoch >= modulus - part && total.total.microlitres < part;
    if (ran_over) return here + modulus;
    return fell ? total.total.microlitres : here;
}

// When the series' highest total was last heard; nothing before the first one.
std::optional<base::WallTime> last_heard(const SensorMeter& meter) {
    std::optional<base::WallTime> newest = meter.series.last_time;
    for (const Reading& reading : meter.recent) {
        if (reading.series == meter.series.number && newest) newest = std::max(*newest, reading.time);
    }
    return newest;
}

// The totals to be told of between the one before and this one, at which times.
message::Samples spread(const SensorMeter& meter, std::int64_t steps, base::WallTime at) {
    message::Samples samples;
    const std::int64_t before = meter.series.highest.value;
    const auto since = last_heard(meter);
    const base::Milliseconds gap = since ? at - *since : base::Milliseconds{0};
    if (steps > before && gap <= kLongestSpread) {
        std::int64_t told = before;
        for (base::Milliseconds passed = kGridStep; passed < gap; passed += kGridStep) {
            const std::int64_t here = before + (steps - before) * passed.count() / gap.count();
            if (here == told) continue;
            told = here;
            samples.samples.push_back({base::unix_s(*since + passed), static_cast<std::uint32_t>(here)});
        }
    }
    samples.samples.push_back({base::unix_s(at), static_cast<std::uint32_t>(steps)});
    return samples;
}

}  // namespace

std::vector<Reading> apply(SensorMeter& meter, const AdvertisedTotal& total, const CalibrationTable& calibration) {
    std::int64_t steps = unwrapped(meter, total) / kStep;
    if (const auto since = last_heard(meter); since && steps > meter.series.highest.value) {
        const std::int64_t grid_steps = std::max<std::int64_t>((total.at - *since) / kGridStep, 0) + 2;
        // Begins a new series there, if even an hour more does not explain it.
        const bool too_much = steps - meter.series.highest.value > kMostPeaksPerGridStep * grid_steps;
        if (too_much) set_base(meter, static_cast<std::uint32_t>(steps), total.at);
    }
    return apply(meter, spread(meter, steps, total.at), total.at, calibration);
}

}  // namespace millrace::meter
