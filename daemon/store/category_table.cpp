#include "store/category_table.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "classify/memory.h"
#include "sql/statement.h"
#include "sql/upsert.h"
#include "store/alarm_table.h"

namespace millrace::store {
namespace {

// In category_totals, beside the categories' keys.
constexpr const char* kRest = "uncategorised";

constexpr double kThousandths = 1'000;

void add_uses(sql::Statement& rows, std::vector<ports::KeptUse>& uses) {
    while (rows.step()) uses.push_back(kept_use_at(rows));
}

}  // namespace

CategoryTable::CategoryTable(sql::Connection& connection)
    : put_verdict_(connection, sql::upsert("use_verdicts", 4,
                                           "sensor, start_ms, overlapped, volume_ul, category, confidence, alike,"
                                           " as_labelled, name, cycle_ms")),
      put_total_(connection, sql::upsert("category_totals", 2, "sensor, category, told_ul, owed_ul")) {}

void CategoryTable::put(const ports::UseVerdictRecord& record) {
    const ports::UseKey& use = record.use;
    const classify::Verdict& verdict = record.verdict;
    put_verdict_.post(record.sensor, use.start, std::int64_t{use.overlapped}, use.volume.microlitres,
                      std::string(key(verdict.category)), std::int64_t{std::llround(verdict.confidence * kThousandths)},
                      std::int64_t{verdict.alike_this_week}, std::int64_t{verdict.as_labelled}, verdict.name,
                      verdict.machine_cycle);
}

void CategoryTable::put(const ports::CategoryTotalsRecord& record) {
    const classify::CategoryTotals& totals = record.totals;
    for (std::size_t i = 0; i < classify::kCategories; ++i) {
        if (totals.told[i] == base::Volume{} && totals.owed[i] == base::Volume{}) continue;
        put_total_.post(record.sensor, std::string(classify::kCategoryNames[i].key), totals.told[i].microlitres,
                        totals.owed[i].microlitres);
    }
    put_total_.post(record.sensor, std::string(kRest), totals.uncategorised.microlitres, std::int64_t{0});
}

ports::KeptUse kept_use_at(const sql::Statement& row) {
    constexpr int kLabel = 8;
    constexpr int kVerdict = 12;
    ports::KeptUse kept{use_at(row)};
    if (!row.is_null(kLabel)) {
        kept.label =
            ports::UseLabel{row.text(kLabel), row.text(kLabel + 1), row.text(kLabel + 2), row.time_at(kLabel + 3)};
    }
    if (row.is_null(kVerdict)) return kept;
    classify::Verdict verdict;
    verdict.category = classify::category_of(row.text(kVerdict)).value_or(classify::Category::Other);
    verdict.confidence = static_cast<double>(row.integer(kVerdict + 1)) / kThousandths;
    verdict.alike_this_week = static_cast<int>(row.integer(kVerdict + 2));
    verdict.as_labelled = row.integer(kVerdict + 3) != 0;
    verdict.name = row.text(kVerdict + 4);
    verdict.machine_cycle = row.time_at(kVerdict + 5);
    kept.verdict = std::move(verdict);
    return kept;
}

std::vector<base::DeviceId> sensors_with_uses(const sql::Connection& connection) {
    std::vector<base::DeviceId> sensors;
    // From one sensor to the next, past all its uses.
    sql::Statement next(connection, "SELECT min(sensor) FROM uses WHERE sensor > ?");
    std::string last;
    for (;;) {
        const sql::Rewind rewind(next);
        next.bind_all(last);
        if (!next.step() || next.is_null(0)) return sensors;
        last = next.text(0);
        if (const auto id = base::DeviceId::parse(last)) sensors.push_back(*id);
    }
}

std::vector<std::pair<base::DeviceId, std::vector<ports::KeptUse>>> load_recent_uses(
    const sql::Connection& connection) {
    std::vector<std::pair<base::DeviceId, std::vector<ports::KeptUse>>> recent;
    const std::vector<base::DeviceId> sensors = sensors_with_uses(connection);
    if (sensors.empty()) return recent;
    const std::int64_t limit =
        std::min(kMaxRecentUses, kMaxRecentUsesInAll / static_cast<std::int64_t>(sensors.size()));
    const std::string columns = std::string("SELECT ") + kUseColumns + kWordColumns + kUsesWithWords;
    sql::Statement rows(connection, columns + " WHERE sensor = ?1 ORDER BY start_ms DESC LIMIT ?2");
    sql::Statement labelled(connection, columns +
                                            " WHERE sensor = ?1 AND start_ms < ?2 AND l.category IS NOT NULL"
                                            " ORDER BY start_ms DESC LIMIT ?3");
    for (const base::DeviceId& sensor : sensors) {
        std::vector<ports::KeptUse> uses;
        const sql::Rewind rewind_rows(rows);
        rows.bind_all(sensor, limit);
        add_uses(rows, uses);
        if (uses.empty()) continue;
        const sql::Rewind rewind_labelled(labelled);
        labelled.bind_all(sensor, uses.back().use.start, static_cast<std::int64_t>(classify::Memory::kMostExamples));
        add_uses(labelled, uses);
        std::reverse(uses.begin(), uses.end());
        recent.emplace_back(sensor, std::move(uses));
    }
    return recent;
}

std::vector<ports::CategoryTotalsRecord> load_category_totals(const sql::Connection& connection) {
    std::vector<ports::CategoryTotalsRecord> records;
    sql::Statement rows(connection, "SELECT sensor, category, told_ul, owed_ul FROM category_totals ORDER BY sensor");
    while (rows.step()) {
        const auto sensor = rows.device(0);
        if (!sensor) continue;
        if (records.empty() || records.back().sensor != *sensor) records.push_back({*sensor, {}});
        classify::CategoryTotals& totals = records.back().totals;
        const std::string key = rows.text(1);
        if (key == kRest) {
            totals.uncategorised = {rows.integer(2)};
        } else if (const auto category = classify::category_of(key)) {
            totals.told[index_of(*category)] = {rows.integer(2)};
            totals.owed[index_of(*category)] = {rows.integer(3)};
        }
    }
    return records;
}

base::Result<std::vector<ports::CategorySums>, base::Error> read_category_sums(const sql::Connection& connection,
                                                                               const ports::CategorySumsQuery& query) {
    sql::Statement rows(
        connection,
        "SELECT * FROM (SELECT coalesce(nullif(l.category, ''), v.category) AS told,"
        " count(DISTINCT coalesce(v.cycle_ms, start_ms) * 2 + overlapped), sum(volume_ul), sum(end_ms - start_ms)" +
            std::string(kUsesWithWords) +
            " WHERE sensor = ?1 AND start_ms >= ?2 AND start_ms < ?3 GROUP BY told) AS sums WHERE told IS NOT NULL");
    std::vector<ports::CategorySums> answer;
    for (const auto& [from, to] : query.ranges) {
        ports::CategorySums& sums = answer.emplace_back();
        const sql::Rewind rewind(rows);
        rows.bind_all(query.sensor, from, to);
        while (rows.step()) {
            const auto category = classify::category_of(rows.text(0));
            if (!category) continue;
            sums[index_of(*category)] = {rows.integer(1), {rows.integer(2)}, base::Milliseconds{rows.integer(3)}};
        }
    }
    return answer;
}

}  // namespace millrace::store
