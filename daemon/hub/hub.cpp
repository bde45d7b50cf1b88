#include "hub/hub.h"

#include <algorithm>
#include <utility>

#include "hub/answers.h"
#include "message/topic.h"
#include "meter/flow.h"

namespace millrace::hub {
namespace {

using base::WallTime;

// Registers that a commit makes durable.
std::vector<std::pair<base::DeviceId, base::Volume>> registers_in(const std::vector<ports::Projection>& projections) {
    std::vector<std::pair<base::DeviceId, base::Volume>> registers;
    for (const ports::Projection& projection : projections) {
        if (const auto* meter = std::get_if<ports::MeterRecord>(&projection)) {
            registers.emplace_back(meter->sensor, meter->lifetime);
        }
    }
    return registers;
}

}  // namespace

Hub::Hub(Settings settings, payload::KeyRing keys, Surroundings surroundings)
    : settings_(std::move(settings)), surroundings_(surroundings), pipeline_(std::move(keys)) {}

void Hub::restore(const ports::StoredState& stored) {
    pipeline_.restore(stored);
    last_frame_id_ = stored.last_frame_id;
    for (const ports::MeterRecord& meter : stored.meters) durable_lifetime_[meter.sensor] = meter.lifetime;
}

void Hub::set_today(const base::DeviceId& sensor, WallTime day_start, base::Volume volume) {
    today_[sensor].start_with(day_start, volume);
}

std::vector<base::DeviceId> Hub::sensors() const {
    std::vector<base::DeviceId> ids;
    for (const auto& [id, sensor] : pipeline_.house().sensors) ids.push_back(id);
    return ids;
}

void Hub::on_opened(const ports::ConnectionOpened& opened, ports::BridgeLink* link) {
    Connection& connection = connections_[opened.connection];
    connection.link = link;
    connection.opened = opened;
    if (opened.bridge) begin_run(connection);
    changed_ = true;
}

Hub::BridgeRun* Hub::run_of(const base::DeviceId& bridge) {
    const auto found = runs_.find(bridge);
    if (found != runs_.end()) return &found->second;
    return runs_.size() < kMaxDevices ? &runs_[bridge] : nullptr;
}

void Hub::begin_run(Connection& connection) {
    BridgeRun* run = run_of(*connection.opened.bridge);
    if (run == nullptr) return;
    run->connection = connection.opened.connection;
    if (connection.link == nullptr) return;
    // Kept over reconnects, so that a bridge whose line drops every few minutes gets its heartbeats too.
    const base::SteadyTime now = surroundings_.clock.steady_now();
    base::SteadyTime due = now + cloud::Heartbeats::kInterval;
    if (run->heartbeat_due) due = std::clamp(*run->heartbeat_due, now + kSubscribesWithin, due);
    connection.heartbeats.emplace(due - cloud::Heartbeats::kInterval);
}

void Hub::on_closed(const ports::ConnectionClosed& closed) {
    const auto found = connections_.find(closed.connection);
    if (found == connections_.end()) return;
    if (const auto& bridge = found->second.opened.bridge) {
        // A bridge that came back before its old connection ended is connected by the new one.
        if (const auto run = runs_.find(*bridge); run != runs_.end() && run->second.connection == closed.connection) {
            run->second.connection = 0;
            if (found->second.heartbeats) run->second.heartbeat_due = found->second.heartbeats->due();
            if (!pipeline_.house().devices.contains(*bridge)) runs_.erase(run);
        }
    }
    connections_.erase(found);
    changed_ = true;
}

void Hub::on_frame(ports::ConnectionId connection, ports::Frame frame, ports::Receipt receipt) {
    const auto found = connections_.find(connection);
    ports::BridgeLink* link = found == connections_.end() ? nullptr : found->second.link;
    if (found != connections_.end() && !frame.bridge) frame.bridge = found->second.opened.bridge;
    frame.id = ++last_frame_id_;
    Outcome outcome = pipeline_.apply(frame);
    if (found != connections_.end()) learn_bridge(found->second, frame, outcome);
    note_understanding(frame, outcome);
    note_readings(outcome);
    changed_ = true;
    std::vector<ports::Projection> projections = std::move(outcome.projections);
    outcome.projections.clear();
    const bool is_boot = outcome.message && std::holds_alternative<message::Boot>(*outcome.message);
    // A boot frame is answered once it is on disk, and with it every sample before it, so that the total handed out is
    // never ahead of what a crash would leave. It is answered even when it could not be stored: without an answer the
    // sensor stops counting for us, while what is not acknowledged is only sent again.
    keep(std::move(frame), std::move(projections),
         [this, alive = std::weak_ptr(alive_), connection, receipt, link, is_boot,
          boot = is_boot ? std::optional(std::move(outcome)) : std::nullopt](bool durable) {
             if (alive.expired() || link == nullptr || !connections_.contains(connection)) return;
             if (durable && receipt != 0) link->acknowledge(connection, receipt);
             if (is_boot) answer(connection, *boot);
         });
}

void Hub::keep(ports::Frame frame, std::vector<ports::Projection> projections, ports::FrameStore::Done done) {
    auto registers = registers_in(projections);
    auto finish = [this, alive = std::weak_ptr(alive_), registers = std::move(registers), done](bool durable) {
        if (alive.expired()) return;
        if (durable) {
            for (const auto& [sensor, lifetime] : registers) {
                base::Volume& shown = durable_lifetime_[sensor];
                shown = std::max(shown, lifetime);
            }
            changed_ = changed_ || !registers.empty();
        }
        done(durable);
    };
    if (!surroundings_.store.commit({std::move(frame), std::move(projections)}, finish)) done(false);
}

void Hub::answer(ports::ConnectionId connection, const Outcome& outcome) {
    const base::DeviceId& device = *outcome.topic.device;
    send(connection, device, message::downstream::kBootResponse, outcome.topic.flags,
         boot_answer(pipeline_.house(), device, surroundings_.clock.wall_now()));
}

void Hub::send(ports::ConnectionId connection, const base::DeviceId& device, std::uint32_t type, std::uint32_t flags,
               const std::string& text) {
    const auto found = connections_.find(connection);
    if (found == connections_.end() || found->second.link == nullptr) return;
    const std::optional<base::DeviceId>& bridge = found->second.opened.bridge;
    auto message = wrap(device, type, flags, text, pipeline_.keys().find(bridge), surroundings_.random);
    if (!message) return;
    ports::Frame frame;
    frame.id = ++last_frame_id_;
    frame.received = surroundings_.clock.wall_now();
    frame.direction = base::Direction::ToBridge;
    frame.door = ports::Door::StandIn;
    frame.bridge = bridge;
    frame.topic = message->topic;
    frame.payload = message->payload;
    if (!found->second.link->publish(connection, std::move(message->topic), std::move(message->payload), 0)) return;
    // Applied like any other frame, so that a replay of the archive sees the base that was handed out.
    Outcome outcome = pipeline_.apply(frame);
    note_understanding(frame, outcome);
    keep(std::move(frame), std::move(outcome.projections), [](bool) {});
}

void Hub::send_heartbeats() {
    const base::SteadyTime now = surroundings_.clock.steady_now();
    std::vector<ports::ConnectionId> due;
    for (const auto& [id, connection] : connections_) {
        if (connection.heartbeats && connection.heartbeats->due() <= now) due.push_back(id);
    }
    for (const ports::ConnectionId id : due) {
        Connection& connection = connections_.at(id);
        const base::DeviceId bridge = *connection.opened.bridge;
        std::array<std::uint8_t, 16> random_id{};
        surroundings_.random.fill(random_id);
        const auto heartbeat = connection.heartbeats->make(random_id, surroundings_.clock.wall_now(), now);
        const bool has_key = pipeline_.keys().find(bridge) != nullptr;
        const std::uint32_t flags = connection.flags.value_or(has_key ? message::kFlagsSealed : message::kFlagsPlain);
        // Sealed with a key that does not open what the bridge says, it would only provoke the bridge.
        const auto run = runs_.find(bridge);
        if (flags == message::kFlagsSealed && run != runs_.end() && run->second.sealed_shut) continue;
        send(id, bridge, message::downstream::kHeartbeat, flags, message::encode(heartbeat));
    }
}

void Hub::learn_bridge(Connection& connection, const ports::Frame& frame, const Outcome& outcome) {
    if (frame.direction != base::Direction::ToCloud || outcome.understanding != Understanding::Decoded) return;
    // Other flags say nothing of how the bridge wants to be spoken to: key exchanges, raw frames.
    const std::uint32_t flags = outcome.topic.flags;
    if (flags == message::kFlagsPlain || flags == message::kFlagsSealed) connection.flags = flags;
    // A client id that is no uuid does not name the bridge, but its own boot frame does.
    const auto* boot = std::get_if<message::Boot>(&*outcome.message);
    if (!connection.opened.bridge && boot != nullptr && !boot->bridge_id && outcome.topic.device) {
        connection.opened.bridge = outcome.topic.device;
        begin_run(connection);
    }
}

void Hub::note_understanding(const ports::Frame& frame, const Outcome& outcome) {
    ++understood_[static_cast<std::size_t>(outcome.understanding)];
    ++kinds_[static_cast<std::size_t>(outcome.topic.kind)];
    BridgeRun* run = frame.bridge ? run_of(*frame.bridge) : nullptr;
    if (run == nullptr) return;
    if (outcome.understanding == Understanding::NotOpened) {
        ++run->unopened;
        if (!std::exchange(run->sealed_shut, true)) note_sealed(*frame.bridge, outcome.had_key);
        return;
    }
    ++run->opened;
    if (outcome.topic.sealed() && std::exchange(run->sealed_shut, false) && sealed_notices_ < kMaxSealedNotices) {
        ++sealed_notices_;
        surroundings_.notices.notice(ports::Severity::Info,
                                     "the messages of bridge " + frame.bridge->str() + " open again");
    }
}

void Hub::note_sealed(const base::DeviceId& bridge, bool had_key) {
    if (sealed_notices_ >= kMaxSealedNotices) return;
    const bool last = ++sealed_notices_ == kMaxSealedNotices;
    surroundings_.notices.notice(
        ports::Severity::Warning,
        "bridge " + bridge.str() + " sends sealed messages and " +
            (had_key ? "its key does not open them" : "no key is set for it") +
            "; they are kept as they are and can be opened later (set keys in the config file, or use --key-file)" +
            (last ? "; no more of these are logged in this run" : ""));
}

void Hub::note_readings(const Outcome& outcome) {
    if (outcome.readings.empty()) return;
    const base::DeviceId& id = *outcome.topic.device;
    const Sensor& sensor = pipeline_.house().sensors.at(id);
    for (const meter::Reading& reading : outcome.readings) {
        if (reading.advance.value == 0) continue;
        today_[id].add(reading.time, reading.advance * sensor.calibration.at(reading.time),
                       surroundings_.clock.wall_now(), settings_.zone);
    }
}

void Hub::tick() {
    send_heartbeats();
    const WallTime day = settings_.zone.start_of(base::CalendarUnit::Day, surroundings_.clock.wall_now());
    if (std::exchange(day_, day) != day) changed_ = true;
    // While water runs the rate changes by the passing of time alone.
    if (!changed_ && !any_running_) return;
    const ports::LiveState state = live();
    any_running_ = false;
    for (const ports::LiveSensor& sensor : state.sensors) any_running_ = any_running_ || sensor.running;
    changed_ = false;
    for (ports::LiveSubscriber* subscriber : subscribers_) subscriber->on_live(state);
}

}  // namespace millrace::hub
