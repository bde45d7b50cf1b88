#include "store/frame_table.h"

#include "sql/statement.h"

namespace millrace::store {
namespace {

StoredFrame stored_at(const sql::Statement& row) {
    return {frame_at(row), static_cast<Opened>(row.integer(kOpenedColumn))};
}

std::string select(const char* rest) {
    return std::string("SELECT ") + kFrameColumns + rest;
}

}  // namespace

std::int64_t size_of(const ports::Frame& frame) {
    return static_cast<std::int64_t>(frame.topic.size() + frame.payload.size());
}

ports::Frame frame_at(const sql::Statement& row) {
    ports::Frame frame;
    frame.id = row.integer(0);
    frame.received = row.time_at(1);
    frame.direction = row.integer(2) == 0 ? base::Direction::ToCloud : base::Direction::ToBridge;
    frame.door = static_cast<ports::Door>(row.integer(3));
    frame.bridge = row.device(4);
    frame.qos = static_cast<std::uint8_t>(row.integer(5));
    frame.dup = row.integer(6) != 0;
    frame.retain = row.integer(7) != 0;
    frame.topic = row.text(8);
    const base::ByteView payload = row.bytes(9);
    frame.payload.assign(payload.begin(), payload.end());
    return frame;
}

FrameTable::FrameTable(sql::Connection& connection)
    : insert_(connection,
              "INSERT INTO frames (id, received_ms, direction, door, bridge, qos, dup, retain, topic, payload, opened)"
              " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      page_(connection, select(" FROM frames f WHERE f.id > ? ORDER BY f.id LIMIT ?")),
      newest_sealed_(connection, select(" FROM frames f WHERE f.opened = 0 ORDER BY f.id DESC LIMIT ?")),
      set_opened_(connection, "UPDATE frames SET opened = ?2 WHERE id = ?1"),
      drop_(connection, "DELETE FROM frames WHERE id = ?"),
      wait_(connection,
            "INSERT INTO waiting (frame, bridge) SELECT ?1, ?2"
            " WHERE EXISTS (SELECT 1 FROM frames WHERE id = ?1) ON CONFLICT DO NOTHING"),
      waits_(connection, "SELECT 1 FROM waiting WHERE frame = ?"),
      count_kept_(connection,
                  "SELECT count(*), coalesce(sum(octet_length(f.topic) + octet_length(f.payload)), 0)"
                  " FROM waiting w JOIN frames f ON f.id = w.frame"
                  " WHERE w.bridge = ? AND w.frame <= ? AND f.opened = 2"),
      drop_kept_(connection,
                 "DELETE FROM frames WHERE opened = 2 AND id IN"
                 " (SELECT frame FROM waiting WHERE bridge = ? AND frame <= ?)"),
      end_wait_(connection, "DELETE FROM waiting WHERE bridge = ? AND frame <= ?") {}

void FrameTable::add(const ports::Frame& frame, bool opened) {
    insert_.post(frame.id, frame.received, static_cast<std::int64_t>(frame.direction),
                 static_cast<std::int64_t>(frame.door), frame.bridge, std::int64_t{frame.qos}, std::int64_t{frame.dup},
                 std::int64_t{frame.retain}, frame.topic, base::ByteView(frame.payload), std::int64_t{opened});
}

std::vector<StoredFrame> FrameTable::page(std::int64_t after, std::size_t limit) {
    std::vector<StoredFrame> frames;
    const sql::Rewind rewind(page_);
    page_.bind_all(after, static_cast<std::int64_t>(limit));
    std::size_t bytes = 0;
    while (bytes < kFullPageBytes && page_.step()) {
        frames.push_back(stored_at(page_));
        bytes += frames.back().frame.payload.size();
    }
    return frames;
}

std::vector<ports::Frame> FrameTable::newest_sealed(std::size_t limit) {
    std::vector<ports::Frame> frames;
    const sql::Rewind rewind(newest_sealed_);
    newest_sealed_.bind_all(static_cast<std::int64_t>(limit));
    while (newest_sealed_.step()) frames.push_back(frame_at(newest_sealed_));
    return frames;
}

void FrameTable::set_opened(std::int64_t id, Opened opened) {
    set_opened_.run(id, static_cast<std::int64_t>(opened));
}

void FrameTable::drop(std::int64_t id) {
    drop_.run(id);
}

void FrameTable::wait(const base::DeviceId& bridge, std::int64_t frame) {
    wait_.post(frame, bridge);
}

bool FrameTable::waits(std::int64_t frame) {
    return waits_.number(frame).has_value();
}

FrameTable::Dropped FrameTable::end_wait(const base::DeviceId& bridge, std::int64_t frame) {
    Dropped dropped;
    {
        const sql::Rewind rewind(count_kept_);
        count_kept_.bind_all(bridge, frame);
        if (count_kept_.step()) dropped = {count_kept_.integer(0), count_kept_.integer(1)};
    }
    if (dropped.frames > 0) drop_kept_.run(bridge, frame);
    end_wait_.run(bridge, frame);
    return dropped;
}

}  // namespace millrace::store
