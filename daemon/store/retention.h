// Drops frames, oldest first, without losing the history made of them.
//
// Goes through the archive in order of id. Each frame that goes, or that is passed over because it is sealed or waits
// for the cloud, is replayed into the baseline: the state that a rebuild goes on from (FORMAT.md). Opened frames go
// first. Sealed ones go only for space, when no opened one is left; waiting ones never.
//
// Belongs to the thread of its connection. `step` works inside the caller's transaction; after a rollback it is to be
// given up, because the job has seen frames that the baseline has not. Throws sql::Error.
#pragma once

#include <cstdint>
#include <optional>

#include "store/archive_row.h"
#include "store/frame_table.h"
#include "store/projection_writer.h"
#include "store/rebuild_job.h"

namespace millrace::sql {
class Connection;
}  // namespace millrace::sql

namespace millrace::store {

struct RetentionLimits {
    std::optional<base::WallTime> older_than;  // opened frames received before this go
    std::optional<std::int64_t> bytes;         // the archive is to hold no more
};

enum class RetentionStep {
    More,
    Done,
    // A frame that was sealed opens now: its water is not in history before a rebuild.
    WaitsForRebuild,
    // A frame that was opened once does not open any more: a baseline made now would lack its water.
    WaitsForKey,
};

class Retention {
public:
    // Makes the baseline's tables when there are none, inside the caller's transaction. `frames` and `job` outlive it.
    Retention(sql::Connection& connection, FrameTable& frames, ArchiveRow& archive, RebuildJob& job);

    [[nodiscard]] RetentionStep step(ArchiveRow& archive, const RetentionLimits& limits, const GoOn& go_on);

private:
    [[nodiscard]] RetentionStep go_through(ArchiveRow& archive, const RetentionLimits& limits, const GoOn& go_on);
    [[nodiscard]] std::optional<RetentionStep> pass(ArchiveRow& archive, const StoredFrame& stored, bool by_age);
    [[nodiscard]] RetentionStep drop_sealed(ArchiveRow& archive, const RetentionLimits& limits, const GoOn& go_on);
    void note(ArchiveRow& archive, const ports::Frame& frame);

    sql::Connection& connection_;
    FrameTable& frames_;
    RebuildJob& job_;
    ProjectionWriter writer_;
};

}  // namespace millrace::store
