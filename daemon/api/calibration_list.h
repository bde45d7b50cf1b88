// What was entered of a sensor's calibration and of its meter's readings, and what of it holds. Pure.
//
// Nothing that was entered is ever changed; an undo is an entry of its own, which brings back what held before. So the
// list is read like a pile: an entry lies on those with the same `from`, an undo takes the topmost away.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "meter/calibration_table.h"
#include "ports/records.h"

namespace millrace::api {

// The `from` of a calibration that reaches back to the first reading.
inline constexpr base::WallTime kFromTheBeginning = base::from_unix_s(0);

// How the note of an undo begins; the number of what it takes away follows.
inline constexpr std::string_view kUndoNote = "undo of number ";

[[nodiscard]] bool is_undo(const ports::CalibrationRecord& record);

// Of records in order of entry those that hold, by ascending `from`: of an undone entry the one below it, with its own
// number.
[[nodiscard]] std::vector<ports::CalibrationRecord> calibrations_in_force(
    const std::vector<ports::CalibrationRecord>& records);

[[nodiscard]] meter::CalibrationTable table_of(const std::vector<ports::CalibrationRecord>& records);

struct UndoRefusal {
    bool unknown = false;  // there is no such number
    std::string reason;
};

// The record to enter so that the one with this number holds no more: one of what lies below it, or of 0, which
// withdraws.
[[nodiscard]] base::Result<ports::CalibrationRecord, UndoRefusal> undo_of(
    const std::vector<ports::CalibrationRecord>& records, std::int64_t number);

// Of readings in any order those that hold, by time: of several at one time the last, unless it takes them back.
[[nodiscard]] std::vector<ports::MeterReadingRecord> readings_in_force(
    const std::vector<ports::MeterReadingRecord>& records);

}  // namespace millrace::api
