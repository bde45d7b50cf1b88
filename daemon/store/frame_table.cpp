#include "store/frame_table.h"

#include <SQLiteCpp/Database.h>

#include "store/connection.h"

namespace millrace::store {
namespace {

StoredFrame stored_at(const SQLite::Statement& row) {
    return {frame_at(row), static_cast<Opened>(int_at(row, kOpenedColumn))};
}

std::string select(const char* rest) {
    return std::string("SELECT ") + kFrameColumns + rest;
}

}  // namespace

std::int64_t size_of(const ports::Frame& frame) {
    return static_cast<std::int64_t>(frame.topic.size() + frame.payload.size());
}

ports::Frame frame_at(const SQLite::Statement& row) {
    ports::Frame frame;
    frame.id = int_at(row, 0);
    frame.received = time_at(row, 1);
    frame.direction = int_at(row, 2) == 0 ? base::Direction::ToCloud : base::Direction::ToBridge;
    frame.door = static_cast<ports::Door>(int_at(row, 3));
    frame.bridge = device_at(row, 4);
    frame.qos = static_cast<std::uint8_t>(int_at(row, 5));
    frame.dup = int_at(row, 6) != 0;
    frame.retain = int_at(row, 7) != 0;
    frame.topic = text_at(row, 8);
    const SQLite::Column payload = row.getColumn(9);
    const auto* data = static_cast<const std::uint8_t*>(payload.getBlob());
    frame.payload.assign(data, data + payload.getBytes());
    return frame;
}

FrameTable::FrameTable(SQLite::Database& connection)
    : insert_(connection,
              "INSERT INTO frames (id, received_ms, direction, door, bridge, qos, dup, retain, topic, payload, opened)"
              " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      page_(connection, select(" FROM frames f WHERE f.id > ? ORDER BY f.id LIMIT ?")),
      newest_sealed_(connection, select(" FROM frames f WHERE f.opened = 0 ORDER BY f.id DESC LIMIT ?")),
      set_opened_(connection, "UPDATE frames SET opened = ?2 WHERE id = ?1"),
      drop_(connection, "DELETE FROM frames WHERE id = ?"),
      wait_(connection,
            "INSERT OR IGNORE INTO waiting (frame, bridge) SELECT ?1, ?2"
            " WHERE EXISTS (SELECT 1 FROM frames WHERE id = ?1)"),
      waits_(connection, "SELECT 1 FROM waiting WHERE frame = ?"),
      count_kept_(connection,
                  "SELECT count(*), coalesce(sum(length(CAST(f.topic AS BLOB)) + length(f.payload)), 0)"
                  " FROM waiting w JOIN frames f ON f.id = w.frame"
                  " WHERE w.bridge = ? AND w.frame <= ? AND f.opened = 2"),
      drop_kept_(connection,
                 "DELETE FROM frames WHERE opened = 2 AND id IN"
                 " (SELECT frame FROM waiting WHERE bridge = ? AND frame <= ?)"),
      end_wait_(connection, "DELETE FROM waiting WHERE bridge = ? AND frame <= ?") {}

void FrameTable::add(const ports::Frame& frame, bool opened) {
    run(insert_, frame.id, frame.received, static_cast<std::int64_t>(frame.direction),
        static_cast<std::int64_t>(frame.door), frame.bridge, std::int64_t{frame.qos}, std::int64_t{frame.dup},
        std::int64_t{frame.retain}, frame.topic, base::ByteView(frame.payload), std::int64_t{opened});
}

std::vector<StoredFrame> FrameTable::page(std::int64_t after, std::size_t limit) {
    std::vector<StoredFrame> frames;
    const Rewind rewind(page_);
    bind_values(page_, after, static_cast<std::int64_t>(limit));
    std::size_t bytes = 0;
    while (bytes < kFullPageBytes && page_.executeStep()) {
        frames.push_back(stored_at(page_));
        bytes += frames.back().frame.payload.size();
    }
    return frames;
}

std::vector<ports::Frame> FrameTable::newest_sealed(std::size_t limit) {
    std::vector<ports::Frame> frames;
    const Rewind rewind(newest_sealed_);
    bind_values(newest_sealed_, static_cast<std::int64_t>(limit));
    while (newest_sealed_.executeStep()) frames.push_back(frame_at(newest_sealed_));
    return frames;
}

void FrameTable::set_opened(std::int64_t id, Opened opened) {
    run(set_opened_, id, static_cast<std::int64_t>(opened));
}

void FrameTable::drop(std::int64_t id) {
    run(drop_, id);
}

void FrameTable::wait(const base::DeviceId& bridge, std::int64_t frame) {
    run(wait_, frame, bridge);
}

bool FrameTable::waits(std::int64_t frame) {
    return number_from(waits_, frame).has_value();
}

FrameTable::Dropped FrameTable::end_wait(const base::DeviceId& bridge, std::int64_t frame) {
    Dropped dropped;
    {
        const Rewind rewind(count_kept_);
        bind_values(count_kept_, bridge, frame);
        if (count_kept_.executeStep()) dropped = {int_at(count_kept_, 0), int_at(count_kept_, 1)};
    }
    if (dropped.frames > 0) run(drop_kept_, bridge, frame);
    run(end_wait_, bridge, frame);
    return dropped;
}

}  // namespace millrace::store
