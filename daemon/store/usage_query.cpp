#include "store/usage_query.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "sql/statement.h"
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
    // In 64 bits: the minutes of all those years are more than a 32-bit size holds.
    const std::int64_t at_least = (query.to - query.from) / base::length_of(query.bucket).longest;
    if (at_least > std::int64_t{ports::kMaxUsageBuckets}) return base::failure(too_many());
    buckets.reserve(static_cast<std::size_t>(at_least) + 2);
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
    "SELECT r.time_ms / 1000, r.total - coalesce("
    "  (SELECT total FROM readings b WHERE b.sensor = r.sensor AND b.series = r.series"
    "   AND (b.total, b.time_ms) < (r.total, r.time_ms) ORDER BY b.total DESC, b.time_ms DESC LIMIT 1),"
    "  (SELECT base FROM series WHERE sensor = r.sensor AND number = r.series), r.total)"
    " FROM readings r WHERE r.sensor = (SELECT number FROM device_numbers WHERE device = ?)"
    " AND r.time_ms >= ? * 1000 AND r.time_ms < ? * 1000 ORDER BY r.time_ms";

// Labels and verdicts have the start and the volume of their use, so that uses need not be looked at. The owner's word
// counts before ours.
constexpr const char* kTold =
    "SELECT start_ms, category, volume_ul FROM use_labels"
    " WHERE sensor = ?1 AND start_ms >= ?2 AND start_ms < ?3 AND category <> ''"
    " UNION ALL SELECT start_ms, category, volume_ul FROM use_verdicts v"
    " WHERE sensor = ?1 AND start_ms >= ?2 AND start_ms < ?3"
    " AND NOT EXISTS (SELECT 1 FROM use_labels l WHERE l.sensor = v.sensor AND l.start_ms = v.start_ms"
    "  AND l.overlapped = v.overlapped AND l.volume_ul = v.volume_ul AND l.category <> '')"
    " ORDER BY start_ms";

// A use may have gone on after its bucket, and its volume is what was thought when it ran: where the uses of a bucket
// took more than the bucket has, each gets its share of that.
void add_labelled(ports::UsageAnswer& answer, std::size_t bucket, const std::map<std::string, std::int64_t>& taken) {
    std::int64_t all = 0;
    for (const auto& [category, microlitres] : taken) all += microlitres;
    const std::int64_t has = answer.buckets[bucket].volume.microlitres;
    std::int64_t left = has;
    for (const auto& [category, microlitres] : taken) {
        const long double share = static_cast<long double>(microlitres) / static_cast<long double>(all);
        const auto scaled = static_cast<std::int64_t>(share * static_cast<long double>(has));
        const std::int64_t volume = std::min(all > has ? scaled : microlitres, left);
        left -= volume;
        if (volume > 0) answer.labelled.push_back({bucket, category, {volume}});
    }
}

void read_labelled(const sql::Connection& connection, const base::DeviceId& sensor, ports::UsageAnswer& answer) {
    sql::Statement rows(connection, kTold);
    rows.bind_all(sensor, answer.buckets.front().start, answer.buckets.back().end);
    std::map<std::string, std::int64_t> taken;  // of the bucket
    std::size_t bucket = 0;
    while (rows.step()) {
        const base::WallTime start = rows.time_at(0);
        if (answer.buckets[bucket].end <= start) {
            add_labelled(answer, bucket, std::exchange(taken, {}));
            while (answer.buckets[bucket].end <= start) ++bucket;
        }
        taken[rows.text(1)] += std::max<std::int64_t>(0, rows.integer(2));
    }
    add_labelled(answer, bucket, taken);
}

}  // namespace

base::Result<ports::UsageAnswer, base::Error> read_usage(const sql::Connection& connection,
                                                         const ports::UsageQuery& query) {
    auto buckets = empty_buckets(query);
    if (!buckets) return base::failure(std::move(buckets.error()));
    const meter::CalibrationTable calibration(calibrations_in_force(connection, query.sensor));
    ports::UsageAnswer answer{std::move(*buckets), calibration.calibrated(), {}};
    if (answer.buckets.empty()) return answer;

    sql::Statement rows(connection, query.bucket == base::CalendarUnit::Minute ? kReadings : kQuarters);
    rows.bind_all(query.sensor, base::unix_s(answer.buckets.front().start), base::unix_s(answer.buckets.back().end));
    const std::vector<meter::CalibrationEntry>& entries = calibration.entries();
    auto next_entry = entries.begin();
    base::VolumePerPeak per_peak = calibration.at(answer.buckets.front().start);
    auto bucket = answer.buckets.begin();
    while (rows.step()) {
        const base::WallTime time = base::from_unix_s(rows.integer(0));
        const base::PeakCount peaks{std::max<std::int64_t>(0, rows.integer(1))};
        const base::WallTime quarter = base::from_unix_s(quarter_of(time));
        while (bucket->end <= time) ++bucket;
        for (; next_entry != entries.end() && next_entry->from <= quarter; ++next_entry) {
            per_peak = next_entry->per_peak;
        }
        bucket->peaks += peaks;
        bucket->volume += peaks * per_peak;
    }
    if (query.by_category) read_labelled(connection, query.sensor, answer);
    return answer;
}

}  // namespace millrace::store
