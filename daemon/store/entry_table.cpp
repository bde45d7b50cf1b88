#include "store/entry_table.h"

#include <map>

#include "sql/statement.h"
#include "sql/upsert.h"

namespace millrace::store {

EntryTable::EntryTable(sql::Connection& connection)
    : add_calibration_(connection,
                       "INSERT INTO calibrations (sensor, from_ms, ul_per_peak, after_frame, source, entered_ms, note)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number"),
      add_meter_reading_(connection,
                         "INSERT INTO meter_readings (sensor, time_ms, volume_ul, withdrawn) VALUES (?, ?, ?, ?)"),
      put_spell_(connection, sql::upsert("spells", 3, "kind, bridge, from_ms, to_ms, detail")),
      put_choice_(connection, sql::upsert("choices", 1, "name, value, configured")) {}

ports::CalibrationRecord EntryTable::add(ports::CalibrationRecord record) {
    record.number = *add_calibration_.number(record.sensor, record.entry.from, record.entry.per_peak.microlitres,
                                             record.after_frame, static_cast<std::int64_t>(record.source),
                                             record.entered, record.note);
    return record;
}

void EntryTable::add(const ports::MeterReadingRecord& record) {
    add_meter_reading_.post(record.sensor, record.time, record.volume.microlitres, std::int64_t{record.withdrawn});
}

void EntryTable::put(const ports::SpellRecord& record) {
    const std::string bridge = record.bridge ? record.bridge->str() : std::string();
    put_spell_.post(static_cast<std::int64_t>(record.kind), bridge, record.from, record.to, record.detail);
}

void EntryTable::put(const ports::ChoiceRecord& record) {
    put_choice_.post(record.name, record.value, record.configured);
}

std::vector<ports::CalibrationRecord> read_calibrations(const sql::Connection& connection) {
    std::vector<ports::CalibrationRecord> records;
    sql::Statement query(connection,
                         "SELECT sensor, from_ms, ul_per_peak, after_frame, source, entered_ms, note, number"
                         " FROM calibrations ORDER BY number");
    while (query.step()) {
        const auto sensor = query.device(0);
        if (!sensor) continue;
        records.push_back({*sensor,
                           {query.time_at(1), {query.integer(2)}},
                           query.integer(3),
                           static_cast<ports::CalibrationSource>(query.integer(4)),
                           query.time_at(5),
                           query.text(6),
                           query.integer(7)});
    }
    return records;
}

std::vector<meter::CalibrationEntry> calibrations_in_force(const sql::Connection& connection,
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

std::vector<ports::MeterReadingRecord> read_meter_readings(const sql::Connection& connection) {
    std::map<std::pair<base::DeviceId, base::WallTime>, ports::MeterReadingRecord> in_force;
    sql::Statement query(connection,
                         "SELECT sensor, time_ms, volume_ul, withdrawn FROM meter_readings ORDER BY number");
    while (query.step()) {
        const auto sensor = query.device(0);
        if (!sensor) continue;
        const ports::MeterReadingRecord record{*sensor, query.time_at(1), {query.integer(2)}, query.integer(3) != 0};
        in_force[{record.sensor, record.time}] = record;
    }
    std::vector<ports::MeterReadingRecord> records;
    for (auto& [key, record] : in_force) {
        if (!record.withdrawn) records.push_back(std::move(record));
    }
    return records;
}

std::vector<ports::ChoiceRecord> read_choices(const sql::Connection& connection) {
    std::vector<ports::ChoiceRecord> records;
    sql::Statement query(connection, "SELECT name, value, configured FROM choices ORDER BY name");
    while (query.step()) records.push_back({query.text(0), query.text(1), query.text(2)});
    return records;
}

std::vector<std::pair<base::DeviceId, std::vector<std::int64_t>>> read_waiting(const sql::Connection& connection) {
    std::vector<std::pair<base::DeviceId, std::vector<std::int64_t>>> waiting;
    sql::Statement query(connection, "SELECT bridge, frame FROM waiting ORDER BY bridge, frame");
    while (query.step()) {
        const auto bridge = query.device(0);
        if (!bridge) continue;
        if (waiting.empty() || waiting.back().first != *bridge)
            waiting.emplace_back(*bridge, std::vector<std::int64_t>{});
        waiting.back().second.push_back(query.integer(1));
    }
    return waiting;
}

std::optional<ports::SpellRecord> read_last_run(const sql::Connection& connection) {
    sql::Statement query(connection,
                         "SELECT kind, bridge, from_ms, to_ms, detail FROM spells WHERE kind = ? AND bridge = ''"
                         " ORDER BY from_ms DESC LIMIT 1");
    query.bind(1, static_cast<std::int64_t>(ports::SpellKind::Run));
    if (!query.step()) return std::nullopt;
    return spell_at(query);
}

ports::SpellRecord spell_at(const sql::Statement& row) {
    return {static_cast<ports::SpellKind>(row.integer(0)), row.device(1), row.time_at(2), row.time_at(3), row.text(4)};
}

}  // namespace millrace::store
