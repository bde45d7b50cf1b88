#include "store/category_table.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <SQLiteCpp/Database.h>

#include "classify/memory.h"
#include "store/alarm_table.h"
#include "store/connection.h"

namespace millrace::store {
namespace {

// In category_totals, beside the categories' keys.
constexpr const char* kRest = "uncategorised";

constexpr double kThousandths = 1'000;

void add_uses(SQLite::Statement& rows, std::vector<ports::KeptUse>& uses) {
    while (rows.executeStep()) uses.push_back(kept_use_at(rows));
}

}  // namespace

CategoryTable::CategoryTable(SQLite::Database& connection)
    : put_verdict_(connection,
                   "INSERT OR REPLACE INTO use_verdicts (sensor, start_ms, overlapped, volume_ul, category, confidence,"
                   " alike, as_labelled, name, cycle_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      put_total_(connection,
                 "INSERT OR REPLACE INTO category_totals (sensor, category, told_ul, owed_ul) VALUES (?, ?, ?, ?)") {}

void CategoryTable::put(const ports::UseVerdictRecord& record) {
    const ports::UseKey& use = record.use;
    const classify::Verdict& verdict = record.verdict;
    run(put_verdict_, record.sensor, use.start, std::int64_t{use.overlapped}, use.volume.microlitres,
        std::string(key(verdict.category)), std::int64_t{std::llround(verdict.confidence * kThousandths)},
        std::int64_t{verdict.alike_this_week}, std::int64_t{verdict.as_labelled}, verdict.name, verdict.machine_cycle);
}

void CategoryTable::put(const ports::CategoryTotalsRecord& record) {
    const classify::CategoryTotals& totals = record.totals;
    for (std::size_t i = 0; i < classify::kCategories; ++i) {
        if (totals.told[i] == base::Volume{} && totals.owed[i] == base::Volume{}) continue;
        run(put_total_, record.sensor, std::string(classify::kCategoryNames[i].key), totals.told[i].microlitres,
            totals.owed[i].microlitres);
    }
    run(put_total_, record.sensor, std::string(kRest), totals.uncategorised.microlitres, std::int64_t{0});
}

ports::KeptUse kept_use_at(const SQLite::Statement& row) {
    constexpr int kLabel = 8;
    constexpr int kVerdict = 12;
    ports::KeptUse kept{use_at(row)};
    if (!row.isColumnNull(kLabel)) {
        kept.label = ports::UseLabel{text_at(row, kLabel), text_at(row, kLabel + 1), text_at(row, kLabel + 2),
                                     time_at(row, kLabel + 3)};
    }
    if (row.isColumnNull(kVerdict)) return kept;
    classify::Verdict verdict;
    verdict.category = classify::category_of(text_at(row, kVerdict)).value_or(classify::Category::Other);
    verdict.confidence = static_cast<double>(int_at(row, kVerdict + 1)) / kThousandths;
    verdict.alike_this_week = static_cast<int>(int_at(row, kVerdict + 2));
    verdict.as_labelled = int_at(row, kVerdict + 3) != 0;
    verdict.name = text_at(row, kVerdict + 4);
    verdict.machine_cycle = time_at(row, kVerdict + 5);
    kept.verdict = std::move(verdict);
    return kept;
}

std::vector<base::DeviceId> sensors_with_uses(const SQLite::Database& connection) {
    std::vector<base::DeviceId> sensors;
    // From one sensor to the next, past all its uses.
    SQLite::Statement next(connection, "SELECT min(sensor) FROM uses WHERE sensor > ?");
    std::string last;
    for (;;) {
        const Rewind rewind(next);
        bind_values(next, last);
        if (!next.executeStep() || next.isColumnNull(0)) return sensors;
        last = text_at(next, 0);
        if (const auto id = base::DeviceId::parse(last)) sensors.push_back(*id);
    }
}

std::vector<std::pair<base::DeviceId, std::vector<ports::KeptUse>>> load_recent_uses(
    const SQLite::Database& connection) {
    std::vector<std::pair<base::DeviceId, std::vector<ports::KeptUse>>> recent;
    const std::vector<base::DeviceId> sensors = sensors_with_uses(connection);
    if (sensors.empty()) return recent;
    const std::int64_t limit =
        std::min(kMaxRecentUses, kMaxRecentUsesInAll / static_cast<std::int64_t>(sensors.size()));
    const std::string columns = std::string("SELECT ") + kUseColumns + kWordColumns + kUsesWithWords;
    SQLite::Statement rows(connection, columns + " WHERE sensor = ?1 ORDER BY start_ms DESC LIMIT ?2");
    SQLite::Statement labelled(connection, columns +
                                               " WHERE sensor = ?1 AND start_ms < ?2 AND l.category IS NOT NULL"
                                               " ORDER BY start_ms DESC LIMIT ?3");
    for (const base::DeviceId& sensor : sensors) {
        std::vector<ports::KeptUse> uses;
        const Rewind rewind_rows(rows);
        bind_values(rows, sensor, limit);
        add_uses(rows, uses);
        if (uses.empty()) continue;
        const Rewind rewind_labelled(labelled);
        bind_values(labelled, sensor, uses.back().use.start,
                    static_cast<std::int64_t>(classify::Memory::kMostExamples));
        add_uses(labelled, uses);
        std::reverse(uses.begin(), uses.end());
        recent.emplace_back(sensor, std::move(uses));
    }
    return recent;
}

std::vector<ports::CategoryTotalsRecord> load_category_totals(const SQLite::Database& connection) {
    std::vector<ports::CategoryTotalsRecord> records;
    SQLite::Statement rows(connection,
                           "SELECT sensor, category, told_ul, owed_ul FROM category_totals ORDER BY sensor");
    while (rows.executeStep()) {
        const auto sensor = device_at(rows, 0);
        if (!sensor) continue;
        if (records.empty() || records.back().sensor != *sensor) records.push_back({*sensor, {}});
        classify::CategoryTotals& totals = records.back().totals;
        const std::string key = text_at(rows, 1);
        if (key == kRest) {
            totals.uncategorised = {int_at(rows, 2)};
        } else if (const auto category = classify::category_of(key)) {
            totals.told[index_of(*category)] = {int_at(rows, 2)};
            totals.owed[index_of(*category)] = {int_at(rows, 3)};
        }
    }
    return records;
}

base::Result<std::vector<ports::CategorySums>, base::Error> read_category_sums(const SQLite::Database& connection,
                                                                               const ports::CategorySumsQuery& query) {
    SQLite::Statement rows(
        connection,
        "SELECT coalesce(nullif(l.category, ''), v.category) AS told,"
        " count(DISTINCT coalesce(v.cycle_ms, start_ms) * 2 + overlapped), sum(volume_ul), sum(end_ms - start_ms)" +
            std::string(kUsesWithWords) +
            " WHERE sensor = ?1 AND start_ms >= ?2 AND start_ms < ?3 AND told IS NOT NULL GROUP BY told");
    std::vector<ports::CategorySums> answer;
    for (const auto& [from, to] : query.ranges) {
        ports::CategorySums& sums = answer.emplace_back();
        const Rewind rewind(rows);
        bind_values(rows, query.sensor, from, to);
        while (rows.executeStep()) {
            const auto category = classify::category_of(text_at(rows, 0));
            if (!category) continue;
            sums[index_of(*category)] = {int_at(rows, 1), {int_at(rows, 2)}, base::Milliseconds{int_at(rows, 3)}};
        }
    }
    return answer;
}

}  // namespace millrace::store
