// The frame archive, and which of its frames wait for the cloud.
//
// Belongs to the thread of its connection, and works inside the caller's transaction. Throws sql::Error.
#pragma once

#include <cstdint>
#include <vector>

#include "ports/records.h"
#include "sql/statement.h"

namespace millrace::store {

// How far a frame is known. The numbers are stored.
enum class Opened : std::uint8_t {
    No = 0,          // sealed, and no key has opened it
    Yes = 1,         // opened, or plain from the start
    InBaseline = 2,  // opened, dropped for retention, and only still there because it waits for the cloud
};

struct StoredFrame {
    ports::Frame frame;
    Opened opened = Opened::Yes;
};

// What a frame counts towards the archive's size.
[[nodiscard]] std::int64_t size_of(const ports::Frame& frame);

// Columns of a frame in a query, and the frame read back from them; `opened` is the column after them.
inline constexpr const char* kFrameColumns =
    "f.id, f.received_ms, f.direction, f.door, f.bridge, f.qos, f.dup, f.retain, f.topic, f.payload, f.opened";
inline constexpr int kOpenedColumn = 10;
[[nodiscard]] ports::Frame frame_at(const sql::Statement& row);

// A page ends once its payloads fill this: a thousand frames of the largest size would be 64 MB.
inline constexpr std::size_t kFullPageBytes = 4U << 20;

class FrameTable {
public:
    explicit FrameTable(sql::Connection& connection);

    // The frame is numbered already; a number that is taken is an error.
    void add(const ports::Frame& frame, bool opened);

    // Up to `limit` frames with a higher id than `after`, in order of id; fewer when they are large, none at the end.
    [[nodiscard]] std::vector<StoredFrame> page(std::int64_t after, std::size_t limit);

    // The newest that are Opened::No, newest first.
    [[nodiscard]] std::vector<ports::Frame> newest_sealed(std::size_t limit);

    void set_opened(std::int64_t id, Opened opened);
    void drop(std::int64_t id);

    // Frames that are not in the archive do not wait.
    void wait(const base::DeviceId& bridge, std::int64_t frame);
    [[nodiscard]] bool waits(std::int64_t frame);
    struct Dropped {
        std::int64_t frames = 0;
        std::int64_t bytes = 0;
    };
    // Ends the waiting up to this frame, and drops those that were only kept for it.
    [[nodiscard]] Dropped end_wait(const base::DeviceId& bridge, std::int64_t frame);

private:
    sql::Statement insert_;
    sql::Statement page_;
    sql::Statement newest_sealed_;
    sql::Statement set_opened_;
    sql::Statement drop_;
    sql::Statement wait_;
    sql::Statement waits_;
    sql::Statement count_kept_;
    sql::Statement drop_kept_;
    sql::Statement end_wait_;
};

}  // namespace millrace::store
