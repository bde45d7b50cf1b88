// Questions about alarms, uses and notices. On a reader's connection and thread; throws sql::Error.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/result.h"
#include "ports/history.h"

namespace millrace::sql {
class Connection;
}  // namespace millrace::sql

namespace millrace::store {

// Rows of one answer, whatever was asked for.
inline constexpr std::size_t kMaxIncidentsPerPage = 1'000;
inline constexpr std::size_t kMaxUsesPerPage = 10'000;
inline constexpr std::size_t kMaxDeliveriesPerPage = 10'000;
// Of an incident's history the newest: one that comes back every half hour needs seven months for more.
inline constexpr std::size_t kMaxIncidentEvents = 10'000;

[[nodiscard]] base::Result<std::vector<detect::Incident>, base::Error> read_incidents(
    const sql::Connection& connection, const ports::IncidentQuery& query);

[[nodiscard]] base::Result<std::vector<detect::AlarmEvent>, base::Error> read_incident_history(
    const sql::Connection& connection, const ports::IncidentHistoryQuery& query);

// By start. Uses that begin at the same moment are not parted by the end of a page: it then holds more than asked for,
// up to kMaxUsesPerPage.
[[nodiscard]] base::Result<std::vector<ports::KeptUse>, base::Error> read_uses(const sql::Connection& connection,
                                                                               const ports::UseQuery& query);
[[nodiscard]] base::Result<std::optional<ports::KeptUse>, base::Error> read_use(const sql::Connection& connection,
                                                                                const ports::OneUseQuery& query);

[[nodiscard]] base::Result<std::vector<ports::DeliveryRecord>, base::Error> read_deliveries(
    const sql::Connection& connection, const ports::DeliveryQuery& query);

}  // namespace millrace::store
