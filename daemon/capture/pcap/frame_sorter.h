// Puts frames that come nearly in order of time into order.
//
// Two directions of a connection, and several connections, become whole at different moments; so frames are held back
// until enough later ones have come. Frames of one time keep their order. Pure; any thread, one at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <map>

#include "base/time.h"
#include "ports/frame.h"

namespace millrace::capture {

using FrameConsumer = std::function<void(ports::Frame)>;

struct SorterLimits {
    std::size_t max_frames = 4096;  // four days of one bridge
    std::size_t max_bytes = 8 * 1024 * 1024;
};

class FrameSorter {
public:
    explicit FrameSorter(FrameConsumer consumer, SorterLimits limits = {})
        : consumer_(std::move(consumer)), limits_(limits) {}

    void push(ports::Frame frame);
    void finish();

private:
    void release_first();

    FrameConsumer consumer_;
    SorterLimits limits_;
    std::multimap<base::WallTime, ports::Frame> frames_;
    std::size_t bytes_ = 0;
};

}  // namespace millrace::capture
