// Which frames the cloud has missed, bridge by bridge, and in what order it is to get them.
//
// A frame that comes while we stand in for the cloud waits from then on; so does a relayed one that was on its way when
// the connection to the cloud broke. A bridge sends a message again, marked DUP, when its acknowledgement was lost: one
// that the cloud has, or that waits already, does not wait twice. Answers to our own heartbeats are not for the cloud,
// which never asked. At most `max_waiting` frames of a bridge wait; beyond that the oldest no longer do: they stay in
// the archive, and the cloud goes without. Loop thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "message/topic.h"
#include "ports/bridge_link.h"
#include "ports/frame_store.h"
#include "ports/handover.h"
#include "ports/health.h"
#include "ports/notices.h"

namespace millrace::hub {

class CloudQueue final : public ports::Handover {
public:
    CloudQueue(std::size_t max_waiting, ports::FrameStore& store, ports::WaitingFrames& archive,
               ports::Notices& notices);

    // Before the first frame.
    void restore(const ports::StoredState& stored);

    // A frame from a bridge, numbered and not stored yet; true when it waits from now on.
    [[nodiscard]] bool take(ports::ConnectionId connection, ports::CloudPath path, const ports::Frame& frame,
                            const message::Topic& topic, ports::Receipt receipt);
    // A frame that was to wait could not be stored, and will come again or is gone.
    void not_stored(const base::DeviceId& bridge, std::int64_t frame_id);

    // As in ports::FrameSink.
    void on_cloud_has(ports::ConnectionId connection, ports::Receipt receipt);
    void on_cloud_lost(ports::ConnectionId connection, const std::optional<base::DeviceId>& bridge);
    void on_closed(ports::ConnectionId connection) { relayed_.erase(connection); }

    // While the hub holds frames back that are still to be counted, nobody may conclude that nothing waits.
    void set_holding(bool holding) { holding_ = holding; }

    // Says again to the store what it had no room for; to be called now and then.
    void tick();

    // ports::Handover
    [[nodiscard]] std::size_t waiting(const base::DeviceId& bridge) const override;
    void oldest(const base::DeviceId& bridge, std::size_t limit, Frames answer) override;
    void delivered(const base::DeviceId& bridge, std::int64_t frame_id) override;

    void metrics(std::vector<ports::Metric>& metrics) const;

private:
    // A bridge has at most some thirty messages under way; twice as many cover a reconnect in the middle of them.
    static constexpr std::size_t kRemembered = 64;
    // Relayed frames of one connection that the cloud has not answered yet. A bridge pings every 21 s.
    static constexpr std::size_t kMaxUnanswered = 4096;

    struct Waiting {
        std::deque<std::int64_t> frames;   // rising
        std::optional<std::int64_t> owed;  // the store has yet to hear that the cloud has this one
        std::deque<std::size_t> recent;    // what was said last, for the cloud, waiting or there already
        bool told_full = false;
    };
    struct Relayed {
        ports::Receipt receipt;
        std::int64_t frame;
    };

    [[nodiscard]] bool seen_before(Waiting& waiting, const ports::Frame& frame);
    void drop_oldest(const base::DeviceId& bridge, Waiting& waiting);
    void tell_store(const base::DeviceId& bridge, Waiting& waiting, std::int64_t frame_id);

    const std::size_t max_waiting_;
    ports::FrameStore& store_;
    ports::WaitingFrames& archive_;
    ports::Notices& notices_;
    std::map<base::DeviceId, Waiting> bridges_;
    std::unordered_map<ports::ConnectionId, std::deque<Relayed>> relayed_;
    std::uint64_t dropped_ = 0;
    bool holding_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // answers of the archive may come late
};

}  // namespace millrace::hub
