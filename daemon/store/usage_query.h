// Usage per calendar unit: of minutes from the readings, of longer ones from the quarters of an hour that the store
// keeps.
//
// A quarter belongs to the bucket that holds its start, and its water counts at the calibration in force at its
// start. A labelled use belongs to the bucket it began in. On a reader's connection and thread; throws
// sql::Error.
#pragma once

#include "base/result.h"
#include "ports/history.h"

namespace millrace::sql {
class Connection;
}  // namespace millrace::sql

namespace millrace::store {

// Fails when the range holds more than kMaxUsageBuckets buckets.
[[nodiscard]] base::Result<ports::UsageAnswer, base::Error> read_usage(const sql::Connection& connection,
                                                                       const ports::UsageQuery& query);

}  // namespace millrace::store
