// Questions for calibration, for gaps, for estimates and for the cloud's frames. On a reader's connection and thread;
// throws sql::Error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "ports/history.h"

namespace millrace::sql {
class Connection;
}  // namespace millrace::sql

namespace millrace::store {

// No answer holds more of one kind of row: two months of a household, and 8 MB of memory. A question that finds more is
// refused; a part of its range is to be asked for.
inline constexpr std::size_t kMaxEvidence = 100'000;

// Moments in one question for counts: enough for a reading of the utility's meter a month, for 80 years.
inline constexpr std::size_t kMaxCountTimes = 1'000;

// No estimate lasts longer: a sealed message tells of the minutes before it.
inline constexpr std::chrono::hours kLongestEstimate{24};

// Frames handed over at a time, whatever was asked for.
inline constexpr std::size_t kMaxWaitingFrames = 1'000;

// See ports::CountQuery. A series that has no reading at or before a moment stands at its base there, where known, else
// at its first reading.
[[nodiscard]] base::Result<std::vector<base::PeakCount>, base::Error> read_counts(const sql::Connection& connection,
                                                                                  const ports::CountQuery& query);

// Times are from inclusive to exclusive; spells are those of the daemon and of the sensor's bridge.
[[nodiscard]] base::Result<ports::Evidence, base::Error> read_evidence(const sql::Connection& connection,
                                                                       const ports::EvidenceQuery& query);

// Those that overlap the range, by `from`.
[[nodiscard]] base::Result<std::vector<ports::EstimateRecord>, base::Error> read_estimates(
    const sql::Connection& connection, const ports::EstimateQuery& query);

struct WaitingQuery {
    base::DeviceId bridge;
    std::int64_t after = 0;
    std::size_t limit = 0;
};
[[nodiscard]] base::Result<std::vector<ports::Frame>, base::Error> read_waiting_frames(
    const sql::Connection& connection, const WaitingQuery& query);

}  // namespace millrace::store
