#include "api/calibration_list.h"

#include <algorithm>
#include <map>
#include <string>

namespace millrace::api {
namespace {

using ports::CalibrationRecord;

// By `from`; the last of each holds.
using Piles = std::map<base::WallTime, std::vector<CalibrationRecord>>;

Piles piles_of(const std::vector<CalibrationRecord>& records) {
    Piles piles;
    for (const CalibrationRecord& record : records) {
        auto& pile = piles[record.entry.from];
        if (is_undo(record)) {
            if (!pile.empty()) pile.pop_back();
        } else if (record.entry.per_peak.microlitres == 0) {
            pile.clear();
        } else {
            pile.push_back(record);
        }
    }
    return piles;
}

}  // namespace

bool is_undo(const CalibrationRecord& record) {
    return record.note.starts_with(kUndoNote);
}

std::vector<CalibrationRecord> calibrations_in_force(const std::vector<CalibrationRecord>& records) {
    std::vector<CalibrationRecord> result;
    for (const auto& [from, pile] : piles_of(records)) {
        if (!pile.empty()) result.push_back(pile.back());
    }
    return result;
}

meter::CalibrationTable table_of(const std::vector<CalibrationRecord>& records) {
    std::vector<meter::CalibrationEntry> entries;
    for (const CalibrationRecord& record : calibrations_in_force(records)) entries.push_back(record.entry);
    return meter::CalibrationTable(std::move(entries));
}

base::Result<CalibrationRecord, UndoRefusal> undo_of(const std::vector<CalibrationRecord>& records,
                                                     std::int64_t number) {
    const auto found = std::find_if(records.begin(), records.end(),
                                    [number](const CalibrationRecord& record) { return record.number == number; });
    const std::string name = "number " + std::to_string(number);
    if (found == records.end()) return base::failure(UndoRefusal{true, "there is no calibration of " + name});
    const auto piles = piles_of(records);
    const std::vector<CalibrationRecord>& pile = piles.at(found->entry.from);
    if (pile.empty() || pile.back().number != number) {
        return base::failure(UndoRefusal{false, name + " is not in force"});
    }
    if (found->source == ports::CalibrationSource::Config) {
        return base::failure(
            UndoRefusal{false, name + " stands in the config file, which would bring it back; change it there"});
    }
    CalibrationRecord undo;
    undo.sensor = found->sensor;
    undo.entry.from = found->entry.from;
    undo.source = ports::CalibrationSource::Entered;
    if (pile.size() > 1) undo.entry.per_peak = pile[pile.size() - 2].entry.per_peak;
    undo.note = std::string(kUndoNote) + std::to_string(number);
    return undo;
}

std::vector<ports::MeterReadingRecord> readings_in_force(const std::vector<ports::MeterReadingRecord>& records) {
    std::map<base::WallTime, ports::MeterReadingRecord> by_time;
    for (const ports::MeterReadingRecord& record : records) by_time[record.time] = record;
    std::vector<ports::MeterReadingRecord> result;
    for (const auto& [time, record] : by_time) {
        if (!record.withdrawn) result.push_back(record);
    }
    return result;
}

}  // namespace millrace::api
