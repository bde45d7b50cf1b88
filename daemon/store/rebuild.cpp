#include "store/rebuild.h"

#include "sql/statement.h"
#include "sql/upsert.h"
#include "store/entry_table.h"
#include "store/reading_table.h"
#include "store/state_loader.h"

namespace millrace::store {
namespace {

// Frames read at a time: 200 KB or so.
constexpr std::size_t kFramesPerPage = 500;

// Readings copied at a time: some milliseconds.
constexpr std::int64_t kReadingsPerPage = 200;

// Numbers for devices that have none in the new set yet; between the two stands where they come from.
constexpr const char* kAddNumbers =
    "INSERT INTO new_device_numbers (number, device) SELECT (SELECT coalesce(max(number), 0) FROM new_device_numbers)"
    " + row_number() OVER (ORDER BY device), device FROM (";
constexpr const char* kNotYetNumbered = " WHERE device NOT IN (SELECT device FROM new_device_numbers)";

// The tables are there before the statements that write them are prepared.
sql::Connection& with_new_tables(sql::Connection& connection, const ArchiveRow& archive) {
    create_tables(connection, kNew, archive.rebuilds);
    return connection;
}

}  // namespace

Rebuild::Rebuild(sql::Connection& connection, FrameTable& frames, const ArchiveRow& archive, RebuildJob& job)
    : connection_(with_new_tables(connection, archive)),
      frames_(frames),
      job_(job),
      baseline_frame_(archive.baseline_frame),
      baseline_received_(archive.baseline_received),
      writer_(connection, kNew),
      readings_(connection, kNew),
      add_opening_(connection, sql::upsert("new_frame_openings", 1, "frame, opened")),
      drop_heard_(connection,
                  "DELETE FROM new_heard WHERE received_ms = ?1"
                  " AND device IN (SELECT sensor FROM new_estimates WHERE received_ms = ?1)"),
      drop_estimates_(connection, "DELETE FROM new_estimates WHERE received_ms = ?") {
    ports::StoredState baseline;
    if (archive.has_baseline()) {
        begin_with_baseline();
        baseline = load_projected(connection, kBase);
        for (const ports::DeviceRecord& record : baseline.devices) writer_.apply(record);
        for (const ports::MeterRecord& record : baseline.meters) writer_.apply(record);
    }
    job_.restore(baseline);
    for (const ports::CalibrationRecord& record : read_calibrations(connection)) job_.calibration(record);
}

void Rebuild::begin_with_baseline() {
    // With the numbers that the devices have, rows can be copied as they are.
    connection_.execute("INSERT INTO new_device_numbers SELECT * FROM device_numbers");
    connection_.execute(
        std::string(kAddNumbers) + "SELECT device FROM base_device_numbers) AS found" + kNotYetNumbered +
        ";"
        "INSERT INTO new_series SELECT n.number, s.number, s.base FROM base_series s"
        " JOIN base_device_numbers b ON b.number = s.sensor JOIN new_device_numbers n ON n.device = b.device");
    sql::Statement numbers(connection_, "SELECT number FROM device_numbers ORDER BY number");
    while (numbers.step()) sensors_.push_back(numbers.integer(0));
    for (const char* table : {"states", "events", "logs", "estimates", "heard"}) {
        copies_.emplace_back(connection_, table, baseline_received_);
    }
}

bool Rebuild::step(const GoOn& go_on) {
    do {
        if (copy_some()) continue;
        if (next_ == page_.size()) {
            page_ = frames_.page(last_id_, kFramesPerPage);
            next_ = 0;
            if (page_.empty()) return true;
        }
        replay(page_[next_]);
        last_id_ = page_[next_].frame.id;
        ++next_;
        ++frames_done_;
    } while (go_on());
    return false;
}

void Rebuild::finish() {
    while (!step([] { return true; })) {
    }
    keep_lifetimes();
    switch_tables(connection_);
}

bool Rebuild::copy_some() {
    if (!sensors_.empty()) return copy_some_readings();
    if (copies_.empty()) return false;
    if (!copies_.front().copy_some()) copies_.pop_front();
    return true;
}

// Through the table of readings, because the quarters of an hour are made of them.
bool Rebuild::copy_some_readings() {
    sql::Statement rows(connection_,
                        std::string("SELECT ") + kReadingColumns +
                            ", arrival FROM readings WHERE sensor = ? AND arrival > ? ORDER BY arrival LIMIT ?");
    rows.bind_all(sensors_.front(), arrival_, kReadingsPerPage);
    std::int64_t read = 0;
    while (rows.step()) {
        ++read;
        arrival_ = rows.integer(7);
        const meter::Reading reading = reading_at(rows);
        if (reading.received <= baseline_received_) readings_.add(sensors_.front(), reading, std::nullopt);
    }
    if (read < kReadingsPerPage) {
        sensors_.pop_front();
        arrival_ = 0;
    }
    return true;
}

void Rebuild::replay(const StoredFrame& stored) {
    if (stored.opened == Opened::InBaseline) return;
    // A frame that the baseline has seen sealed adds something only when it opens now.
    const bool in_baseline = stored.frame.id <= baseline_frame_;
    if (in_baseline && !job_.opens(stored.frame)) return;
    const Replayed replayed = job_.replay(stored.frame);
    if (in_baseline) forget_estimates(stored.frame);
    for (const ports::Projection& projection : replayed.projections) writer_.apply(projection);
    if (replayed.opened != (stored.opened == Opened::Yes)) {
        add_opening_.run(stored.frame.id, std::int64_t{replayed.opened});
    }
}

// What was estimated of a frame while it was sealed was copied with the baseline. A frame is told by its receipt: two
// in one millisecond would have to meet.
void Rebuild::forget_estimates(const ports::Frame& frame) {
    drop_heard_.run(frame.received);
    drop_estimates_.run(frame.received);
}

// The registers stay where they are or rise, even when frames that once raised them are gone or read differently.
void Rebuild::keep_lifetimes() {
    connection_.execute(
        std::string(kAddNumbers) +
        "SELECT d.device FROM meters m JOIN device_numbers d ON d.number = m.sensor) AS found" + kNotYetNumbered +
        ";"
        "INSERT INTO new_meters (sensor, series, base, highest, last_time_ms, based_at_ms, lifetime_ul)"
        " SELECT n.number, 0, NULL, 0, NULL, NULL, m.lifetime_ul FROM meters m"
        " JOIN device_numbers d ON d.number = m.sensor JOIN new_device_numbers n ON n.device = d.device WHERE true"
        " ON CONFLICT (sensor) DO UPDATE SET lifetime_ul = CASE WHEN new_meters.lifetime_ul > excluded.lifetime_ul"
        " THEN new_meters.lifetime_ul ELSE excluded.lifetime_ul END");
}

}  // namespace millrace::store
