// What is entered and observed rather than derived from frames: calibrations, readings of the utility's meter, spells
// of time, choices.
//
// Written on the connection's thread, inside the caller's transaction; read on any connection. Throws
// SQLite::Exception.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include <SQLiteCpp/Statement.h>

#include "ports/records.h"

namespace SQLite {
class Database;
}

namespace millrace::store {

class EntryTable {
public:
    explicit EntryTable(SQLite::Database& connection);

    // Gives the record back with its number.
    ports::CalibrationRecord add(ports::CalibrationRecord record);
    void add(const ports::MeterReadingRecord& record);
    void put(const ports::SpellRecord& record);
    void put(const ports::ChoiceRecord& record);

private:
    SQLite::Database& connection_;
    SQLite::Statement add_calibration_;
    SQLite::Statement add_meter_reading_;
    SQLite::Statement put_spell_;
    SQLite::Statement put_choice_;
};

// In order of entry.
[[nodiscard]] std::vector<ports::CalibrationRecord> read_calibrations(const SQLite::Database& connection);

// The entries of one sensor that are in force: of several with the same `from` the last entered counts, and one of
// zero withdraws it.
[[nodiscard]] std::vector<meter::CalibrationEntry> calibrations_in_force(const SQLite::Database& connection,
                                                                         const base::DeviceId& sensor);

// Those in force, by sensor and time: of several at one time the last entered counts, and one may withdraw it.
[[nodiscard]] std::vector<ports::MeterReadingRecord> read_meter_readings(const SQLite::Database& connection);

[[nodiscard]] std::vector<ports::ChoiceRecord> read_choices(const SQLite::Database& connection);

// Ids of waiting frames, rising, per bridge.
[[nodiscard]] std::vector<std::pair<base::DeviceId, std::vector<std::int64_t>>> read_waiting(
    const SQLite::Database& connection);

// The daemon's newest run.
[[nodiscard]] std::optional<ports::SpellRecord> read_last_run(const SQLite::Database& connection);

// A spell from the columns kind, bridge, from_ms, to_ms, detail.
[[nodiscard]] ports::SpellRecord spell_at(const SQLite::Statement& row);

}  // namespace millrace::store
