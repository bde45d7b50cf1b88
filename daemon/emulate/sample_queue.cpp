#include "emulate/sample_queue.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace millrace::emulate {

base::WallTime SampleQueue::window_end(base::WallTime time) {
    const auto since_epoch = time.time_since_epoch();
    const auto windows = (since_epoch + kGrid - base::Milliseconds{1}) / kGrid;
    return base::WallTime{windows * kGrid};
}

void SampleQueue::count(const std::vector<Step>& steps) {
    if (steps.empty()) return;
    std::int64_t peaks = 0;
    for (const Step& step : steps) peaks += step.peaks.value;
    count_ += static_cast<std::uint64_t>(peaks);
    if (!has_base_) return;
    const bool low_flow = peaks == 1;
    add(low_flow ? std::chrono::ceil<base::Seconds>(steps.front().at) : window_end(steps.front().at));
}

void SampleQueue::add(base::WallTime at) {
    if (waiting_.size() >= kMaxKept) {
        waiting_.erase(waiting_.begin());
        ++given_up_;
    }
    waiting_.push_back({at, count_});
}

void SampleQueue::set_base(std::uint32_t peaks) {
    const auto acknowledged = static_cast<std::uint32_t>(acknowledged_count_);
    const std::uint32_t ahead = peaks - (base_ + acknowledged);
    const bool same_series = had_base_ && ahead <= count_ - acknowledged_count_;
    if (!same_series) base_ = peaks - acknowledged;
    has_base_ = had_base_ = true;
}

base::WallTime SampleQueue::due() const {
    if (waiting_.empty()) return base::WallTime::max();
    if (waiting_.size() >= kMaxPerMessage) return waiting_.front().at;
    return waiting_.front().at + kBatchTime;
}

message::Samples SampleQueue::next_message() const {
    const std::size_t size = std::min(waiting_.size(), kMaxPerMessage);
    return {samples({waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(size)})};
}

std::vector<SampleQueue::Entry> SampleQueue::take_next_message() {
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), kMaxPerMessage));
    std::vector<Entry> entries(waiting_.begin(), end);
    waiting_.erase(waiting_.begin(), end);
    return entries;
}

void SampleQueue::sent(std::uint16_t packet_id) {
    outstanding_.push_back({packet_id, take_next_message()});
}

std::vector<message::Sample> SampleQueue::sent_for_good() {
    const std::vector<Entry> entries = take_next_message();
    if (!entries.empty()) acknowledged_count_ = entries.back().count;
    return samples(entries);
}

std::vector<message::Sample> SampleQueue::acknowledge(std::uint16_t packet_id) {
    const auto message = std::find_if(outstanding_.begin(), outstanding_.end(),
                                      [&](const Message& other) { return other.packet_id == packet_id; });
    if (message == outstanding_.end()) return {};
    const std::vector<Entry> entries = std::move(message->entries);
    if (message == outstanding_.begin() && !entries.empty()) acknowledged_count_ = entries.back().count;
    outstanding_.erase(message);
    return samples(entries);
}

std::size_t SampleQueue::outstanding_samples() const {
    std::size_t samples = 0;
    for (const Message& message : outstanding_) samples += message.entries.size();
    return samples;
}

void SampleQueue::requeue() {
    std::vector<Entry> all;
    for (const Message& message : outstanding_) all.insert(all.end(), message.entries.begin(), message.entries.end());
    outstanding_.clear();
    waiting_.insert(waiting_.begin(), all.begin(), all.end());
}

std::vector<message::Sample> SampleQueue::samples(const std::vector<Entry>& entries) const {
    std::vector<message::Sample> samples;
    samples.reserve(entries.size());
    for (const Entry& entry : entries) {
        samples.push_back({base::unix_s(entry.at), base_ + static_cast<std::uint32_t>(entry.count)});
    }
    return samples;
}

}  // namespace millrace::emulate
