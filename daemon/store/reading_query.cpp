#include "store/reading_query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string_view>

#include "sql/statement.h"
#include "store/entry_table.h"
#include "store/reading_table.h"

namespace millrace::store {
namespace {

// The key of the last reading given out: "time.total.series". Pages go on above it, so that readings stored meanwhile
// neither repeat nor hide others.
struct Cursor {
    std::int64_t time_ms = 0;
    std::int64_t total = 0;
    std::int64_t series = 0;
};

std::string to_text(const meter::Reading& last) {
    return std::to_string(base::unix_ms(last.time)) + '.' + std::to_string(last.total.value) + '.' +
           std::to_string(last.series);
}

std::optional<Cursor> parse_cursor(std::string_view text) {
    std::array<std::int64_t, 3> numbers{};
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        if (i > 0 && (at == end || *at++ != '.')) return std::nullopt;
        const auto [after, error] = std::from_chars(at, end, numbers[i]);
        if (error != std::errc{}) return std::nullopt;
        at = after;
    }
    if (at != end) return std::nullopt;
    return Cursor{numbers[0], numbers[1], numbers[2]};
}

}  // namespace

base::Result<ports::ReadingPage, base::Error> read_readings(const sql::Connection& connection,
                                                            const ports::ReadingQuery& query) {
    // Below every key that starts at `from`.
    constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
    Cursor after{base::unix_ms(query.from), kLowest, kLowest};
    if (query.cursor) {
        const auto given = parse_cursor(*query.cursor);
        if (!given) return base::failure(base::Error{"this cursor is not one that millrace gave out"});
        after = std::max(*given, after, [](const Cursor& a, const Cursor& b) {
            return std::tie(a.time_ms, a.total, a.series) < std::tie(b.time_ms, b.total, b.series);
        });
    }
    const std::size_t limit = std::clamp<std::size_t>(query.limit, 1, kMaxReadingsPerPage);

    sql::Statement rows(connection,
                        std::string("SELECT ") + kReadingColumns +
                            " FROM readings WHERE sensor = (SELECT number FROM device_numbers WHERE device = ?)"
                            " AND (time_ms, total, series) > (?, ?, ?) AND time_ms < ?"
                            " ORDER BY time_ms, total, series LIMIT ?");
    rows.bind_all(query.sensor, after.time_ms, after.total, after.series, query.to,
                  static_cast<std::int64_t>(limit) + 1);
    ports::ReadingPage page;
    page.calibration = meter::CalibrationTable(calibrations_in_force(connection, query.sensor));
    while (rows.step()) {
        if (page.readings.size() == limit) {
            page.next_cursor = to_text(page.readings.back());
            break;
        }
        page.readings.push_back(reading_at(rows));
    }
    return page;
}

}  // namespace millrace::store
