// Alarms with their history, uses of water with their labels, and notices on their way: primary data, which nothing
// rebuilds.
//
// Incidents, uses and labels are kept for ever. Of notices that no longer wait, those go that are old or many, some
// with each one that is written, so that no commit pays for all of them; each channel's last success stays.
//
// Written on the connection's thread, inside the caller's transaction; read on any connection. Throws
// sql::Error.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "ports/alarm_records.h"
#include "sql/statement.h"

namespace millrace::store {

// Notices that no longer wait: a month to look something up, and some 5 MB at most.
inline constexpr std::chrono::hours kDeliveriesKept{30 * 24};
inline constexpr std::int64_t kMaxDeliveriesKept = 10'000;

// Cleared incidents that a restart still knows.
inline constexpr std::int64_t kClearedLoaded = 100;

class AlarmTable {
public:
    explicit AlarmTable(sql::Connection& connection);

    void put(const ports::AlarmRecord& record);
    void put(const ports::UseRecord& record);
    void put(const ports::UseLabelRecord& record);
    void put(const ports::DeliveryRecord& record);

private:
    sql::Statement put_incident_;
    sql::Statement add_event_;
    sql::Statement put_use_;
    sql::Statement put_label_;
    sql::Statement drop_label_;
    sql::Statement put_delivery_;
    sql::Statement drop_deliveries_;
};

// Open ones and those cleared last, by id.
[[nodiscard]] std::vector<detect::Incident> read_kept_incidents(const sql::Connection& connection);
[[nodiscard]] std::int64_t read_last_incident(const sql::Connection& connection);

// Those that wait, by number, and after them each channel's last delivered one.
[[nodiscard]] std::vector<ports::DeliveryRecord> read_kept_deliveries(const sql::Connection& connection);
[[nodiscard]] std::int64_t read_last_delivery(const sql::Connection& connection);

// From the columns id, device and kStandingColumns; nothing when the device is none.
inline constexpr const char* kStandingColumns =
    "rule, severity, state, raised_ms, cleared_ms, snoozed_until_ms, answered_by, note, not_a_leak, reopened,"
    " finding, detail";
[[nodiscard]] std::optional<detect::Incident> incident_at(const sql::Statement& row);

inline constexpr const char* kUseColumns =
    "start_ms, overlapped, volume_ul, end_ms, peak_ul_s, mean_ul_s, base_ul_s, shape";
[[nodiscard]] detect::Use use_at(const sql::Statement& row);

inline constexpr const char* kDeliveryColumns =
    "number, channel, incident, kind, state, queued_ms, next_try_ms, tries, delivered_ms, error, title, text";
[[nodiscard]] ports::DeliveryRecord delivery_at(const sql::Statement& row);

}  // namespace millrace::store
