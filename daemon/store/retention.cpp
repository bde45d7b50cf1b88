#include "store/retention.h"

#include <algorithm>

#include "sql/statement.h"
#include "store/entry_table.h"
#include "store/state_loader.h"

namespace millrace::store {
namespace {

// Frames read at a time.
constexpr std::size_t kFramesPerPage = 200;

sql::Connection& with_baseline_tables(sql::Connection& connection, ArchiveRow& archive) {
    if (!has_tables(connection, kBase)) create_tables(connection, kBase, ++archive.rebuilds);
    return connection;
}

bool over(const ArchiveRow& archive, const RetentionLimits& limits) {
    return limits.bytes && archive.frame_bytes > *limits.bytes;
}

// What goes on from a frame is in these; the rest of its projections is history, which stays where it is.
bool is_state(const ports::Projection& projection) {
    return std::holds_alternative<ports::DeviceRecord>(projection) ||
           std::holds_alternative<ports::ReadingRecord>(projection) ||
           std::holds_alternative<ports::StateRecord>(projection) ||
           std::holds_alternative<ports::MeterRecord>(projection);
}

void uncount(ArchiveRow& archive, const StoredFrame& stored) {
    --archive.frames;
    archive.frame_bytes -= size_of(stored.frame);
    if (stored.opened == Opened::No) --archive.sealed_frames;
}

}  // namespace

Retention::Retention(sql::Connection& connection, FrameTable& frames, ArchiveRow& archive, RebuildJob& job)
    : connection_(with_baseline_tables(connection, archive)), frames_(frames), job_(job), writer_(connection, kBase) {
    job_.restore(load_projected(connection, kBase));
    for (const ports::CalibrationRecord& record : read_calibrations(connection)) job_.calibration(record);
}

RetentionStep Retention::step(ArchiveRow& archive, const RetentionLimits& limits, const GoOn& go_on) {
    const RetentionStep taken = go_through(archive, limits, go_on);
    trim_baseline(connection_);
    save_archive(connection_, archive);
    return taken;
}

RetentionStep Retention::go_through(ArchiveRow& archive, const RetentionLimits& limits, const GoOn& go_on) {
    for (;;) {
        const auto page = frames_.page(archive.passed_to, kFramesPerPage);
        if (page.empty()) break;
        for (const StoredFrame& stored : page) {
            const bool by_age = limits.older_than && stored.frame.received < *limits.older_than;
            if (!by_age && !over(archive, limits)) return RetentionStep::Done;
            if (const auto held = pass(archive, stored, by_age)) return *held;
            archive.passed_to = stored.frame.id;
            if (!go_on()) return RetentionStep::More;
        }
    }
    return over(archive, limits) ? drop_sealed(archive, limits, go_on) : RetentionStep::Done;
}

// Drops the frame, or leaves it behind; in both cases the baseline has it.
std::optional<RetentionStep> Retention::pass(ArchiveRow& archive, const StoredFrame& stored, bool by_age) {
    const ports::Frame& frame = stored.frame;
    const bool opened = stored.opened != Opened::No;
    if (stored.opened != Opened::InBaseline) {
        const bool opens = job_.opens(frame);
        if (opened && !opens) return RetentionStep::WaitsForKey;
        if (!opened && opens) return RetentionStep::WaitsForRebuild;
        // Sealed, it is noted once; opened by a rebuild since, it is new to the baseline.
        if (opened || frame.id > archive.baseline_frame) note(archive, frame);
    }
    const bool waits = frames_.waits(frame.id);
    if (opened && !waits) {
        frames_.drop(frame.id);
        uncount(archive, stored);
        ++(by_age ? archive.dropped_by_age : archive.dropped_by_size);
    } else if (opened) {
        frames_.set_opened(frame.id, Opened::InBaseline);
    }
    return std::nullopt;
}

void Retention::note(ArchiveRow& archive, const ports::Frame& frame) {
    for (const ports::Projection& projection : job_.replay(frame).projections) {
        if (is_state(projection)) writer_.apply(projection);
    }
    archive.baseline_frame = std::max(archive.baseline_frame, frame.id);
    archive.baseline_received = std::max(archive.baseline_received, frame.received);
}

// No opened frame is left: what there is now is sealed or waits.
RetentionStep Retention::drop_sealed(ArchiveRow& archive, const RetentionLimits& limits, const GoOn& go_on) {
    for (std::int64_t after = 0;;) {
        const auto page = frames_.page(after, kFramesPerPage);
        if (page.empty()) return RetentionStep::Done;
        for (const StoredFrame& stored : page) {
            after = stored.frame.id;
            if (stored.opened != Opened::No || frames_.waits(stored.frame.id)) continue;
            frames_.drop(stored.frame.id);
            uncount(archive, stored);
            ++archive.dropped_by_size;
            if (!over(archive, limits)) return RetentionStep::Done;
            if (!go_on()) return RetentionStep::More;
        }
    }
}

}  // namespace millrace::store
