#include "meter/flow.h"

#include <algorithm>
#include <span>
#include <vector>

#include "base/flow_rate.h"

namespace millrace::meter {
namespace {

using base::Milliseconds;
using base::Seconds;

// A steady flow's peaks are told in batches of some 20 s, each ending up to one grid step before it is sent; with what
// the network adds, nothing can be said of the last half minute.
constexpr Milliseconds kDelivery = Seconds{30};
// At low flow the bridge was seen to collect for two minutes. What a batch spanned, and the interval it began with, the
// next may span too.
constexpr Milliseconds kBatchSlack = Seconds{10};
constexpr Milliseconds kLongestDelivery = Seconds{150};
// Peaks further apart than this are no flow.
constexpr Milliseconds kLongestRest = Seconds{900};
// How long a single slow interval, which may be the last of one use and the first of another, keeps the tap open.
constexpr Milliseconds kUnprovenRest = Seconds{60};
// A use that opens is shown at once by the peaks of its first grid step, unless they came so soon after others that
// they may be the sum of a lost message; and by no more peaks than two taps and a shower give, because a longer gap
// may hide behind any step. The next one tells.
constexpr Milliseconds kLostMessage = Seconds{60};
constexpr std::int64_t kMostOpeningPeaks = 60;
// How often the answer changes while it decays.
constexpr Milliseconds kDecayStep = Seconds{5};

// A window is long enough when chance cannot raise its rate by more than 15 %: a window of k peaks may hold one too
// many, so k / (k - 1) must stay below; or its ends may be a grid step off, so 1 + step / length must stay below.
constexpr std::int64_t kEnoughPeaks = 8;
constexpr Milliseconds kEnoughTime = 8 * Milliseconds{kGridStep};
constexpr std::size_t kEnoughIntervals = 2;
constexpr Milliseconds kShortestWindow = 4 * Milliseconds{kGridStep};
// Longer than any window gets, at one entry a peak or one a grid step.
constexpr std::size_t kMostSteps = 32;

// One or more readings at one time at which the total rose.
struct Step {
    base::WallTime time;
    base::WallTime received;
    std::int64_t peaks = 0;
    bool timed_peaks = true;  // its peaks fell within one grid step; otherwise only the sum is known
    bool opens = false;       // nothing is known of when its peaks fell: the first of a series, or after a gap
    bool by_receipt = false;
};

// Oldest first.
std::vector<Step> newest_steps(const SensorMeter& meter) {
    std::vector<const Reading*> readings;
    for (auto reading = meter.recent.rbegin(); reading != meter.recent.rend(); ++reading) {
        if (reading->series != meter.series.number) continue;
        const bool opens = reading->kind == ReadingKind::First || reading->kind == ReadingKind::CatchUp;
        const bool rises = reading->kind == ReadingKind::Advance && reading->advance.value > 0;
        if (opens || rises) readings.push_back(&*reading);
    }
    // They came in this order; rows read back from a table may not.
    std::sort(readings.begin(), readings.end(), [](const auto* a, const auto* b) { return a->total < b->total; });
    const std::size_t skipped = readings.size() - std::min(readings.size(), kMostSteps);

    std::vector<Step> steps;
    for (const Reading* reading : std::span(readings).subspan(skipped)) {
        const bool opens = reading->kind != ReadingKind::Advance;
        if (!opens && !steps.empty() && steps.back().time == reading->time) {
            steps.back().peaks += reading->advance.value;
            steps.back().timed_peaks = false;
            steps.back().received = reading->received;
        } else {
            steps.push_back({reading->time, reading->received, reading->advance.value, !reading->time_is_receipt, opens,
                             reading->time_is_receipt});
        }
    }
    return steps;
}

// Whether the peaks of `step` may have been spread evenly since `before`. A flow gives one entry a peak or one a grid
// step, so several peaks after a longer time are the begin of a use.
bool is_interval(const Step& before, const Step& step) {
    const Milliseconds length = step.time - before.time;
    const Milliseconds longest = step.peaks == 1 ? kLongestRest : step.by_receipt ? kDelivery : 2 * kGridStep;
    return !step.opens && length > Milliseconds{0} && length <= longest;
}

// Whether two intervals between entries can belong to one flow, the grid making a step more or less of them.
bool alike(Milliseconds a, Milliseconds b) {
    const auto [shorter, longer] = std::minmax(a, b);
    return 2 * longer <= 5 * shorter || longer <= 2 * kGridStep;
}

struct Window {
    Milliseconds length{0};
    std::int64_t peaks = 0;
    std::size_t intervals = 0;
    bool by_receipt = false;

    [[nodiscard]] bool enough() const {
        if (by_receipt) return length >= 8 * kDelivery;
        return (length >= kShortestWindow && peaks >= kEnoughPeaks) ||
               (length >= kEnoughTime && intervals >= kEnoughIntervals);
    }
};

Window newest_window(std::span<const Step> steps) {
    Window window;
    for (std::size_t i = steps.size(); i-- > 1;) {
        const Step& before = steps[i - 1];
        const Step& step = steps[i];
        if (!is_interval(before, step)) break;
        const Milliseconds length = step.time - before.time;
        const bool first = window.intervals == 0;
        if (!first && !alike(length, window.length / static_cast<std::int64_t>(window.intervals))) break;
        window.length += length;
        window.peaks += step.peaks;
        ++window.intervals;
        window.by_receipt = window.by_receipt || step.by_receipt || before.by_receipt;
        if (window.enough()) break;
    }
    return window;
}

// Peaks per time, kept as a fraction until it is multiplied by what a peak is worth.
struct Rate {
    std::int64_t peaks = 0;
    Milliseconds time{1};

    friend bool operator<(const Rate& a, const Rate& b) {
        // Far from overflow: kMostSteps bounds the times to hours and the peaks to thousands.
        return a.peaks * b.time.count() < b.peaks * a.time.count();
    }
};

// At least so many peaks a time, as far as the newest step alone tells.
Rate opening_rate(std::span<const Step> steps) {
    const Step& step = steps.back();
    const Rate in_one_step{std::min(step.peaks, kMostOpeningPeaks) - 1, kGridStep};
    const Rate nothing{};
    if (steps.size() < 2) return step.timed_peaks ? in_one_step : nothing;
    const Milliseconds since = step.time - steps[steps.size() - 2].time;
    if (step.timed_peaks && since > kLostMessage) return in_one_step;
    return since > Milliseconds{0} && since <= kLongestRest ? Rate{step.peaks, since + kGridStep} : nothing;
}

// The window's rate, or while it is short the least that would have given as many peaks.
Rate window_rate(const Window& window) {
    if (window.enough()) return {window.peaks, window.length};
    const Milliseconds inexact = window.by_receipt ? kDelivery : Milliseconds{kGridStep};
    const Rate ends_off{window.peaks, window.length + inexact};
    return window.by_receipt ? ends_off : std::max(ends_off, Rate{window.peaks - 1, window.length});
}

// How long a peak may be on its way, after the batches that brought the last ones.
Milliseconds expected_delivery(std::span<const Step> steps, Milliseconds peak_interval) {
    const Step& newest = steps.back();
    if (peak_interval <= kGridStep || newest.by_receipt) return kDelivery;
    Milliseconds longest{0};
    base::WallTime begin = newest.time;
    for (std::size_t i = steps.size(); i-- > 0 && newest.time - steps[i].time <= kLongestRest;) {
        if (i + 1 < steps.size() && steps[i].received == steps[i + 1].received) {
            longest = std::max(longest, begin - steps[i].time);
        } else {
            begin = steps[i].time;
        }
    }
    if (longest <= Milliseconds{0}) return kDelivery;
    return std::clamp(longest + peak_interval + kBatchSlack, kDelivery, kLongestDelivery);
}

base::FlowRate to_flow(const Rate& rate, base::VolumePerPeak per_peak) {
    return base::mean_flow(base::PeakCount{rate.peaks} * per_peak, rate.time);
}

}  // namespace

Flow flow_at(const SensorMeter& meter, const CalibrationTable& calibration, base::WallTime now) {
    const std::vector<Step> steps = newest_steps(meter);
    if (steps.empty() || steps.back().opens) return {};
    const Step& newest = steps.back();
    const Window window = newest_window(steps);

    Rate rate = opening_rate(steps);
    Milliseconds peak_interval{0};
    if (window.intervals > 0) {
        rate = window_rate(window);
        peak_interval = window.length / window.peaks;
    }
    const Milliseconds delivery = expected_delivery(steps, peak_interval);
    Milliseconds rest_after = std::min(std::max(2 * peak_interval, peak_interval + delivery), kLongestRest);
    if (window.intervals < kEnoughIntervals) rest_after = std::min(rest_after, kUnprovenRest);

    const Milliseconds elapsed = std::max(now - newest.time, Milliseconds{0});
    if (elapsed >= rest_after) return {};
    // By now the next peak of a steady flow would have been told.
    const Milliseconds held_for = peak_interval + delivery;
    const base::WallTime rest_at = newest.time + rest_after;
    const base::VolumePerPeak per_peak = calibration.at(newest.time);
    if (elapsed < held_for) {
        return {to_flow(rate, per_peak), true, std::min(newest.time + held_for, rest_at)};
    }
    const Rate at_most{1, std::max(elapsed - delivery, Milliseconds{1})};
    return {to_flow(std::min(rate, at_most), per_peak), true, std::min(now + kDecayStep, rest_at)};
}

}  // namespace millrace::meter
