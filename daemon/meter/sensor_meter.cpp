#include "meter/sensor_meter.h"

#include <algorithm>
#include <limits>

#include "meter/series_history.h"

namespace millrace::meter {
namespace {

constexpr std::int64_t kCounterSpan = std::int64_t{1} << 32;

// How close to either side of 2^32 two totals must be to be neighbours across the rollover: a million peaks are more
// than a month of a household, and a two-thousandth of the counter.
constexpr std::int64_t kRolloverSpan = std::int64_t{1} << 20;

// A sample below a base that nothing was counted from yet tells of a restart only when it is fresh; an older one was
// stored before the boot.
constexpr base::Seconds kFreshWithin{300};

// The grace when a server's total is weighed against the time since the last reading.
constexpr base::Seconds kBaseGrace{3600};

std::int64_t wrapped(std::int64_t total) {
    return total & (kCounterSpan - 1);
}

// The 64-bit total a 32-bit value stands for, seen from the highest total so far.
base::PeakCount unwrap(base::PeakCount highest, std::uint32_t value) {
    const std::int64_t low = wrapped(highest.value);
    const std::int64_t epoch = highest.value - low;
    if (low >= kCounterSpan - kRolloverSpan && value < kRolloverSpan) return {epoch + kCounterSpan + value};
    if (epoch > 0 && low < kRolloverSpan && value >= kCounterSpan - kRolloverSpan) {
        return {epoch - kCounterSpan + value};
    }
    return {epoch + value};
}

// More than a meter can count in that time, both ends' grid steps included.
std::int64_t most_peaks_in(base::Milliseconds time) {
    return kMostPeaksPerGridStep * (std::max<std::int64_t>(time / base::Milliseconds{kGridStep}, 0) + 2);
}

// A register that has reached its end stands still rather than falling.
void add_to_lifetime(base::Volume& lifetime, base::PeakCount advance, base::VolumePerPeak per_peak) {
    std::int64_t added = 0;
    std::int64_t sum = 0;
    const bool overflow = __builtin_mul_overflow(advance.value, per_peak.microlitres, &added) ||
                          __builtin_add_overflow(lifetime.microlitres, added, &sum);
    lifetime.microlitres = overflow ? std::numeric_limits<std::int64_t>::max() : std::max(sum, lifetime.microlitres);
}

void place_time(Reading& reading, std::int64_t timestamp_s) {
    const bool unset = timestamp_s <= message::kLargestUnsetTimestamp;
    const bool absurd = timestamp_s > base::unix_s(reading.received) + kMostAheadOfReceipt.count();
    reading.time_is_receipt = unset || absurd;
    reading.time = reading.time_is_receipt ? reading.received : base::from_unix_s(timestamp_s);
}

void start_series(SeriesState& series, std::optional<base::PeakCount> base, base::PeakCount highest) {
    series = {series.number + 1, base, highest, std::nullopt, std::nullopt};
}

bool before_base(const SeriesState& series, const Reading& reading) {
    return series.based_at && !reading.time_is_receipt && reading.time < *series.based_at;
}

// Whether a sample came long before the newest reading of the series: it is read back from a file.
bool read_back(const SeriesState& series, const Reading& reading) {
    return series.last_time && !reading.time_is_receipt && reading.received + kBaseGrace < *series.last_time;
}

// A new series whose water before this sample is unknown.
void start_unseen(SeriesState& series, Reading& reading, std::uint32_t value) {
    reading.kind = ReadingKind::First;
    reading.total = {value};
    start_series(series, std::nullopt, reading.total);
    reading.series = series.number;
    series.last_time = reading.time;
}

void keep_in_previous(const SensorMeter& meter, Reading& reading, base::PeakCount total) {
    reading.series = meter.series.number - 1;
    reading.total = total;
    const bool known = SeriesHistory(meter.recent, reading.series).has(reading.time, total);
    reading.kind = known ? ReadingKind::Repeat : ReadingKind::Late;
}

// A sample above the highest total that the present series cannot have reached: the first since its base was told, or
// one of before that, further above the base than a meter can count; or one of the past above all that came later.
// Another server kept the series it belongs to.
bool of_another_server(const SeriesState& series, const Reading& reading) {
    if (read_back(series, reading)) return true;
    if (!series.base || !series.based_at) return false;
    if (series.last_time && !before_base(series, reading)) return false;
    const auto since = std::max<base::Milliseconds>(reading.received - *series.based_at, base::Milliseconds{0});
    return (reading.total - *series.base).value > most_peaks_in(since + kBaseGrace);
}

// The sample begins an unseen series. One of before the base leaves that in force: the count from there on is a series
// after this one.
void keep_as_another(SeriesState& series, Reading& reading, std::uint32_t value) {
    const SeriesState present = series;
    const bool old = before_base(series, reading) || read_back(series, reading);
    start_unseen(series, reading, value);
    if (!old) return;
    const auto base = present.last_time ? std::optional(present.highest) : present.base;
    series = {reading.series + 1, base, present.highest, present.last_time, present.based_at};
}

// Whether a sample belongs to the series before this one. Within its recent readings that is plain; older than all of
// them it is so when it cannot be an ordinary sample of the present series.
bool belongs_to_previous(const SensorMeter& meter, const Reading& reading, std::uint32_t value) {
    if (reading.time_is_receipt || meter.series.number < 2) return false;
    const SeriesHistory previous(meter.recent, meter.series.number - 1);
    const Reading* const end = previous.highest();
    if (end == nullptr) return false;
    const base::PeakCount total = unwrap(end->total, value);
    switch (previous.fit(reading.time, total)) {
        case SeriesHistory::Fit::None: return false;
        case SeriesHistory::Fit::Between: return true;
        case SeriesHistory::Fit::Before:
            return reading.total < meter.series.base.value_or(meter.series.highest) ||
                   (reading.total - meter.series.highest).value > kMostPeaksPerGridStep;
    }
    return false;
}

// The previous series' last total, when the sample goes on from there and cannot have been reached from the present
// series' highest in the time since: the sensor did not take the lower base it was given.
std::optional<base::PeakCount> base_not_taken(const SensorMeter& meter, const Reading& reading, std::uint32_t value) {
    if (reading.time_is_receipt || meter.series.number < 2) return std::nullopt;
    const Reading* const end = SeriesHistory(meter.recent, meter.series.number - 1).highest();
    if (end == nullptr || end->time_is_receipt || reading.time <= end->time) return std::nullopt;
    const base::PeakCount total = unwrap(end->total, value);
    const std::int64_t possible = most_peaks_in(reading.time - end->time);
    const bool from_present = (reading.total - meter.series.highest).value <= possible;
    const bool from_previous = total > end->total && (total - end->total).value <= possible;
    return !from_present && from_previous ? std::optional(end->total) : std::nullopt;
}

void advance(SensorMeter& meter, Reading& reading, const CalibrationTable& calibration) {
    reading.advance = reading.total - meter.series.highest;
    reading.kind = reading.advance.value > kMostPeaksPerGridStep ? ReadingKind::CatchUp : ReadingKind::Advance;
    meter.series.highest = reading.total;
    meter.series.last_time = reading.time;
    add_to_lifetime(meter.lifetime, reading.advance, calibration.at(reading.time));
}

// A sample above the highest total of the present series.
void rise(SensorMeter& meter, Reading& reading, std::uint32_t value, const CalibrationTable& calibration) {
    SeriesState& series = meter.series;
    if (belongs_to_previous(meter, reading, value)) {
        keep_in_previous(meter, reading, {value});
        return;
    }
    if (const auto end = base_not_taken(meter, reading, value)) {
        const base::PeakCount total = unwrap(*end, value);
        // What was counted before the base was told does not say whether it was taken.
        if (before_base(series, reading) || read_back(series, reading)) {
            keep_in_previous(meter, reading, total);
            return;
        }
        reading.total = total;
        start_series(series, end, *end);
        reading.series = series.number;
    } else if (of_another_server(series, reading)) {
        keep_as_another(series, reading, value);
        return;
    }
    advance(meter, reading, calibration);
}

// Drops what `recent` need not hold.
void trim(SensorMeter& meter) {
    std::deque<Reading>& recent = meter.recent;
    if (recent.size() <= SensorMeter::kRecentReadings) return;
    const auto needed = [&](std::size_t at) {
        if (recent[at].series != meter.series.number) return false;
        std::size_t above = 0;
        for (std::size_t i = 0; i < recent.size(); ++i) {
            if (recent[i].series != meter.series.number || i == at) continue;
            if (recent[i].total > recent[at].total || (recent[i].total == recent[at].total && i > at)) ++above;
        }
        return above < SensorMeter::kHighestReadings;
    };
    // From the newest back: what is dropped stands below what is still to be asked about, or was not needed anyhow.
    for (std::size_t at = recent.size() - SensorMeter::kRecentReadings; at-- > 0;) {
        if (!needed(at)) recent.erase(recent.begin() + static_cast<std::ptrdiff_t>(at));
    }
}

// What a sample is that does not raise the highest total of a series that has readings; nothing when the counter must
// have restarted. The rules stand in the header.
std::optional<ReadingKind> kind_within(const SensorMeter& meter, const Reading& reading) {
    const SeriesState& series = meter.series;
    const SeriesHistory history(meter.recent, series.number);
    const Reading* const lowest_reading = history.lowest();
    const base::PeakCount lowest = lowest_reading != nullptr ? lowest_reading->total : series.highest;
    const bool newer = reading.time > *series.last_time;
    if (history.has(reading.time, reading.total)) return ReadingKind::Repeat;
    if (reading.time_is_receipt) {
        if (reading.total >= series.base.value_or(lowest)) return ReadingKind::Repeat;
        return std::nullopt;
    }
    if (reading.total == series.highest) return newer ? ReadingKind::Advance : ReadingKind::Repeat;
    if (history.has_total(reading.total)) return ReadingKind::Repeat;
    if (!newer || reading.total > lowest) return ReadingKind::Late;
    return std::nullopt;
}

Reading apply_one(SensorMeter& meter, const message::Sample& sample, base::WallTime received,
                  const CalibrationTable& calibration) {
    SeriesState& series = meter.series;
    Reading reading;
    reading.received = received;
    place_time(reading, sample.timestamp_s);
    if (series.number == 0) {
        start_unseen(series, reading, sample.value);
        return reading;
    }

    reading.series = series.number;
    reading.total = unwrap(series.highest, sample.value);
    const bool counted = series.last_time.has_value();
    if (reading.total > series.highest || (!counted && reading.total == series.highest)) {
        rise(meter, reading, sample.value, calibration);
        return reading;
    }
    if (!counted) {
        const bool fresh = reading.time >= received - kFreshWithin;
        if (belongs_to_previous(meter, reading, sample.value)) {
            keep_in_previous(meter, reading, {sample.value});
        } else if (fresh) {
            start_unseen(series, reading, sample.value);
        } else {
            reading.kind = ReadingKind::Late;
        }
        return reading;
    }
    const auto kind = kind_within(meter, reading);
    const bool below_base = reading.total < series.base.value_or(base::PeakCount{0});
    if ((!kind || below_base) && belongs_to_previous(meter, reading, sample.value)) {
        keep_in_previous(meter, reading, {sample.value});
    } else if (kind) {
        reading.kind = *kind;
    } else {
        start_unseen(series, reading, sample.value);
    }
    return reading;
}

}  // namespace

std::vector<Reading> apply(SensorMeter& meter, const message::Samples& samples, base::WallTime received,
                           const CalibrationTable& calibration) {
    std::vector<Reading> readings;
    readings.reserve(samples.samples.size());
    for (const message::Sample& sample : samples.samples) {
        readings.push_back(apply_one(meter, sample, received, calibration));
        // Repeats would only push out what tells the next repeat.
        if (readings.back().kind == ReadingKind::Repeat) continue;
        meter.recent.push_back(readings.back());
        trim(meter);
    }
    return readings;
}

void set_base(SensorMeter& meter, std::uint32_t peaks, base::WallTime received) {
    SeriesState& series = meter.series;
    if (series.last_time && received + kBaseGrace < *series.last_time) return;
    if (series.number != 0) {
        const base::PeakCount total = unwrap(series.highest, peaks);
        const auto since = series.last_time ? received - *series.last_time : base::Milliseconds{0};
        const std::int64_t possible = most_peaks_in(std::max(since, base::Milliseconds{0}) + kBaseGrace);
        const bool goes_on = total >= series.highest && (total - series.highest).value <= possible;
        const bool afresh = peaks == 0 && wrapped(series.highest.value) != 0;
        if (goes_on && !afresh) return;
    }
    start_series(series, base::PeakCount{peaks}, base::PeakCount{peaks});
    series.based_at = received;
    trim(meter);
}

std::uint32_t boot_total(const SensorMeter& meter) {
    return static_cast<std::uint32_t>(wrapped(meter.series.highest.value));
}

}  // namespace millrace::meter
