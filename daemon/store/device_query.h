// Pages of what a device has said of itself. On a reader's connection and thread; throws sql::Error.
#pragma once

#include <cstddef>
#include <map>

#include "base/result.h"
#include "base/time.h"
#include "ports/device_history.h"

namespace millrace::sql {
class Connection;
}  // namespace millrace::sql

namespace millrace::store {

// Whatever was asked for, a page ends here, or once its texts fill this: whoever asked writes them out on the loop.
inline constexpr std::size_t kMaxReportsPerPage = 1'000;
inline constexpr std::size_t kFullReportPageBytes = 1U << 20;

// Bridges repeat a boot frame every few seconds until it is answered. So long a silence between two of a device means
// that it has booted again.
inline constexpr base::Seconds kBootRepeats{60};

[[nodiscard]] base::Result<ports::DevicePage<ports::StateRecord>, base::Error> read_states(
    const sql::Connection& connection, const ports::DeviceQuery& query);
[[nodiscard]] base::Result<ports::DevicePage<ports::EventRecord>, base::Error> read_events(
    const sql::Connection& connection, const ports::DeviceQuery& query);
[[nodiscard]] base::Result<ports::DevicePage<ports::LogRecord>, base::Error> read_logs(
    const sql::Connection& connection, const ports::DeviceQuery& query);

// By topics, which are not sealed. What retention has dropped is not found.
[[nodiscard]] base::Result<ports::BootPage, base::Error> read_boots(const sql::Connection& connection,
                                                                    const ports::BootQuery& query);

struct EverySensor {};
[[nodiscard]] base::Result<std::map<base::DeviceId, base::WallTime>, base::Error> read_first_readings(
    const sql::Connection& connection, const EverySensor&);

}  // namespace millrace::store
