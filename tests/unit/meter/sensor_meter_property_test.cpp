// Random streams of one sensor: whatever is repeated, disordered, delayed or interrupted by our restarts, the water
// counted is the water that ran.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "meter/sensor_meter.h"

namespace millrace::meter {
namespace {

using base::from_unix_s;

constexpr std::int64_t kFirstSample = 1'709'625'540;
const CalibrationTable kCalibration({{from_unix_s(0), base::VolumePerPeak{33'000}}});

struct Delivery {
    message::Samples samples;
    base::WallTime received;
};

// A true stream: rising totals from `base` at rising times.
std::vector<message::Sample> true_stream(std::uint32_t base) {
    const auto count = *rc::gen::inRange<std::size_t>(1, 200);
    std::vector<message::Sample> stream;
    std::int64_t time = kFirstSample;
    std::uint32_t value = base;
    for (std::size_t i = 0; i < count; ++i) {
        time += *rc::gen::oneOf(rc::gen::just(5), rc::gen::inRange(1, 40), rc::gen::inRange(1, 20'000));
        value += static_cast<std::uint32_t>(
            *rc::gen::oneOf(rc::gen::just(1), rc::gen::inRange(1, 45), rc::gen::inRange(1, 3000)));
        stream.push_back({time, value});
    }
    return stream;
}

// The stream in messages, some repeated, some late, some with an unset clock. The sample with the final total arrives.
std::vector<Delivery> deliveries(const std::vector<message::Sample>& stream) {
    std::vector<Delivery> result;
    for (std::size_t i = 0; i < stream.size();) {
        const auto size = *rc::gen::inRange<std::size_t>(1, 30);
        Delivery delivery;
        for (; i < stream.size() && delivery.samples.samples.size() < size; ++i) {
            delivery.samples.samples.push_back(stream[i]);
        }
        result.push_back(delivery);
        if (*rc::gen::inRange(0, 4) == 0) result.push_back(delivery);
    }
    for (int swaps = *rc::gen::inRange(0, 10); swaps > 0; --swaps) {
        const auto a = *rc::gen::inRange<std::size_t>(0, result.size());
        const auto b = std::min(result.size() - 1, a + *rc::gen::inRange<std::size_t>(0, 5));
        std::swap(result[a], result[b]);
    }
    std::int64_t latest = kFirstSample;
    for (Delivery& delivery : result) {
        latest = std::max(latest, delivery.samples.samples.back().timestamp_s) + *rc::gen::inRange(0, 30);
        delivery.received = from_unix_s(latest);
        if (*rc::gen::inRange(0, 12) != 0) continue;
        for (auto& sample : delivery.samples.samples) sample.timestamp_s = *rc::gen::inRange(0, 4295);
    }
    return result;
}

// What is kept on disk, read back.
SensorMeter restarted(const SensorMeter& meter, const std::vector<Reading>& kept) {
    SensorMeter fresh;
    fresh.series = meter.series;
    fresh.lifetime = meter.lifetime;
    const std::size_t newest = kept.size() - std::min(kept.size(), SensorMeter::kRecentReadings);
    const auto above = [&](std::size_t i) {
        std::size_t count = 0;
        for (std::size_t other = 0; other < kept.size(); ++other) {
            if (kept[other].series != meter.series.number) continue;
            if (std::tie(kept[other].total, other) > std::tie(kept[i].total, i)) ++count;
        }
        return count;
    };
    for (std::size_t i = 0; i < kept.size(); ++i) {
        const bool present = kept[i].series == meter.series.number;
        if (i >= newest || (present && above(i) < SensorMeter::kHighestReadings)) fresh.recent.push_back(kept[i]);
    }
    return fresh;
}

RC_GTEST_PROP(SensorMeterProperty, CountsExactlyTheWaterThatRanWhenTheBaseIsKnown, ()) {
    const auto base = *rc::gen::oneOf(rc::gen::just(std::uint32_t{0}), rc::gen::just(std::uint32_t{3'828'906}),
                                      rc::gen::inRange<std::uint32_t>(0xFFFF'0000, 0xFFFF'FFFF));
    const auto stream = true_stream(base);
    const std::int64_t truth = static_cast<std::uint32_t>(stream.back().value - base);

    SensorMeter meter;
    set_base(meter, base, from_unix_s(kFirstSample));
    std::int64_t advances = 0;
    base::Volume before;
    for (const Delivery& delivery : deliveries(stream)) {
        for (const Reading& reading : apply(meter, delivery.samples, delivery.received, kCalibration)) {
            RC_ASSERT(reading.advance.value >= 0);
            RC_ASSERT(reading.kind != ReadingKind::First);
            advances += reading.advance.value;
        }
        RC_ASSERT(meter.lifetime >= before);
        before = meter.lifetime;
    }
    RC_ASSERT(meter.series.number == 1);
    RC_ASSERT(advances == truth);
    RC_ASSERT(meter.lifetime.microlitres == truth * 33'000);
    RC_ASSERT(boot_total(meter) == stream.back().value);
}

RC_GTEST_PROP(SensorMeterProperty, RestartAtAnyPointChangesNothing, ()) {
    auto stream = true_stream(1000);
    auto messages = deliveries(stream);
    // A second life of the sensor, on a base that may be lower or the same.
    const auto new_base = *rc::gen::element(std::uint32_t{0}, std::uint32_t{1100}, stream.back().value);
    const auto boots_after = *rc::gen::inRange<std::size_t>(0, messages.size());

    SensorMeter steady;
    SensorMeter interrupted;
    std::vector<Reading> kept;
    for (std::size_t i = 0; i < messages.size(); ++i) {
        if (i == boots_after) {
            set_base(steady, new_base, messages[i].received);
            set_base(interrupted, new_base, messages[i].received);
        }
        const auto a = apply(steady, messages[i].samples, messages[i].received, kCalibration);
        const auto b = apply(interrupted, messages[i].samples, messages[i].received, kCalibration);
        RC_ASSERT(a == b);
        for (const Reading& reading : b) {
            if (reading.kind != ReadingKind::Repeat) kept.push_back(reading);
        }
        if (*rc::gen::inRange(0, 3) == 0) interrupted = restarted(interrupted, kept);
        RC_ASSERT(steady == interrupted);
    }
}

RC_GTEST_PROP(SensorMeterProperty, RegisterNeverFallsWhateverArrives, ()) {
    SensorMeter meter;
    base::Volume before;
    std::int64_t series = 0;
    const auto steps = *rc::gen::inRange(1, 60);
    for (int i = 0; i < steps; ++i) {
        const auto received = from_unix_s(kFirstSample + *rc::gen::inRange(0, 100'000));
        if (*rc::gen::inRange(0, 5) == 0) {
            set_base(meter, *rc::gen::arbitrary<std::uint32_t>(), received);
        } else {
            const auto stamp = *rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(),
                                               rc::gen::inRange<std::int64_t>(kFirstSample, kFirstSample + 100'000));
            const auto value =
                *rc::gen::oneOf(rc::gen::arbitrary<std::uint32_t>(), rc::gen::inRange<std::uint32_t>(0, 2000));
            for (const Reading& r : apply(meter, {{{stamp, value}}}, received, kCalibration))
                RC_ASSERT(r.advance.value >= 0);
        }
        RC_ASSERT(meter.lifetime >= before);
        RC_ASSERT(meter.series.number >= series);
        RC_ASSERT(meter.recent.size() <= SensorMeter::kRecentReadings + SensorMeter::kHighestReadings);
        before = meter.lifetime;
        series = meter.series.number;
    }
}

}  // namespace
}  // namespace millrace::meter
