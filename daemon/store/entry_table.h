// What is entered and observed rather than derived from frames: calibrations, readings of the utility's meter, spells
// of time, choices.
//
// Written on the connection's thread, inside the caller's transaction; read on any connection. Throws
// sql::Error.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "ports/records.h"
#include "sql/statement.h"

namespace millrace::store {

class EntryTable {
public:
    explicit EntryTable(sql::Connection& connection);

    // Gives the record back with its number.
    ports::CalibrationRecord add(ports::CalibrationRecord record);
    void add(const ports::MeterReadingRecord& record);
    void put(const ports::SpellRecord& record);
    void put(const ports::ChoiceRecord& record);

private:
    sql::Statement add_calibration_;
    sql::Statement add_meter_reading_;
    sql::Statement put_spell_;
    sql::Statement put_choice_;
};

// In order of entry.
[[nodiscard]] std::vector<ports::CalibrationRecord> read_calibrations(const sql::Connection& connection);

// The entries of one sensor that are in force: of several with the same `from` the last entered counts, and one of
// zero withdraws it.
[[nodiscard]] std::vector<meter::CalibrationEntry> calibrations_in_force(const sql::Connection& connection,
                                                                         const base::DeviceId& sensor);

// Those in force, by sensor and time: of several at one time the last entered counts, and one may withdraw it.
[[nodiscard]] std::vector<ports::MeterReadingRecord> read_meter_readings(const sql::Connection& connection);

[[nodiscard]] std::vector<ports::ChoiceRecord> read_choices(const sql::Connection& connection);

// Ids of waiting frames, rising, per bridge.
[[nodiscard]] std::vector<std::pair<base::DeviceId, std::vector<std::int64_t>>> read_waiting(
    const sql::Connection& connection);

// The daemon's newest run.
[[nodiscard]] std::optional<ports::SpellRecord> read_last_run(const sql::Connection& connection);

// A spell from the columns kind, bridge, from_ms, to_ms, detail.
[[nodiscard]] ports::SpellRecord spell_at(const sql::Statement& row);

}  // namespace millrace::store
