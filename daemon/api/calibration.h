// `/api/v1/sensors/{uuid}/calibration`: what a peak is worth, since when, and how that was found.
//
// A calibration is entered as known, found by a volume drawn, or by readings of the utility's meter. History follows it
// back to its `from`; without a `from` it reaches back to the first reading. The lifetime register keeps what it has
// counted and goes on at the new value, so it neither falls nor jumps.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json.h"
#include "base/time_zone.h"
#include "ports/records.h"

namespace millrace::api {

// Drawing takes minutes; a pool takes days.
inline constexpr base::Milliseconds kLongestDraw = std::chrono::hours{31 * 24};
// From a glass on: less leaves nothing to count.
inline constexpr double kLeastDrawnLitres = 0.1;

// Entries of one sensor in all, undone ones included: one a day for 27 years.
inline constexpr std::size_t kMaxCalibrations = 10'000;

// What the entries amount to now, and all that was ever entered.
[[nodiscard]] std::string calibration_document(const std::vector<ports::CalibrationRecord>& records,
                                               const base::DeviceId& sensor, const base::TimeZone& zone,
                                               base::WallTime now);

// A calibration as somebody asked for it.
struct CalibrationProposal {
    ports::CalibrationRecord record;
    std::string_view method;  // "entered", "drawn", "meter_readings"
    Json details;             // what it rests on, of this method
};

// `replaces` is the entry with the same `from`, `holds_until` the `from` of the next entry, which stays in force.
[[nodiscard]] std::string proposal_document(const CalibrationProposal& proposal,
                                            const std::vector<ports::CalibrationRecord>& records,
                                            const base::TimeZone& zone, base::WallTime now,
                                            std::optional<std::int64_t> number);

}  // namespace millrace::api
