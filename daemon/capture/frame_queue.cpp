#include "capture/frame_queue.h"

#include <limits>
#include <utility>

#include <boost/asio/post.hpp>

namespace millrace::capture {

namespace {

std::size_t size_of(const ports::Frame& frame) {
    return sizeof frame + frame.topic.size() + frame.payload.size();
}

}  // namespace

void FrameQueue::push(ports::ConnectionOpened opened) {
    items_.emplace_back(std::move(opened));
    schedule();
}

void FrameQueue::push(ports::ConnectionClosed closed) {
    items_.emplace_back(std::move(closed));
    schedule();
}

bool FrameQueue::push(ports::ConnectionId connection, ports::Frame frame, ports::Receipt receipt) {
    const std::size_t size = size_of(frame);
    ++arrived_;
    if (frames_ >= context_.limits.max_queued_frames || frame_bytes_ + size > context_.limits.max_queued_frame_bytes) {
        ++context_.counters.frames_dropped;
        return false;
    }
    context_.counters.count_frame(frame.direction);
    ++frames_;
    frame_bytes_ += size;
    items_.emplace_back(QueuedFrame{connection, std::move(frame), receipt});
    schedule();
    return true;
}

void FrameQueue::push_cloud_has(ports::ConnectionId connection, ports::Receipt receipt) {
    auto* last = items_.empty() ? nullptr : std::get_if<CloudHas>(&items_.back());
    if (last != nullptr && last->connection == connection) {
        last->receipt = receipt;
    } else {
        items_.emplace_back(CloudHas{connection, receipt});
    }
    schedule();
}

void FrameQueue::drain() {
    hand_over(std::numeric_limits<std::size_t>::max());
}

void FrameQueue::finish() {
    drain();
    finished_ = true;
}

void FrameQueue::schedule() {
    if (scheduled_ || finished_ || items_.empty()) return;
    scheduled_ = true;
    boost::asio::post(context_.loop, [self = shared_from_this()] {
        self->scheduled_ = false;
        if (self->finished_) return;
        const bool rush = std::exchange(self->arrived_, 0) > kRush;
        self->hand_over(rush ? kSliceInARush : kSlice);
        self->schedule();
    });
}

void FrameQueue::hand_over(std::size_t at_most) {
    for (; at_most > 0 && !items_.empty(); --at_most) {
        // Taken out before the sink is called, which may close connections and so push again.
        Item item = std::move(items_.front());
        items_.pop_front();
        if (auto* frame = std::get_if<QueuedFrame>(&item)) {
            --frames_;
            frame_bytes_ -= size_of(frame->frame);
            context_.sink.on_frame(frame->connection, std::move(frame->frame), frame->receipt);
        } else if (const auto* opened = std::get_if<ports::ConnectionOpened>(&item)) {
            context_.sink.on_opened(*opened, context_.link);
        } else if (const auto* has = std::get_if<CloudHas>(&item)) {
            context_.sink.on_cloud_has(has->connection, has->receipt);
        } else {
            context_.sink.on_closed(std::get<ports::ConnectionClosed>(item));
        }
    }
}

}  // namespace millrace::capture
