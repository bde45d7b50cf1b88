#include "store/reading_table.h"

#include <algorithm>
#include <limits>

#include "base/time.h"
#include "sql/statement.h"
#include "store/projection_tables.h"

namespace millrace::store {
namespace {

// What a reading stands for, given the total below it in its series.
std::int64_t share(std::int64_t total, std::optional<std::int64_t> below) {
    return below ? std::max<std::int64_t>(0, total - *below) : 0;
}

}  // namespace

std::int64_t quarter_of(base::WallTime time) {
    const std::int64_t seconds = base::unix_s(time);
    const std::int64_t into = seconds % kQuarterSeconds;
    return seconds - (into < 0 ? into + kQuarterSeconds : into);
}

meter::Reading reading_at(const sql::Statement& row) {
    return {row.time_at(0),
            row.time_at(1),
            row.integer(2) != 0,
            row.integer(3),
            {row.integer(4)},
            {row.integer(5)},
            static_cast<meter::ReadingKind>(row.integer(6))};
}

ReadingTable::ReadingTable(sql::Connection& connection, std::string_view prefix)
    : insert_(connection,
              in_set(prefix,
                     "INSERT INTO @readings"
                     " (sensor, time_ms, total, series, received_ms, time_is_receipt, advance, kind, arrival)"
                     " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
                     " (SELECT coalesce(max(arrival), 0) + 1 FROM @readings WHERE sensor = ?1)"
                     " WHERE NOT EXISTS (SELECT 1 FROM @readings WHERE sensor = ?1 AND time_ms = ?2 AND total = ?3)")),
      move_to_end_(connection,
                   in_set(prefix,
                          "UPDATE @readings SET arrival = (SELECT max(arrival) + 1 FROM @readings WHERE sensor = ?1)"
                          " WHERE sensor = ?1 AND time_ms = ?2 AND total = ?3 AND series = ?4")),
      below_(connection, in_set(prefix,
                                "SELECT total FROM @readings WHERE sensor = ? AND series = ?"
                                " AND (total, time_ms) < (?, ?) ORDER BY total DESC, time_ms DESC LIMIT 1")),
      above_(connection, in_set(prefix,
                                "SELECT total, time_ms FROM @readings WHERE sensor = ? AND series = ?"
                                " AND (total, time_ms) > (?, ?) ORDER BY total, time_ms LIMIT 1")),
      get_base_(connection, in_set(prefix, "SELECT base FROM @series WHERE sensor = ? AND number = ?")),
      set_base_(connection, in_set(prefix,
                                   "INSERT INTO @series (sensor, number, base) VALUES (?, ?, ?)"
                                   " ON CONFLICT (sensor, number) DO UPDATE SET base = excluded.base")),
      add_to_quarter_(connection, in_set(prefix,
                                         "INSERT INTO @quarter_usage (sensor, quarter_start_s, peaks) VALUES (?, ?, ?)"
                                         " ON CONFLICT (sensor, quarter_start_s) DO UPDATE"
                                         " SET peaks = @quarter_usage.peaks + excluded.peaks")),
      drop_empty_quarter_(
          connection,
          in_set(prefix, "DELETE FROM @quarter_usage WHERE sensor = ? AND quarter_start_s = ? AND peaks = 0")) {}

bool ReadingTable::add(std::int64_t sensor, const meter::Reading& reading, std::optional<base::PeakCount> base) {
    if (base) lower_base(sensor, reading.series, base->value);
    const std::int64_t total = reading.total.value;
    const std::int64_t time_ms = base::unix_ms(reading.time);
    const int inserted =
        insert_.run(sensor, time_ms, total, reading.series, reading.received, std::int64_t{reading.time_is_receipt},
                    reading.advance.value, static_cast<std::int64_t>(reading.kind));
    if (inserted == 0) {
        if (reading.kind != meter::ReadingKind::Repeat) move_to_end_.post(sensor, time_ms, total, reading.series);
        return false;
    }
    std::optional<std::int64_t> below = below_.number(sensor, reading.series, total, time_ms);
    if (!below) below = get_base_.number(sensor, reading.series);
    add_to_quarter(sensor, quarter_of(reading.time), share(total, below));
    if (const auto above = first_above(sensor, reading.series, total, time_ms)) {
        add_to_quarter(sensor, above->quarter_start_s, share(above->total, total) - share(above->total, below));
    }
    return true;
}

void ReadingTable::lower_base(std::int64_t sensor, std::int64_t series, std::int64_t base) {
    const std::optional<std::int64_t> known = get_base_.number(sensor, series);
    if (known && *known <= base) return;
    set_base_.post(sensor, series, base);
    constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
    if (const auto first = first_above(sensor, series, kLowest, kLowest)) {
        add_to_quarter(sensor, first->quarter_start_s, share(first->total, base) - share(first->total, known));
    }
}

std::optional<ReadingTable::Place> ReadingTable::first_above(std::int64_t sensor, std::int64_t series,
                                                             std::int64_t total, std::int64_t time_ms) {
    const sql::Rewind rewind(above_);
    above_.bind_all(sensor, series, total, time_ms);
    if (!above_.step()) return std::nullopt;
    return Place{above_.integer(0), quarter_of(above_.time_at(1))};
}

void ReadingTable::add_to_quarter(std::int64_t sensor, std::int64_t quarter_start_s, std::int64_t peaks) {
    if (peaks == 0) return;
    add_to_quarter_.post(sensor, quarter_start_s, peaks);
    // A quarter without water has no row, whatever it went through to become so.
    if (peaks < 0) drop_empty_quarter_.post(sensor, quarter_start_s);
}

}  // namespace millrace::store
