// What uses are taken for, and the totals that are shown of it: primary data, kept for ever, since the past is told
// anew only when the owner asks.
//
// Written on the connection's thread, inside the caller's transaction; read on any connection. Throws
// sql::Error.
#pragma once

#include <utility>
#include <vector>

#include "base/result.h"
#include "ports/alarm_records.h"
#include "ports/history.h"
#include "sql/statement.h"

namespace millrace::store {

// Uses of one sensor that a restart still knows: what classify::Memory holds, in a house that uses much.
inline constexpr std::int64_t kMaxRecentUses = 6'000;
// Of all sensors together, in even shares: some 400 bytes each.
inline constexpr std::int64_t kMaxRecentUsesInAll = 200'000;

class CategoryTable {
public:
    explicit CategoryTable(sql::Connection& connection);

    void put(const ports::UseVerdictRecord& record);
    void put(const ports::CategoryTotalsRecord& record);

private:
    sql::Statement put_verdict_;
    sql::Statement put_total_;
};

// After kUseColumns: the owner's word on a use and ours.
inline constexpr const char* kWordColumns =
    ", l.category, l.name, l.who, l.at_ms"
    ", v.category, v.confidence, v.alike, v.as_labelled, v.name, v.cycle_ms";
inline constexpr const char* kUsesWithWords =
    " FROM uses LEFT JOIN use_labels l USING (sensor, start_ms, overlapped, volume_ul)"
    " LEFT JOIN use_verdicts v USING (sensor, start_ms, overlapped, volume_ul)";
// From the columns kUseColumns and kWordColumns.
[[nodiscard]] ports::KeptUse kept_use_at(const sql::Statement& row);

[[nodiscard]] std::vector<base::DeviceId> sensors_with_uses(const sql::Connection& connection);

// For ports::StoredState.
[[nodiscard]] std::vector<std::pair<base::DeviceId, std::vector<ports::KeptUse>>> load_recent_uses(
    const sql::Connection& connection);
[[nodiscard]] std::vector<ports::CategoryTotalsRecord> load_category_totals(const sql::Connection& connection);

[[nodiscard]] base::Result<std::vector<ports::CategorySums>, base::Error> read_category_sums(
    const sql::Connection& connection, const ports::CategorySumsQuery& query);

}  // namespace millrace::store
