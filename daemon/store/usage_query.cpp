#include "store/usage_query.h"

#include <algorithm>

#include <SQLiteCpp/Database.h>

#include "store/connection.h"
#include "store/entry_table.h"
#include "store/reading_table.h"

namespace millrace::store {
namespace {

// The years 0 to 9999: beyond, calendars mean nothing and the time zone library is out of its range.
constexpr std::int64_t kEarliestMs = -62'167'219'200'000;
constexpr std::int64_t kLatestMs = 253'402'300'800'000;

base::Error too_many() {
    return {"the range holds more than " + std::to_string(ports::kMaxUsageBuckets) +
            " buckets; ask for a shorter one, or for larger buckets"};
}

base::Result<std::vector<ports::UsageBucket>, base::Error> empty_buckets(const ports::UsageQuery& query) {
    std::vector<ports::UsageBucket> buckets;
    if (query.from >= query.to) return buckets;
    if (base::unix_ms(query.from) < kEarliestMs || base::unix_ms(query.to) > kLatestMs) {
        return base::failure(base::Error{"the range must lie within the years 0 to 9999"});
    }
    const auto at_least = static_cast<std::size_t>((query.to - query.from) / base::length_of(query.bucket).longest);
    if (at_least > ports::kMaxUsageBuckets) return base::failure(too_many());
    buckets.reserve(at_least + 2);
    base::WallTime start = query.zone.start_of(query.bucket, query.from);
    while (start < query.to) {
        if (buckets.size() == ports::kMaxUsageBuckets) return base::failure(too_many());
        base::WallTime end = query.zone.next_start(query.bucket, start);
        if (end <= start) end = start + base::length_of(query.bucket).longest;
        buckets.push_back({start, end, {}, {}});
        start = end;
    }
    return buckets;
}

// What each quarter of an hour has counted.
constexpr const char* kQuarters =
    "SELECT quarter_start_s, peaks FROM quarter_usage"
    " WHERE sensor = (SELECT number FROM device_numbers WHERE device = ?)"
    " AND quarter_start_s >= ? AND quarter_start_s < ? ORDER BY quarter_start_s";

// What each reading stands for, by the rule of reading_table.h, so that minutes add up to their quarter.
constexpr const char* kReadings =
    "SELECT r.time_ms / 1000, max(0, r.total - coalesce("
    "  (SELECT total FROM readings b WHERE b.sensor = r.sensor AND b.series = r.series"
    "   AND (b.total, b.time_ms) < (r.total, r.time_ms) ORDER BY b.total DESC, b.time_ms DESC LIMIT 1),"
    "  (SELECT base FROM series WHERE sensor = r.sensor AND number = r.series), r.total))"
    " FROM readings r WHERE r.sensor = (SELECT number FROM device_numbers WHERE device = ?)"
    " AND r.time_ms >= ? * 1000 AND r.time_ms < ? * 1000 ORDER BY r.time_ms";

}  // namespace

base::Result<ports::UsageAnswer, base::Error> read_usage(const SQLite::Database& connection,
                                                         const ports::UsageQuery& query) {
    auto buckets = empty_buckets(query);
    if (!buckets) return base::failure(std::move(buckets.error()));
    const meter::CalibrationTable calibration(calibrations_in_force(connection, query.sensor));
    ports::UsageAnswer answer{std::move(*buckets), calibration.calibrated()};
    if (answer.buckets.empty()) return answer;

    SQLite::Statement rows(connection, query.bucket == base::CalendarUnit::Minute ? kReadings : kQuarters);
    bind_values(rows, query.sensor, base::unix_s(answer.buckets.front().start),
                base::unix_s(answer.buckets.back().end));
    const std::vector<meter::CalibrationEntry>& entries = calibration.entries();
    auto next_entry = entries.begin();
    base::VolumePerPeak per_peak = calibration.at(answer.buckets.front().start);
    auto bucket = answer.buckets.begin();
    while (rows.executeStep()) {
        const base::WallTime time = base::from_unix_s(int_at(rows, 0));
        const base::PeakCount peaks{int_at(rows, 1)};
        const base::WallTime quarter = base::from_unix_s(quarter_of(time));
        while (bucket->end <= time) ++bucket;
        for (; next_entry != entries.end() && next_entry->from <= quarter; ++next_entry) {
            per_peak = next_entry->per_peak;
        }
        bucket->peaks += peaks;
        bucket->volume += peaks * per_peak;
    }
    return answer;
}

}  // namespace millrace::store
