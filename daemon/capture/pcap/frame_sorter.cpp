#include "capture/pcap/frame_sorter.h"

#include <utility>

namespace millrace::capture {
namespace {

std::size_t size_of(const ports::Frame& frame) {
    return sizeof frame + frame.topic.size() + frame.payload.size();
}

}  // namespace

void FrameSorter::push(ports::Frame frame) {
    bytes_ += size_of(frame);
    const base::WallTime time = frame.received;
    frames_.emplace(time, std::move(frame));
    while (frames_.size() > limits_.max_frames || bytes_ > limits_.max_bytes) release_first();
}

void FrameSorter::finish() {
    while (!frames_.empty()) release_first();
}

void FrameSorter::release_first() {
    auto first = frames_.extract(frames_.begin());
    bytes_ -= size_of(first.mapped());
    consumer_(std::move(first.mapped()));
}

}  // namespace millrace::capture
