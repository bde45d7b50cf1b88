// One direction of one TCP connection: segments in any order in, bytes in order out.
//
// Bytes come out once, however often and in whatever pieces they were captured. What arrives ahead of a hole is held
// until the hole is filled. A hole is given up when the receiver has acknowledged it (then the capture missed it and
// nobody will send it again), when it has stayed open too long, or when too much is held; the bytes after it then come
// out marked with the hole's size. Pure; any thread, one at a time.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"
#include "capture/pcap/wiped_bytes.h"

namespace millrace::capture {

struct ReassemblyLimits {
    // A TCP window without scaling is 64 KiB: a sender cannot be further ahead of what its receiver has.
    std::size_t max_held_bytes = 128 * 1024;
    std::size_t max_held_segments = 1024;
    // An acknowledgement can stand in a capture a little before the data it speaks of.
    base::Milliseconds acknowledged_hole{5'000};
    // Longer than TCP itself goes on repeating; reached only when the other direction was not captured.
    base::Milliseconds any_hole{15 * 60'000};
};

// A hole of unknown size: the beginning of a connection that was not captured from its beginning.
inline constexpr std::uint64_t kUnknownGap = std::numeric_limits<std::uint64_t>::max();

// Bytes that follow on what came out before, but for `gap_before` bytes nobody captured.
struct Stretch {
    std::uint64_t gap_before = 0;
    base::WallTime time;  // when the last of what was needed had been captured
    WipedBytes bytes;
};

class TcpReassembler {
public:
    explicit TcpReassembler(ReassemblyLimits limits = {}) : limits_(limits) {}

    // Whether this SYN begins the connection (or repeats its beginning). If not, it belongs to a later connection
    // between the same ports.
    [[nodiscard]] bool on_syn(std::uint32_t sequence);

    // `sequence` is that of the first byte.
    void on_bytes(std::uint32_t sequence, base::ByteView bytes, base::WallTime time, std::vector<Stretch>& out);

    // The other side says that it has everything before `sequence`.
    void on_acknowledged(std::uint32_t sequence);

    // To be called now and then, after what was captured at `now` has been put in.
    void give_up_old_holes(base::WallTime now, std::vector<Stretch>& out);

    // Nothing more will come: gives up all holes.
    void finish(std::vector<Stretch>& out);

    // Whether everything before `sequence` has come out, or been given up.
    [[nodiscard]] bool has_reached(std::uint32_t sequence) const;

    [[nodiscard]] std::size_t held_bytes() const { return held_bytes_; }

private:
    struct Held {
        WipedBytes bytes;
        base::WallTime time;
    };

    // The position in the stream that a sequence number near the expected one means.
    [[nodiscard]] std::int64_t position_of(std::uint32_t sequence) const;
    [[nodiscard]] bool is_far(std::int64_t position) const;
    void restart_at(std::uint32_t sequence, std::vector<Stretch>& out);
    void hold(std::int64_t position, base::ByteView bytes, base::WallTime time);
    void give_up_hole(base::WallTime now, std::vector<Stretch>& out);
    void deliver_held(base::WallTime filled, std::vector<Stretch>& out);

    ReassemblyLimits limits_;
    bool started_ = false;
    std::uint32_t first_sequence_ = 0;  // of the first byte that we expected
    std::int64_t next_ = 0;             // the position expected next; the first one is 0
    std::uint64_t gap_ = 0;             // to be put in front of the next bytes
    int far_segments_ = 0;
    std::optional<std::int64_t> acknowledged_;
    base::WallTime hole_since_;
    std::map<std::int64_t, Held> held_;  // by position; they neither overlap nor touch what was delivered
    std::size_t held_bytes_ = 0;
};

}  // namespace millrace::capture
