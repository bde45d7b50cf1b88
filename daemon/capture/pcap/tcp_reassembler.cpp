#include "capture/pcap/tcp_reassembler.h"

#include <algorithm>
#include <utility>

namespace millrace::capture {
namespace {

// Further than this from the expected byte, a segment belongs to another connection between the same ports, whose SYN
// was not captured. One alone may be damaged, so it takes a few in a row.
constexpr std::int64_t kFar = 4 * 1024 * 1024;
constexpr int kFarSegmentsToRestart = 3;

}  // namespace

std::int64_t TcpReassembler::position_of(std::uint32_t sequence) const {
    const auto expected = static_cast<std::uint32_t>(first_sequence_ + static_cast<std::uint64_t>(next_));
    return next_ + static_cast<std::int32_t>(sequence - expected);
}

bool TcpReassembler::is_far(std::int64_t position) const {
    return position < next_ - kFar || position > next_ + kFar;
}

bool TcpReassembler::on_syn(std::uint32_t sequence) {
    const std::uint32_t first = sequence + 1;  // the SYN itself takes a number
    if (started_) return first == first_sequence_;
    started_ = true;
    first_sequence_ = first;
    return true;
}

void TcpReassembler::restart_at(std::uint32_t sequence, std::vector<Stretch>& out) {
    finish(out);
    started_ = true;
    first_sequence_ = sequence;
    next_ = 0;
    gap_ = kUnknownGap;
    far_segments_ = 0;
    acknowledged_.reset();
}

void TcpReassembler::on_bytes(std::uint32_t sequence, base::ByteView bytes, base::WallTime time,
                              std::vector<Stretch>& out) {
    if (bytes.empty()) return;
    if (!started_) restart_at(sequence, out);
    std::int64_t position = position_of(sequence);
    if (is_far(position)) {
        if (++far_segments_ < kFarSegmentsToRestart) return;
        restart_at(sequence, out);
        position = 0;
    }
    far_segments_ = 0;
    if (position < next_) {  // captured before, at least in part
        const auto known = static_cast<std::size_t>(next_ - position);
        if (known >= bytes.size()) return;
        bytes = bytes.subspan(known);
        position = next_;
    }
    if (position > next_) {
        if (held_.empty()) hole_since_ = time;
        hold(position, bytes, time);
        while (held_bytes_ > limits_.max_held_bytes || held_.size() > limits_.max_held_segments)
            give_up_hole(time, out);
        return;
    }
    out.push_back({std::exchange(gap_, 0), time, {bytes.begin(), bytes.end()}});
    next_ += static_cast<std::int64_t>(bytes.size());
    deliver_held(time, out);
}

// Keeps those parts that are not held yet.
void TcpReassembler::hold(std::int64_t position, base::ByteView bytes, base::WallTime time) {
    while (!bytes.empty()) {
        const auto after = held_.upper_bound(position);
        if (after != held_.begin()) {
            const auto& [before, piece] = *std::prev(after);
            const std::int64_t end = before + static_cast<std::int64_t>(piece.bytes.size());
            if (end > position) {
                const std::size_t known = std::min(static_cast<std::size_t>(end - position), bytes.size());
                bytes = bytes.subspan(known);
                position += static_cast<std::int64_t>(known);
                continue;
            }
        }
        std::size_t length = bytes.size();
        if (after != held_.end()) length = std::min(length, static_cast<std::size_t>(after->first - position));
        held_.emplace(position, Held{{bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length)}, time});
        held_bytes_ += length;
        bytes = bytes.subspan(length);
        position += static_cast<std::int64_t>(length);
    }
}

// Whatever has become the next bytes. Behind a filled hole they count as captured when it was filled, because nobody
// could read them earlier.
void TcpReassembler::deliver_held(base::WallTime filled, std::vector<Stretch>& out) {
    while (!held_.empty()) {
        auto& [position, piece] = *held_.begin();
        const std::int64_t end = position + static_cast<std::int64_t>(piece.bytes.size());
        if (position > next_) break;
        held_bytes_ -= piece.bytes.size();
        if (end > next_) {
            if (position < next_) drop_front(piece.bytes, static_cast<std::size_t>(next_ - position));
            out.push_back({std::exchange(gap_, 0), std::max(piece.time, filled), std::move(piece.bytes)});
            next_ = end;
        }
        held_.erase(held_.begin());
    }
    if (!held_.empty()) hole_since_ = filled;
}

void TcpReassembler::give_up_hole(base::WallTime now, std::vector<Stretch>& out) {
    const auto first = held_.begin();
    if (gap_ != kUnknownGap) gap_ += static_cast<std::uint64_t>(first->first - next_);
    next_ = first->first;
    deliver_held(first->second.time, out);
    hole_since_ = now;
}

bool TcpReassembler::has_reached(std::uint32_t sequence) const {
    return !started_ || position_of(sequence) <= next_;
}

void TcpReassembler::on_acknowledged(std::uint32_t sequence) {
    if (!started_) return;
    const std::int64_t position = position_of(sequence);
    if (!is_far(position)) acknowledged_ = std::max(acknowledged_.value_or(position), position);
}

void TcpReassembler::give_up_old_holes(base::WallTime now, std::vector<Stretch>& out) {
    while (!held_.empty()) {
        const bool acknowledged = acknowledged_ && *acknowledged_ >= held_.begin()->first;
        if (now - hole_since_ < (acknowledged ? limits_.acknowledged_hole : limits_.any_hole)) return;
        give_up_hole(now, out);
    }
}

void TcpReassembler::finish(std::vector<Stretch>& out) {
    while (!held_.empty()) give_up_hole(held_.begin()->second.time, out);
}

}  // namespace millrace::capture
