#include "store/learning_loader.h"

#include <algorithm>
#include <limits>

#include "detect/sensor_detector.h"
#include "sql/statement.h"
#include "store/reading_table.h"

namespace millrace::store {
namespace {

struct Sensor {
    std::int64_t number = 0;
    base::DeviceId id;
    std::int64_t newest_ms = 0;
};

std::vector<Sensor> sensors_with_readings(const sql::Connection& connection) {
    std::vector<Sensor> sensors;
    sql::Statement rows(connection,
                        "SELECT number, device, (SELECT max(time_ms) FROM readings WHERE sensor = number)"
                        " FROM device_numbers ORDER BY number");
    while (rows.step()) {
        const auto id = rows.device(1);
        if (id && !rows.is_null(2)) sensors.push_back({rows.integer(0), *id, rows.integer(2)});
    }
    return sensors;
}

struct Arrived {
    std::int64_t arrival = 0;
    meter::Reading reading;
};

std::vector<meter::Reading> load(sql::Statement& rows, const Sensor& sensor, std::int64_t limit) {
    constexpr std::int64_t kMemoryMs = base::Milliseconds(detect::SensorDetector::kMemory).count();
    constexpr std::int64_t kEarliest = std::numeric_limits<std::int64_t>::min();
    const std::int64_t from = sensor.newest_ms < kEarliest + kMemoryMs ? kEarliest : sensor.newest_ms - kMemoryMs;
    const sql::Rewind rewind(rows);
    rows.bind_all(sensor.number, from, limit);
    // By time, as the table is ordered: SQLite would sort tens of thousands of rows in a file.
    std::vector<Arrived> arrived;
    while (rows.step()) {
        arrived.push_back({rows.integer(7), reading_at(rows)});
    }
    std::reverse(arrived.begin(), arrived.end());
    std::sort(arrived.begin(), arrived.end(), [](const Arrived& a, const Arrived& b) { return a.arrival < b.arrival; });
    std::vector<meter::Reading> readings;
    readings.reserve(arrived.size());
    for (const Arrived& each : arrived) readings.push_back(each.reading);
    return readings;
}

}  // namespace

std::vector<std::pair<base::DeviceId, std::vector<meter::Reading>>> load_learning(const sql::Connection& connection) {
    std::vector<std::pair<base::DeviceId, std::vector<meter::Reading>>> learning;
    const std::vector<Sensor> sensors = sensors_with_readings(connection);
    if (sensors.empty()) return learning;
    const std::int64_t limit =
        std::min(kMaxLearningReadings, kMaxLearningInAll / static_cast<std::int64_t>(sensors.size()));
    sql::Statement rows(connection, std::string("SELECT ") + kReadingColumns +
                                        ", arrival FROM readings WHERE sensor = ?1 AND time_ms >= ?2"
                                        " ORDER BY time_ms DESC, total DESC, series DESC LIMIT ?3");
    for (const Sensor& sensor : sensors) {
        auto readings = load(rows, sensor, limit);
        if (!readings.empty()) learning.emplace_back(sensor.id, std::move(readings));
    }
    return learning;
}

}  // namespace millrace::store
