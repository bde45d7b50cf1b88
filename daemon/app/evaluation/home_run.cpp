#include "app/evaluation/home_run.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "app/evaluation/draw.h"
#include "emulate/sample_queue.h"

namespace millrace::app {
namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kGrid = emulate::SampleQueue::kGrid.count() / 1000;
constexpr std::int64_t kBatch = emulate::SampleQueue::kBatchTime.count() / 1000;
constexpr std::int64_t kTick = 60;
constexpr std::int64_t kReportEvery = 600;  // a sensor's states, as captures show them
const WaterSpans kNone;

std::int64_t window_end(std::int64_t unix_s) {
    return (unix_s + kGrid - 1) / kGrid * kGrid;
}

}  // namespace

std::int64_t WaterCursor::in_second(std::int64_t ends_s) {
    while (at_ < spans_->size() && (*spans_)[at_].to_s < ends_s) ++at_;
    if (at_ == spans_->size() || (*spans_)[at_].from_s >= ends_s) return 0;
    const WaterSpan& span = (*spans_)[at_];
    const std::int64_t length = span.to_s - span.from_s;
    const std::int64_t second = ends_s - span.from_s;
    return span.nanolitres * second / length - span.nanolitres * (second - 1) / length;
}

std::int64_t WaterCursor::next_from(std::int64_t unix_s) {
    while (at_ < spans_->size() && (*spans_)[at_].to_s <= unix_s) ++at_;
    return at_ == spans_->size() ? kNever : std::max(unix_s, (*spans_)[at_].from_s);
}

HomeRun::HomeRun(const Home& home, const MeterVariant& variant, const WaterSpans* calendar)
    : home_(home),
      variant_(variant),
      own_(&home.water),
      calendar_(calendar != nullptr ? calendar : &kNone),
      leak_(&kNone),
      window_end_(window_end(home.start_s + 1)),
      counted_(window_end_),
      until_pulse_(variant.pulse_nanolitres),
      next_tick_(home.start_s + kTick),
      next_report_(home.start_s + static_cast<std::int64_t>(mix(variant.seed, "reports") % kReportEvery)),
      heard_(home.start_s),
      device_(*base::DeviceId::parse("61DA80B500000001")),
      calibration_({{base::from_unix_s(0), base::VolumePerPeak{variant.pulse_nanolitres / 1000}}}) {}

void HomeRun::run_until(std::int64_t unix_s) {
    while (window_end_ <= unix_s) {
        tick_until(window_end_);
        count_window();
        if (!waiting_.empty() && waiting_.front().at_s + kBatch <= window_end_) send();
        move_on();
    }
    tick_until(unix_s);
}

void HomeRun::set_leak(const WaterSpans* water) {
    leak_ = WaterCursor(water);
    // Windows that were passed over for want of water may have some now.
    window_end_ = std::min(window_end_, counted_ + kGrid);
}

std::uint32_t HomeRun::take_rules() {
    return std::exchange(rules_, 0);
}

std::vector<detect::Use> HomeRun::take_uses() {
    return std::exchange(uses_, {});
}

void HomeRun::count_window() {
    if (restart_ < variant_.restarts.size() && variant_.restarts[restart_] <= window_end_) {
        // The sensor's memory is gone, and nobody tells it the total.
        ++restart_;
        count_ = 0;
        waiting_.clear();
    }
    std::uint32_t pulses = 0;
    std::int64_t first = window_end_;
    for (std::int64_t second = window_end_ - kGrid + 1; second <= window_end_; ++second) {
        const std::int64_t other = own_.in_second(second) + calendar_.in_second(second);
        const std::int64_t leak = leak_.in_second(second);
        const bool stalls = other == 0 && leak < variant_.stall_nanolitres_per_s;
        until_pulse_ -= other + (stalls ? 0 : leak);
        if (until_pulse_ > 0) continue;
        if (pulses == 0) first = second;
        const std::int64_t turned = 1 - until_pulse_ / variant_.pulse_nanolitres;
        pulses += static_cast<std::uint32_t>(turned);
        until_pulse_ += turned * variant_.pulse_nanolitres;
    }
    if (pulses == 0) return;
    count_ += pulses;
    pulses_ += pulses;
    waiting_.push_back({pulses == 1 ? first : window_end_, count_});
}

void HomeRun::move_on() {
    const std::int64_t from =
        std::min({own_.next_from(window_end_), calendar_.next_from(window_end_), leak_.next_from(window_end_)});
    std::int64_t next = from == kNever ? kNever : window_end(from + 1);
    if (!waiting_.empty()) next = std::min(next, window_end(waiting_.front().at_s + kBatch));
    counted_ = window_end_;
    // In small leaps, because a run may stop and go on at any moment.
    window_end_ = std::clamp(next, window_end_ + kGrid, window_end_ + kTick);
}

bool HomeRun::is_lost(std::int64_t sent_s) {
    while (gap_ < variant_.gaps.size() && variant_.gaps[gap_].second <= sent_s) ++gap_;
    for (std::size_t i = gap_; i < variant_.gaps.size() && variant_.gaps[i].first <= sent_s; ++i) {
        if (sent_s < variant_.gaps[i].second) return true;
    }
    return Draw(mix(variant_.seed, static_cast<std::uint64_t>(sent_s))).chance(variant_.lost_percent);
}

void HomeRun::send() {
    message::Samples samples;
    const std::size_t size = std::min(waiting_.size(), emulate::SampleQueue::kMaxPerMessage);
    for (std::size_t i = 0; i < size; ++i) samples.samples.push_back({waiting_[i].at_s, waiting_[i].value});
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(size));
    if (is_lost(window_end_)) return;
    // Radio and internet take a little.
    constexpr std::int64_t kLeastDelay = 2;
    const auto more = static_cast<std::int64_t>(mix(variant_.seed + 1, static_cast<std::uint64_t>(window_end_)) % 3);
    deliver(window_end_ + kLeastDelay + more, samples);
}

detect::Context HomeRun::context(std::int64_t now_s) {
    // Offsets change at whole quarters of an hour.
    if (const std::int64_t quarter = now_s / 900; quarter != offset_quarter_) {
        offset_quarter_ = quarter;
        offset_ = home_.clock.utc_offset(now_s);
    }
    return {settings_, mode_, offset_, false};
}

void HomeRun::deliver(std::int64_t received_s, const message::Samples& samples) {
    tick_until(received_s);
    heard_ = received_s;
    ++messages_;
    const auto received = base::from_unix_s(received_s);
    const detect::Context now = context(received_s);
    for (const meter::Reading& reading : meter::apply(meter_, samples, received, calibration_)) {
        detector_.apply(reading, calibration_.at(reading.time), now);
    }
    judge(received_s);
}

void HomeRun::tick_until(std::int64_t unix_s) {
    for (; next_tick_ <= unix_s; next_tick_ += kTick) {
        for (; next_report_ <= next_tick_; next_report_ += kReportEvery) report();
        judge(next_tick_);
    }
}

void HomeRun::report() {
    if (!is_lost(next_report_)) heard_ = next_report_;
}

void HomeRun::judge(std::int64_t now_s) {
    const auto now = base::from_unix_s(now_s);
    const auto findings = detector_.judge(now, context(now_s));
    for (auto& event : book_.update(device_, findings, now, {false, base::from_unix_s(heard_)}))
        events_.push_back(std::move(event));
    if (now_s % 3600 < kTick) {
        for (detect::Use& use : detector_.take_uses(now)) uses_.push_back(std::move(use));
    }
    if (findings.empty()) return;
    for (const detect::Incident& incident : book_.incidents()) {
        if (incident.open() && detect::is_water(incident.finding.rule)) {
            rules_ |= std::uint32_t{1} << static_cast<std::uint32_t>(incident.finding.rule);
        }
    }
}

}  // namespace millrace::app
