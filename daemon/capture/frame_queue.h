// Relayed frames on their way to the decoder.
//
// Forwarding comes first: what the relay saw waits here and goes to the sink in small slices, each a handler of its
// own, so that bytes which arrive meanwhile are passed on in between; in a rush the slices shrink. When the queue is
// full, whole frames are dropped and counted. That a connection opened or closed, or what the cloud has, is never
// dropped; there are at most two of the former per connection, and of the latter at most as many as frames. Order is
// kept. Made by std::make_shared, because a slice may be under way when its owner
// goes. Loop thread only.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <variant>

#include "capture/door.h"
#include "ports/bridge_link.h"

namespace millrace::capture {

class FrameQueue : public std::enable_shared_from_this<FrameQueue> {
public:
    // What one handler hands over before others get their turn: little while frames pour in faster than any bridge
    // sends them, so that forwarding keeps the processor, and more once the rush is over.
    static constexpr std::size_t kSlice = 32;
    static constexpr std::size_t kSliceInARush = 2;
    // Frames between two handlers that make a rush. One read of 16 KB holds some 50.
    static constexpr std::size_t kRush = 8;

    explicit FrameQueue(DoorContext& context) : context_(context) {}

    void push(ports::ConnectionOpened opened);
    void push(ports::ConnectionClosed closed);
    // False when it was dropped.
    bool push(ports::ConnectionId connection, ports::Frame frame, ports::Receipt receipt);
    // Everything up to this receipt is at the cloud. Takes the place of an earlier one with nothing in between.
    void push_cloud_has(ports::ConnectionId connection, ports::Receipt receipt);

    // Frames that wait.
    [[nodiscard]] std::size_t size() const { return frames_; }

    // Hands over everything at once.
    void drain();
    // The same; afterwards nothing reaches the sink any more.
    void finish();

private:
    struct QueuedFrame {
        ports::ConnectionId connection;
        ports::Frame frame;
        ports::Receipt receipt;
    };
    struct CloudHas {
        ports::ConnectionId connection;
        ports::Receipt receipt;
    };
    using Item = std::variant<ports::ConnectionOpened, QueuedFrame, CloudHas, ports::ConnectionClosed>;

    void schedule();
    void hand_over(std::size_t at_most);

    DoorContext& context_;
    std::deque<Item> items_;
    std::size_t frames_ = 0;
    std::size_t frame_bytes_ = 0;
    std::size_t arrived_ = 0;  // since the last slice, dropped ones too
    bool scheduled_ = false;
    bool finished_ = false;
};

}  // namespace millrace::capture
