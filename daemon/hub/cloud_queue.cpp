#include "hub/cloud_queue.h"

#include <algorithm>
#include <functional>
#include <string_view>

namespace millrace::hub {
namespace {

std::size_t fingerprint(const ports::Frame& frame) {
    const std::hash<std::string_view> hash;
    return hash(frame.topic) * 31 + hash(base::as_text(frame.payload));
}

}  // namespace

CloudQueue::CloudQueue(std::size_t max_waiting, ports::FrameStore& store, ports::WaitingFrames& archive,
                       ports::Notices& notices)
    : max_waiting_(max_waiting), store_(store), archive_(archive), notices_(notices) {}

void CloudQueue::restore(const ports::StoredState& stored) {
    for (const auto& [bridge, frames] : stored.waiting) {
        bridges_[bridge].frames.assign(frames.begin(), frames.end());
    }
}

bool CloudQueue::seen_before(Waiting& waiting, const ports::Frame& frame) {
    const std::size_t print = fingerprint(frame);
    const bool seen = std::find(waiting.recent.begin(), waiting.recent.end(), print) != waiting.recent.end();
    if (!seen) {
        waiting.recent.push_back(print);
        if (waiting.recent.size() > kRemembered) waiting.recent.pop_front();
    }
    return seen;
}

bool CloudQueue::take(ports::ConnectionId connection, ports::CloudPath path, const ports::Frame& frame,
                      const message::Topic& topic, ports::Receipt receipt) {
    if (path == ports::CloudPath::None || frame.direction != base::Direction::ToCloud || !frame.bridge) return false;
    Waiting& waiting = bridges_[*frame.bridge];
    const bool seen = seen_before(waiting, frame);
    if (path == ports::CloudPath::Relay) {
        std::deque<Relayed>& unanswered = relayed_[connection];
        unanswered.push_back({receipt, frame.id});
        if (unanswered.size() > kMaxUnanswered) unanswered.pop_front();
        return false;
    }
    if ((seen && frame.dup) || topic.kind == message::Kind::HeartbeatEcho) return false;
    waiting.frames.push_back(frame.id);
    if (waiting.frames.size() > max_waiting_) drop_oldest(*frame.bridge, waiting);
    return true;
}

void CloudQueue::not_stored(const base::DeviceId& bridge, std::int64_t frame_id) {
    auto& frames = bridges_[bridge].frames;
    const auto found = std::lower_bound(frames.begin(), frames.end(), frame_id);
    if (found != frames.end() && *found == frame_id) frames.erase(found);
    bridges_[bridge].recent.clear();  // what comes again is new to us
}

void CloudQueue::drop_oldest(const base::DeviceId& bridge, Waiting& waiting) {
    const std::int64_t oldest = waiting.frames.front();
    waiting.frames.pop_front();
    ++dropped_;
    tell_store(bridge, waiting, oldest);
    if (std::exchange(waiting.told_full, true)) return;
    notices_.notice(ports::Severity::Warning,
                    "more than " + std::to_string(max_waiting_) + " messages of bridge " + bridge.str() +
                        " wait for its cloud: the oldest are kept here and will not be handed over "
                        "(cloud.max_waiting in the config file)");
}

void CloudQueue::on_cloud_has(ports::ConnectionId connection, ports::Receipt receipt) {
    const auto found = relayed_.find(connection);
    if (found == relayed_.end()) return;
    while (!found->second.empty() && found->second.front().receipt <= receipt) found->second.pop_front();
}

void CloudQueue::on_cloud_lost(ports::ConnectionId connection, const std::optional<base::DeviceId>& bridge) {
    const auto found = relayed_.find(connection);
    if (found == relayed_.end()) return;
    ports::CloudMissed missed;
    for (const Relayed& relayed : found->second) missed.frames.push_back(relayed.frame);
    relayed_.erase(found);
    if (missed.frames.empty() || !bridge) return;
    missed.bridge = *bridge;
    auto& frames = bridges_[*bridge].frames;
    frames.insert(frames.end(), missed.frames.begin(), missed.frames.end());
    // Their order is that of their numbers, whatever waited before.
    std::sort(frames.begin(), frames.end());
    while (frames.size() > max_waiting_) drop_oldest(*bridge, bridges_[*bridge]);
    const std::vector<std::int64_t> ids = missed.frames;
    const auto failed = [this, bridge = *bridge, ids] {
        for (const std::int64_t id : ids) not_stored(bridge, id);
    };
    const bool queued = store_.commit(std::move(missed), [failed, alive = std::weak_ptr(alive_)](bool durable) {
        if (!durable && !alive.expired()) failed();
    });
    if (!queued) failed();
}

std::size_t CloudQueue::waiting(const base::DeviceId& bridge) const {
    const auto found = bridges_.find(bridge);
    const std::size_t known = found == bridges_.end() ? 0 : found->second.frames.size();
    return holding_ ? std::max<std::size_t>(known, 1) : known;
}

void CloudQueue::oldest(const base::DeviceId& bridge, std::size_t limit, Frames answer) {
    const bool holding = holding_;
    const auto found = bridges_.find(bridge);
    // The store may not know yet that the cloud has those before the first one that waits.
    const std::int64_t after =
        found == bridges_.end() || found->second.frames.empty() ? 0 : found->second.frames.front() - 1;
    archive_.waiting_frames(bridge, after, limit,
                            [answer = std::move(answer), holding, alive = std::weak_ptr(alive_)](auto frames) {
                                if (alive.expired()) return;
                                const bool known = frames && !holding;
                                answer(known ? std::move(*frames) : std::vector<ports::Frame>{});
                            });
}

void CloudQueue::delivered(const base::DeviceId& bridge, std::int64_t frame_id) {
    Waiting& waiting = bridges_[bridge];
    while (!waiting.frames.empty() && waiting.frames.front() <= frame_id) {
        waiting.frames.pop_front();
    }
    if (waiting.frames.empty()) waiting.told_full = false;
    tell_store(bridge, waiting, frame_id);
}

// What the store does not hear would be sent to the cloud once more after a restart, so it is told until it has heard.
void CloudQueue::tell_store(const base::DeviceId& bridge, Waiting& waiting, std::int64_t frame_id) {
    waiting.owed = std::max(waiting.owed.value_or(0), frame_id);
    const bool queued =
        store_.commit(ports::CloudHas{bridge, *waiting.owed},
                      [this, bridge, frame = *waiting.owed, alive = std::weak_ptr(alive_)](bool durable) {
                          if (durable || alive.expired()) return;
                          Waiting& failed = bridges_[bridge];
                          failed.owed = std::max(failed.owed.value_or(0), frame);
                      });
    if (queued) waiting.owed.reset();
}

void CloudQueue::tick() {
    for (auto& [bridge, waiting] : bridges_) {
        if (waiting.owed) tell_store(bridge, waiting, *waiting.owed);
    }
}

void CloudQueue::metrics(std::vector<ports::Metric>& metrics) const {
    using ports::MetricType;
    std::size_t waiting = 0;
    for (const auto& [bridge, queue] : bridges_) waiting += queue.frames.size();
    metrics.push_back({"millrace_cloud_waiting_frames",
                       "Frames that the cloud has missed and is to be given.",
                       MetricType::Gauge,
                       {},
                       static_cast<double>(waiting)});
    metrics.push_back({"millrace_cloud_given_up_frames_total",
                       "Frames that the cloud will not be given, because too many waited.",
                       MetricType::Counter,
                       {},
                       static_cast<double>(dropped_)});
}

}  // namespace millrace::hub
