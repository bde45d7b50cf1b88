#include "app/replay.h"

#include <limits>
#include <set>

namespace millrace::app {

void Replay::enter_calibrations(std::int64_t before_frame) {
    std::set<base::DeviceId> changed;
    for (; next_ < coming_.size() && coming_[next_].after_frame < before_frame; ++next_) {
        known_.push_back(coming_[next_]);
        changed.insert(coming_[next_].sensor);
    }
    for (const base::DeviceId& sensor : changed) {
        pipeline_.set_calibration(sensor, hub::calibration_of(sensor, known_));
    }
}

store::Replayed Replay::replay(const ports::Frame& frame) {
    enter_calibrations(frame.id);
    hub::Outcome outcome = pipeline_.apply(frame);
    ++figures_.frames;
    figures_.readings += outcome.readings.size();
    const bool opened = outcome.understanding != hub::Understanding::NotOpened;
    if (!opened) ++figures_.not_opened;
    if (outcome.understanding == hub::Understanding::NotDecoded) ++figures_.not_decoded;
    return {std::move(outcome.projections), opened};
}

hub::Pipeline Replay::take_pipeline() {
    enter_calibrations(std::numeric_limits<std::int64_t>::max());
    return std::move(pipeline_);
}

}  // namespace millrace::app
