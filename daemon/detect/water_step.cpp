#include "detect/water_step.h"

#include <algorithm>

#include "meter/sensor_meter.h"

namespace millrace::detect {
namespace {

using base::Milliseconds;

// An entry of this few peaks, after a pause of as many beats, is a trickle of which messages were lost.
constexpr std::int64_t kMostLostBeats = 8;
// 100 cubic metres: what a house takes in months. More is a broken count, and too much to calculate with.
constexpr std::int64_t kMostInAStep = 100'000'000'000;
// A beat may be off by this share.
constexpr double kBeatTolerance = 0.3;

}  // namespace

std::optional<WaterStep> WaterSteps::step(const meter::Reading& reading, base::VolumePerPeak per_peak,
                                          base::FlowRate most) {
    using meter::ReadingKind;
    if (reading.kind == ReadingKind::Repeat || reading.kind == ReadingKind::Late) return std::nullopt;
    const std::optional<base::WallTime> before = last_;
    if (!before || reading.time > *before) last_ = reading.time;
    if (reading.kind == ReadingKind::First || reading.advance.value <= 0) return std::nullopt;

    WaterStep step{reading.time, reading.time, reading.advance.value, reading.advance * per_peak, false};
    step.volume.microlitres = std::min(step.volume.microlitres, kMostInAStep);
    const Milliseconds pause = before ? std::max(Milliseconds{0}, reading.time - *before) : Milliseconds{0};
    if (step.peaks == 1) {
        last_interval_ = pause;
        return step;
    }
    const Milliseconds grid = meter::kGridStep;
    if (pause > grid) {
        const bool more_than_ever = step.volume.microlitres / meter::kGridStep.count() > most.microlitres_per_second;
        const double beat = static_cast<double>(pause.count()) / static_cast<double>(step.peaks);
        const bool on_the_beat = step.peaks <= kMostLostBeats && last_interval_ > grid &&
                                 std::abs(beat / static_cast<double>(last_interval_.count()) - 1) < kBeatTolerance;
        if (more_than_ever || on_the_beat || reading.kind == ReadingKind::CatchUp) {
            step.from = *before;
            step.spread = true;
            return step;
        }
    }
    if (!step.spread) last_interval_ = Milliseconds{0};
    step.from = before ? std::max(*before, reading.time - grid) : reading.time - grid;
    return step;
}

}  // namespace millrace::detect
