// What makes projections of frames again, for a rebuild and for the baseline that retention leaves behind. The store
// keeps frames and rows; what a frame means is known by others.
//
// Made by the app. Used by one thread at a time: the writer's while it works, or that of an offline command.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "ports/frame.h"
#include "ports/records.h"

namespace millrace::store {

struct Replayed {
    std::vector<ports::Projection> projections;
    bool opened = true;  // false when the frame is sealed and no key opened it
};

class RebuildJob {
public:
    virtual ~RebuildJob() = default;

    // First of all, once: the state to go on from, empty when the archive reaches back to the first frame. It holds no
    // calibrations.
    virtual void restore(const ports::StoredState& baseline) = 0;

    // One more calibration, in order of entry and before any frame after the one it was entered at: it is in force
    // from the first frame with a higher id than its `after_frame`.
    virtual void calibration(const ports::CalibrationRecord& record) = 0;

    // Whether the frame is plain, or one of the keys opens it. Changes nothing.
    [[nodiscard]] virtual bool opens(const ports::Frame& frame) const = 0;

    // In order of id.
    [[nodiscard]] virtual Replayed replay(const ports::Frame& frame) = 0;
};

// Makes a job with the keys there are. Called on the writer thread.
using MakeJob = std::function<std::unique_ptr<RebuildJob>()>;

// Asked between two pieces of a slice of work: false ends the slice.
using GoOn = std::function<bool()>;

}  // namespace millrace::store
