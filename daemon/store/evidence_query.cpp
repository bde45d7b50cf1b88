#include "store/evidence_query.h"

#include <algorithm>
#include <optional>

#include "sql/statement.h"
#include "store/entry_table.h"
#include "store/frame_table.h"
#include "store/reading_table.h"

namespace millrace::store {
namespace {

base::Error too_much() {
    return {"the range holds more than " + std::to_string(kMaxEvidence) + " records; ask for a shorter one"};
}

constexpr auto kLimit = static_cast<std::int64_t>(kMaxEvidence) + 1;

// Where the series of one sensor stood at any moment.
class Standing {
public:
    Standing(const sql::Connection& connection, std::int64_t sensor)
        : sensor_(sensor),
          next_series_(connection,
                       "SELECT series FROM readings WHERE sensor = ? AND series > ? ORDER BY series LIMIT 1"),
          lowest_(
              connection,
              "SELECT total, time_ms FROM readings WHERE sensor = ? AND series = ? ORDER BY total, time_ms LIMIT 1"),
          highest_(connection,
                   "SELECT total, time_ms FROM readings WHERE sensor = ? AND series = ?"
                   " ORDER BY total DESC, time_ms DESC LIMIT 1"),
          base_(connection, "SELECT base FROM series WHERE sensor = ? AND number = ?"),
          // The plus keeps the index by total out: the reading is near, by time.
          last_(connection,
                "SELECT total FROM readings WHERE sensor = ? AND time_ms <= ? AND +series = ?"
                " ORDER BY time_ms DESC, total DESC LIMIT 1") {}

    [[nodiscard]] std::optional<std::int64_t> series_after(std::int64_t series) {
        return next_series_.number(sensor_, series);
    }

    // The series' totals at each moment.
    [[nodiscard]] std::vector<std::int64_t> totals(std::int64_t series, const std::vector<base::WallTime>& times) {
        const Place lowest = place(lowest_, series);
        const Place highest = place(highest_, series);
        const std::int64_t start = base_.number(sensor_, series).value_or(lowest.total);
        std::vector<std::int64_t> found;
        for (const base::WallTime time : times) {
            if (time >= highest.time) {
                found.push_back(highest.total);
            } else if (time < lowest.time) {
                found.push_back(start);
            } else {
                found.push_back(last_.number(sensor_, time, series).value_or(start));
            }
        }
        return found;
    }

private:
    struct Place {
        std::int64_t total = 0;
        base::WallTime time;
    };

    Place place(sql::Statement& query, std::int64_t series) const {
        const sql::Rewind rewind(query);
        query.bind_all(sensor_, series);
        return query.step() ? Place{query.integer(0), query.time_at(1)} : Place{};
    }

    std::int64_t sensor_;
    sql::Statement next_series_;
    sql::Statement lowest_;
    sql::Statement highest_;
    sql::Statement base_;
    sql::Statement last_;
};

std::optional<std::int64_t> number_of(const sql::Connection& connection, const base::DeviceId& device) {
    sql::Statement query(connection, "SELECT number FROM device_numbers WHERE device = ?");
    return query.number(device);
}

std::vector<base::WallTime> read_heard(const sql::Connection& connection, std::int64_t sensor,
                                       const ports::EvidenceQuery& query) {
    std::vector<base::WallTime> heard;
    sql::Statement before(connection,
                          "SELECT received_ms FROM heard WHERE device = ? AND received_ms < ?"
                          " ORDER BY received_ms DESC LIMIT 1");
    if (const auto last = before.number(sensor, query.from)) heard.push_back(base::from_unix_ms(*last));
    sql::Statement rows(connection,
                        "SELECT received_ms FROM heard WHERE device = ? AND received_ms >= ? AND received_ms < ?"
                        " ORDER BY received_ms LIMIT ?");
    rows.bind_all(sensor, query.from, query.to, kLimit);
    while (rows.step()) heard.push_back(rows.time_at(0));
    return heard;
}

std::vector<meter::Reading> read_readings_in(const sql::Connection& connection, std::int64_t sensor,
                                             const ports::EvidenceQuery& query) {
    std::vector<meter::Reading> readings;
    sql::Statement rows(
        connection,
        std::string("SELECT ") + kReadingColumns +
            " FROM readings WHERE sensor = ? AND time_ms >= ? AND time_ms < ? ORDER BY time_ms, total, series LIMIT ?");
    rows.bind_all(sensor, query.from, query.to, kLimit);
    while (rows.step()) {
        readings.push_back(reading_at(rows));
    }
    return readings;
}

std::vector<ports::SpellRecord> read_spells(const sql::Connection& connection,
                                            const std::optional<base::DeviceId>& bridge,
                                            const ports::EvidenceQuery& query) {
    std::vector<ports::SpellRecord> spells;
    sql::Statement rows(connection,
                        "SELECT kind, bridge, from_ms, to_ms, detail FROM spells"
                        " WHERE kind IN (1, 2, 3) AND bridge IN ('', ?) AND to_ms >= ? AND from_ms < ?"
                        " ORDER BY from_ms LIMIT ?");
    rows.bind_all(bridge ? bridge->str() : std::string(), query.from, query.to, kLimit);
    while (rows.step()) spells.push_back(spell_at(rows));
    return spells;
}

std::vector<ports::EventRecord> read_bridge_events(const sql::Connection& connection, const base::DeviceId& bridge,
                                                   const ports::EvidenceQuery& query) {
    std::vector<ports::EventRecord> events;
    sql::Statement rows(connection,
                        "SELECT time_ms, received_ms, type, extra FROM events"
                        " WHERE device = (SELECT number FROM device_numbers WHERE device = ?)"
                        " AND time_ms >= ? AND time_ms < ? ORDER BY time_ms, type LIMIT ?");
    rows.bind_all(bridge, query.from, query.to, kLimit);
    while (rows.step()) {
        events.push_back(
            {bridge, rows.time_at(0), rows.time_at(1), static_cast<std::uint64_t>(rows.integer(2)), rows.text(3)});
    }
    return events;
}

std::optional<base::DeviceId> bridge_of(const sql::Connection& connection, std::int64_t sensor) {
    sql::Statement query(connection, "SELECT bridge FROM devices WHERE device = ?");
    query.bind(1, sensor);
    return query.step() ? query.device(0) : std::nullopt;
}

}  // namespace

base::Result<std::vector<base::PeakCount>, base::Error> read_counts(const sql::Connection& connection,
                                                                    const ports::CountQuery& query) {
    if (query.times.size() > kMaxCountTimes) {
        return base::failure(base::Error{"counts between more than " + std::to_string(kMaxCountTimes) +
                                         " moments at once; ask in parts"});
    }
    if (query.times.size() < 2) return std::vector<base::PeakCount>{};
    std::vector<base::PeakCount> counts(query.times.size() - 1);
    const auto sensor = number_of(connection, query.sensor);
    if (!sensor) return counts;
    Standing standing(connection, *sensor);
    for (auto series = standing.series_after(-1); series; series = standing.series_after(*series)) {
        const std::vector<std::int64_t> totals = standing.totals(*series, query.times);
        for (std::size_t i = 0; i < counts.size(); ++i) {
            counts[i].value += std::max<std::int64_t>(0, totals[i + 1] - totals[i]);
        }
    }
    return counts;
}

base::Result<ports::Evidence, base::Error> read_evidence(const sql::Connection& connection,
                                                         const ports::EvidenceQuery& query) {
    ports::Evidence evidence;
    evidence.calibration = meter::CalibrationTable(calibrations_in_force(connection, query.sensor));
    const auto sensor = number_of(connection, query.sensor);
    const auto bridge = sensor ? bridge_of(connection, *sensor) : std::nullopt;
    if (sensor) {
        evidence.heard = read_heard(connection, *sensor, query);
        evidence.readings = read_readings_in(connection, *sensor, query);
    }
    evidence.spells = read_spells(connection, bridge, query);
    if (bridge) evidence.bridge_events = read_bridge_events(connection, *bridge, query);
    for (const std::size_t size :
         {evidence.heard.size(), evidence.readings.size(), evidence.spells.size(), evidence.bridge_events.size()}) {
        if (size > kMaxEvidence) return base::failure(too_much());
    }
    return evidence;
}

base::Result<std::vector<ports::EstimateRecord>, base::Error> read_estimates(const sql::Connection& connection,
                                                                             const ports::EstimateQuery& query) {
    std::vector<ports::EstimateRecord> estimates;
    sql::Statement rows(connection,
                        "SELECT from_ms, to_ms, least, received_ms FROM estimates"
                        " WHERE sensor = (SELECT number FROM device_numbers WHERE device = ?)"
                        " AND from_ms >= ? AND from_ms < ? AND to_ms >= ? ORDER BY from_ms, to_ms, least LIMIT ?");
    rows.bind_all(query.sensor, query.from - kLongestEstimate, query.to, query.from, kLimit);
    while (rows.step()) {
        estimates.push_back(
            {query.sensor, rows.time_at(0), rows.time_at(1), rows.time_at(3), base::PeakCount{rows.integer(2)}});
    }
    if (estimates.size() > kMaxEvidence) return base::failure(too_much());
    return estimates;
}

base::Result<std::vector<ports::Frame>, base::Error> read_waiting_frames(const sql::Connection& connection,
                                                                         const WaitingQuery& query) {
    std::vector<ports::Frame> frames;
    sql::Statement rows(connection, std::string("SELECT ") + kFrameColumns +
                                        " FROM waiting w JOIN frames f ON f.id = w.frame"
                                        " WHERE w.bridge = ? AND w.frame > ? ORDER BY w.frame LIMIT ?");
    rows.bind_all(query.bridge, query.after, static_cast<std::int64_t>(std::min(query.limit, kMaxWaitingFrames)));
    std::size_t bytes = 0;
    while (bytes < kFullPageBytes && rows.step()) {
        frames.push_back(frame_at(rows));
        bytes += frames.back().payload.size();
    }
    return frames;
}

}  // namespace millrace::store
