// Makes all projections anew in tables beside the present ones, a slice at a time, while frames go on being added and
// the present tables go on being served.
//
// Where frames were dropped, it begins with the baseline: the rows that came from them are copied, and the replay goes
// on from the state they left. Then all frames of the archive are replayed in order of id. `finish` lets the new
// tables take the place of the present ones. One that is given up leaves tables behind that stand for nothing and are
// cleared away (projection_tables.h).
//
// Belongs to the thread of its connection. `step` and `finish` work inside the caller's transaction; after a rollback
// the rebuild is to be given up, because the job has seen frames that the tables have not. Throws sql::Error.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "sql/statement.h"
#include "store/archive_row.h"
#include "store/frame_table.h"
#include "store/projection_tables.h"
#include "store/projection_writer.h"
#include "store/rebuild_job.h"

namespace millrace::store {

class Rebuild {
public:
    // Makes the tables, inside the caller's transaction. `frames` and `job` outlive it.
    Rebuild(sql::Connection& connection, FrameTable& frames, const ArchiveRow& archive, RebuildJob& job);

    // Goes on until `go_on` says no; true once every frame in the archive has been replayed.
    [[nodiscard]] bool step(const GoOn& go_on);

    // Replays what is left, and switches.
    void finish();

    // A calibration that came meanwhile.
    void calibration(const ports::CalibrationRecord& record) { job_.calibration(record); }

    [[nodiscard]] std::int64_t frames_done() const { return frames_done_; }

private:
    void begin_with_baseline();
    [[nodiscard]] bool copy_some();  // false when there is nothing left to copy
    [[nodiscard]] bool copy_some_readings();
    void replay(const StoredFrame& stored);
    void forget_estimates(const ports::Frame& frame);
    void keep_lifetimes();

    sql::Connection& connection_;
    FrameTable& frames_;
    RebuildJob& job_;
    const std::int64_t baseline_frame_;
    const base::WallTime baseline_received_;
    ProjectionWriter writer_;
    ReadingTable readings_;
    sql::Statement add_opening_;
    sql::Statement drop_heard_;
    sql::Statement drop_estimates_;

    // What is still to be copied: readings by sensor, other tables by name.
    std::deque<std::int64_t> sensors_;
    std::int64_t arrival_ = 0;
    std::deque<TableCopy> copies_;

    std::vector<StoredFrame> page_;
    std::size_t next_ = 0;  // in the page
    std::int64_t last_id_ = 0;
    std::int64_t frames_done_ = 0;
};

}  // namespace millrace::store
