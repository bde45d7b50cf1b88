// The readings that leak detection learns from, read back at the start. Throws sql::Error.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/device_id.h"
#include "meter/reading.h"

namespace millrace::sql {
class Connection;
}  // namespace millrace::sql

namespace millrace::store {

// Newest readings of one sensor: 35 days of a busy house are some 50,000, and a meter that tells every ten seconds
// without rest makes 300,000.
inline constexpr std::int64_t kMaxLearningReadings = 300'000;
// Of all sensors together, in even shares, as they are in memory at once: 64 bytes each.
inline constexpr std::int64_t kMaxLearningInAll = 2'000'000;

// Per sensor those of the last detect::SensorDetector::kMemory before its newest, in order of arrival.
[[nodiscard]] std::vector<std::pair<base::DeviceId, std::vector<meter::Reading>>> load_learning(
    const sql::Connection& connection);

}  // namespace millrace::store
