// What frames mean, for the store: one pipeline, fed with the archive from its first frame on.
//
// Calibrations join at the frame after which they were entered, so the same archive gives the same registers. Used by
// one thread at a time: the store's writer, or that of an offline command.
#pragma once

#include <cstdint>
#include <vector>

#include "hub/pipeline.h"
#include "store/rebuild_job.h"

namespace millrace::app {

struct ReplayFigures {
    std::uint64_t frames = 0;
    std::uint64_t not_opened = 0;
    std::uint64_t not_decoded = 0;
    std::uint64_t readings = 0;
};

class Replay final : public store::RebuildJob {
public:
    explicit Replay(payload::KeyRing keys) : pipeline_(std::move(keys)) {}

    void restore(const ports::StoredState& baseline) override { pipeline_.restore(baseline); }
    void calibration(const ports::CalibrationRecord& record) override { coming_.push_back(record); }
    [[nodiscard]] bool opens(const ports::Frame& frame) const override { return pipeline_.opens(frame); }
    [[nodiscard]] store::Replayed replay(const ports::Frame& frame) override;

    [[nodiscard]] const ReplayFigures& figures() const { return figures_; }

    // Ends the replay: the state after the last frame, with every calibration in force.
    [[nodiscard]] hub::Pipeline take_pipeline();

private:
    void enter_calibrations(std::int64_t before_frame);

    hub::Pipeline pipeline_;
    std::vector<ports::CalibrationRecord> coming_;  // in order of entry, so `after_frame` never falls
    std::vector<ports::CalibrationRecord> known_;
    std::size_t next_ = 0;
    ReplayFigures figures_;
};

}  // namespace millrace::app
