#include "store/entry_table.h"

#include <map>

#include <SQLiteCpp/Database.h>

#include "store/connection.h"

namespace millrace::store {

EntryTable::EntryTable(SQLite::Database& connection)
    : connection_(connection),
      add_calibration_(connection,
                       "INSERT INTO calibrations (sensor, from_ms, ul_per_peak, after_frame, source, entered_ms, note)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?)"),
      add_meter_reading_(connection,
                         "INSERT INTO meter_readings (sensor, time_ms, volume_ul, withdrawn) VALUES (?, ?, ?, ?)"),
      put_spell_(connection,
                 "INSERT OR REPLACE INTO spells (kind, bridge, from_ms, to_ms, detail) VALUES (?, ?, ?, ?, ?)"),
      put_choice_(connection, "INSERT OR REPLACE INTO choices (name, value, configured) VALUES (?, ?, ?)") {}

ports::CalibrationRecord EntryTable::add(ports::CalibrationRecord record) {
    run(add_calibration_, record.sensor, record.entry.from, record.entry.per_peak.microlitres, record.after_frame,
        static_cast<std::int64_t>(record.source), record.entered, record.note);
    record.number = connection_.getLastInsertRowid();
    return record;
}

void EntryTable::add(const ports::MeterReadingRecord& record) {
    run(add_meter_reading_, record.sensor, record.time, record.volume.microlitres, std::int64_t{record.withdrawn});
}

void EntryTable::put(const ports::SpellRecord& record) {
    const std::string bridge = record.bridge ? record.bridge->str() : std::string();
    run(put_spell_, static_cast<std::int64_t>(record.kind), bridge, record.from, record.to, record.detail);
}

void EntryTable::put(const ports::ChoiceRecord& record) {
    run(put_choice_, record.name, record.value, record.configured);
}

std::vector<ports::CalibrationRecord> read_calibrations(const SQLite::Database& connection) {
    std::vector<ports::CalibrationRecord> records;
    SQLite::Statement query(connection,
                            "SELECT sensor, from_ms, ul_per_peak, after_frame, source, entered_ms, note, number"
                            " FROM calibrations ORDER BY number");
    while (query.executeStep()) {
        const auto sensor = device_at(query, 0);
        if (!sensor) continue;
        records.push_back({*sensor,
                           {time_at(query, 1), {int_at(query, 2)}},
                           int_at(query, 3),
                           static_cast<ports::CalibrationSource>(int_at(query, 4)),
                           time_at(query, 5),
                           text_at(query, 6),
                           int_at(query, 7)});
    }
    return records;
}

std::vector<meter::CalibrationEntry> calibrations_in_force(const SQLite::Database& connection,
                                                           const base::DeviceId& sensor) {
    std::map<base::WallTime, base::VolumePerPeak> in_force;
    for (const ports::CalibrationRecord& record : read_calibrations(connection)) {
        if (record.sensor != sensor) continue;
        if (record.entry.per_peak.microlitres == 0) {
            in_force.erase(record.entry.from);
        } else {
            in_force[record.entry.from] = record.entry.per_peak;
        }
    }
    std::vector<meter::CalibrationEntry> entries;
    for (const auto& [from, per_peak] : in_force) entries.push_back({from, per_peak});
    return entries;
}

std::vector<ports::MeterReadingRecord> read_meter_readings(const SQLite::Database& connection) {
    std::map<std::pair<base::DeviceId, base::WallTime>, ports::MeterReadingRecord> in_force;
    SQLite::Statement query(connection,
                            "SELECT sensor, time_ms, volume_ul, withdrawn FROM meter_readings ORDER BY number");
    while (query.executeStep()) {
        const auto sensor = device_at(query, 0);
        if (!sensor) continue;
        const ports::MeterReadingRecord record{*sensor, time_at(query, 1), {int_at(query, 2)}, int_at(query, 3) != 0};
        in_force[{record.sensor, record.time}] = record;
    }
    std::vector<ports::MeterReadingRecord> records;
    for (auto& [key, record] : in_force) {
        if (!record.withdrawn) records.push_back(std::move(record));
    }
    return records;
}

std::vector<ports::ChoiceRecord> read_choices(const SQLite::Database& connection) {
    std::vector<ports::ChoiceRecord> records;
    SQLite::Statement query(connection, "SELECT name, value, configured FROM choices ORDER BY name");
    while (query.executeStep()) records.push_back({text_at(query, 0), text_at(query, 1), text_at(query, 2)});
    return records;
}

std::vector<std::pair<base::DeviceId, std::vector<std::int64_t>>> read_waiting(const SQLite::Database& connection) {
    std::vector<std::pair<base::DeviceId, std::vector<std::int64_t>>> waiting;
    SQLite::Statement query(connection, "SELECT bridge, frame FROM waiting ORDER BY bridge, frame");
    while (query.executeStep()) {
        const auto bridge = device_at(query, 0);
        if (!bridge) continue;
        if (waiting.empty() || waiting.back().first != *bridge)
            waiting.emplace_back(*bridge, std::vector<std::int64_t>{});
        waiting.back().second.push_back(int_at(query, 1));
    }
    return waiting;
}

std::optional<ports::SpellRecord> read_last_run(const SQLite::Database& connection) {
    SQLite::Statement query(connection,
                            "SELECT kind, bridge, from_ms, to_ms, detail FROM spells WHERE kind = ? AND bridge = ''"
                            " ORDER BY from_ms DESC LIMIT 1");
    query.bind(1, static_cast<std::int64_t>(ports::SpellKind::Run));
    if (!query.executeStep()) return std::nullopt;
    return spell_at(query);
}

ports::SpellRecord spell_at(const SQLite::Statement& row) {
    return {static_cast<ports::SpellKind>(int_at(row, 0)), device_at(row, 1), time_at(row, 2), time_at(row, 3),
            text_at(row, 4)};
}

}  // namespace millrace::store
