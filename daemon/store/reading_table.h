// The readings, and what ran in each quarter of an hour.
//
// A quarter's usage does not depend on the order in which readings came. Within a series, readings are ordered by
// total, then time; each stands for the difference to the one before it (the first: to the series' base where that is
// known, else for nothing), in the quarter of its own time. A reading that comes late between two others takes its
// part from the upper one's quarter into its own. Whether a row was really inserted decides, not what the meter says
// of the reading: so a sample sent again heals the hole that a failed write left, and otherwise changes nothing. A
// sample that is stored in one series is not stored in another too: a day recorded and then imported counts once.
// Each reading has its place in the order they came, because the meter goes on from the ones that came last. One that
// came again, and that the meter did not know any more, is moved to the end.
// Quarters, because the offset of every time zone in use is a multiple of 15 minutes.
//
// Belongs to the thread of its connection, and works inside the caller's transaction. Throws sql::Error.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/units.h"
#include "meter/reading.h"
#include "sql/statement.h"

namespace millrace::store {

inline constexpr std::int64_t kQuarterSeconds = 15 * 60;

// The start, in Unix seconds, of the quarter of an hour that holds `time`.
[[nodiscard]] std::int64_t quarter_of(base::WallTime time);

// For reading_at().
inline constexpr const char* kReadingColumns = "time_ms, received_ms, time_is_receipt, series, total, advance, kind";
[[nodiscard]] meter::Reading reading_at(const sql::Statement& row);

class ReadingTable {
public:
    // `prefix` tells the set of tables (projection_tables.h).
    ReadingTable(sql::Connection& connection, std::string_view prefix);

    // `sensor` is its number. Of several bases told for one series the lowest counts. False when the reading is known.
    bool add(std::int64_t sensor, const meter::Reading& reading, std::optional<base::PeakCount> base);

private:
    struct Place {
        std::int64_t total = 0;
        std::int64_t quarter_start_s = 0;
    };

    void lower_base(std::int64_t sensor, std::int64_t series, std::int64_t base);
    void add_to_quarter(std::int64_t sensor, std::int64_t quarter_start_s, std::int64_t peaks);
    [[nodiscard]] std::optional<Place> first_above(std::int64_t sensor, std::int64_t series, std::int64_t total,
                                                   std::int64_t time_ms);

    sql::Statement insert_;
    sql::Statement move_to_end_;
    sql::Statement below_;
    sql::Statement above_;
    sql::Statement get_base_;
    sql::Statement set_base_;
    sql::Statement add_to_quarter_;
    sql::Statement drop_empty_quarter_;
};

}  // namespace millrace::store
