#include "classify/memory.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace millrace::classify {
namespace {

// Below these nothing is told apart, and logarithms need something.
constexpr double kLeastLitres = 0.02;
constexpr double kLeastLitresPerMinute = 0.05;
constexpr double kMostUneven = 3;
// A step of the meter at either end, and a little.
constexpr double kStepsOff = 1.2;

auto order(const detect::UseKey& key) {
    return std::tuple(key.start, key.overlapped, key.volume);
}

auto place_of(const std::deque<Remembered>& uses, const detect::UseKey& key) {
    return std::lower_bound(uses.begin(), uses.end(), key, [](const Remembered& each, const detect::UseKey& wanted) {
        return order(each.key) < order(wanted);
    });
}

}  // namespace

Shape shape_of(const detect::Use& use, base::VolumePerPeak per_peak, base::Seconds utc_offset) {
    const double litres = std::max(kLeastLitres, base::to_litres(use.volume));
    const double mean = std::max(1.0, static_cast<double>(use.mean.microlitres_per_second));
    constexpr std::int64_t kDay = 86'400;
    const std::int64_t local = ((base::unix_s(use.start) + utc_offset.count()) % kDay + kDay) % kDay;
    Shape shape;
    shape.ln_litres = std::log(litres);
    shape.ln_flow = std::log(std::max(kLeastLitresPerMinute, base::to_litres_per_minute(use.mean)));
    shape.unevenness = std::min(kMostUneven, static_cast<double>(use.peak.microlitres_per_second) / mean);
    shape.seconds = std::max(1.0, static_cast<double>((use.end - use.start).count()) / 1e3);
    shape.ln_litres_off = kStepsOff * static_cast<double>(per_peak.microlitres) / 1e6 / litres;
    shape.local_hour = static_cast<double>(local) / 3600;
    shape.overlapped = use.overlapped;
    return shape;
}

void Memory::add(const Remembered& use) {
    const auto place = place_of(uses_, use.key);
    if (place != uses_.end() && place->key == use.key) return;
    uses_.insert(place, use);
    since_ = std::min(since_.value_or(use.key.start), use.key.start);
    const base::WallTime newest = uses_.back().key.start;
    while (uses_.size() > kMostUses || uses_.front().key.start < newest - kLength) uses_.pop_front();
}

void Memory::add(Example example) {
    forget_example(example.key);
    if (examples_.size() == kMostExamples) examples_.erase(examples_.begin());
    examples_.push_back(std::move(example));
}

void Memory::forget_example(const detect::UseKey& key) {
    std::erase_if(examples_, [&](const Example& each) { return each.key == key; });
}

const Remembered* Memory::find(const detect::UseKey& key) const {
    const auto place = place_of(uses_, key);
    return place != uses_.end() && place->key == key ? &*place : nullptr;
}

}  // namespace millrace::classify
