// From peaks to sample messages: the part of an emulated sensor that counts and keeps.
//
// Peaks are looked at in windows of the 5 s grid: one peak in a window gives an entry at its own time, more give one
// entry at the window's end. Entries wait until enough time has passed to send them together and are kept until their
// message is acknowledged, over lost connections and restarts, as the sensor's own memory does. The queue counts from
// the sensor's start; what an entry's value is on the wire depends on the base the server gives. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "base/time.h"
#include "emulate/water.h"
#include "message/samples.h"

namespace millrace::emulate {

class SampleQueue {
public:
    static constexpr base::Milliseconds kGrid{5'000};
    // After the first entry's time: four full windows, so about every 20 s while water runs.
    static constexpr base::Milliseconds kBatchTime{15'000};
    static constexpr std::size_t kMaxPerMessage = 30;
    // What a sensor out of touch keeps: at high flow a day, at low flow weeks. Then the oldest is given up.
    static constexpr std::size_t kMaxKept = 20'000;

    // The end of the grid window that holds a moment; a moment on the grid ends its own window.
    [[nodiscard]] static base::WallTime window_end(base::WallTime time);

    // All steps of one window, to be given in the order of time.
    void count(const std::vector<Step>& steps);

    // The base of a boot response. The sensor's own counter has not restarted: a base that lies between what was
    // acknowledged and what was counted is a server that knows this series, which then goes on; any other begins a new
    // series at the last acknowledged entry.
    void set_base(std::uint32_t peaks);
    // The sensor waits for its base again. Until then peaks are counted and no entries are made.
    void forget_base() { has_base_ = false; }
    [[nodiscard]] bool has_base() const { return has_base_; }

    // When the waiting entries are due to be sent; the end of time when none wait.
    [[nodiscard]] base::WallTime due() const;

    // The oldest waiting entries as one message. They go on waiting until one of the two calls below.
    [[nodiscard]] message::Samples next_message() const;
    // The next message is on its way under this identifier: outstanding until acknowledge() or requeue().
    void sent(std::uint16_t packet_id);
    // The next message is on its way and needs no acknowledgement. Gives its samples.
    std::vector<message::Sample> sent_for_good();
    // The samples of the message with this identifier; none for an unknown one.
    std::vector<message::Sample> acknowledge(std::uint16_t packet_id);
    // The connection is gone: all that is outstanding waits again, oldest first.
    void requeue();

    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
    [[nodiscard]] std::size_t outstanding_messages() const { return outstanding_.size(); }
    [[nodiscard]] std::size_t outstanding_samples() const;
    [[nodiscard]] std::uint64_t given_up() const { return given_up_; }

private:
    struct Entry {
        base::WallTime at;
        std::uint64_t count = 0;  // since the sensor's start
    };
    struct Message {
        std::uint16_t packet_id;
        std::vector<Entry> entries;
    };

    void add(base::WallTime at);
    std::vector<Entry> take_next_message();
    [[nodiscard]] std::vector<message::Sample> samples(const std::vector<Entry>& entries) const;

    std::uint64_t count_ = 0;
    std::uint64_t acknowledged_count_ = 0;
    std::uint32_t base_ = 0;  // a value on the wire is this plus the count
    bool has_base_ = false;
    bool had_base_ = false;
    std::vector<Entry> waiting_;
    std::deque<Message> outstanding_;  // in the order sent
    std::uint64_t given_up_ = 0;
};

}  // namespace millrace::emulate
