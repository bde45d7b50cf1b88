#include "hub/hub.h"

#include <algorithm>
#include <utility>

#include "hub/answers.h"
#include "hub/watch.h"
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
    : settings_(std::move(settings)),
      surroundings_(surroundings),
      pipeline_(std::move(keys)),
      cloud_queue_(settings_.max_waiting_for_cloud, surroundings.store, surroundings.archive, surroundings.notices),
      diary_(surroundings.store) {}

void Hub::restore(const ports::StoredState& stored) {
    pipeline_.restore(stored);
    cloud_queue_.restore(stored);
    last_frame_id_ = stored.last_frame_id;
    for (const ports::MeterRecord& meter : stored.meters) durable_lifetime_[meter.sensor] = meter.lifetime;
    if (surroundings_.watch != nullptr) surroundings_.watch->restore(stored);
}

void Hub::set_totals(const base::DeviceId& sensor, WaterTotals totals) {
    totals_[sensor] = std::move(totals);
    changed_ = true;
}

std::vector<base::DeviceId> Hub::sensors() const {
    std::vector<base::DeviceId> ids;
    for (const auto& [id, sensor] : pipeline_.house().sensors) ids.push_back(id);
    return ids;
}

template <typename Event>
bool Hub::held_back(Event&& event) {
    if (!held_back_) return false;
    held_back_->emplace_back(std::forward<Event>(event));
    return true;
}

void Hub::hold() {
    if (!held_back_) held_back_.emplace();
    cloud_queue_.set_holding(true);
}

void Hub::resume(std::optional<Pipeline> rebuilt) {
    if (!held_back_) return;
    if (rebuilt) {
        rebuilt->raise_lifetimes(pipeline_.house());
        set_keys(rebuilt->keys());
        pipeline_ = std::move(*rebuilt);
        for (const auto& [id, sensor] : pipeline_.house().sensors) {
            durable_lifetime_[id] = std::max(durable_lifetime_[id], sensor.meter.lifetime);
            if (surroundings_.watch != nullptr) surroundings_.watch->on_rewritten(id, sensor.calibration);
        }
    }
    std::deque<std::function<void()>> events = std::move(*held_back_);
    held_back_.reset();
    for (const auto& event : events) event();
    cloud_queue_.set_holding(false);
    changed_ = true;
}

void Hub::set_keys(payload::KeyRing keys) {
    pipeline_.set_keys(std::move(keys));
    // The next sealed frame tells whether they fit.
    for (auto& [id, run] : runs_) {
        run.sealed_shut = false;
        run.sealed_message.reset();
    }
    at_least_.clear();
    changed_ = true;
}

std::vector<ports::Frame> Hub::sealed_messages() const {
    std::vector<ports::Frame> messages;
    for (const auto& [id, run] : runs_) {
        if (run.sealed_message) messages.push_back(*run.sealed_message);
    }
    return messages;
}

void Hub::set_zone(const base::TimeZone& zone) {
    settings_.zone = zone;
    if (surroundings_.watch != nullptr) surroundings_.watch->set_zone(zone);
    changed_ = true;
}

void Hub::set_cloud_mode(ports::CloudMode mode) {
    cloud_mode_ = mode;
    changed_ = true;
}

void Hub::note_cloud_away(bool away, const std::string& why) {
    const WallTime now = surroundings_.clock.wall_now();
    if (away) {
        diary_.begin(ports::SpellKind::CloudAway, std::nullopt, why, now);
    } else {
        diary_.end(ports::SpellKind::CloudAway, std::nullopt, now);
    }
}

void Hub::set_calibrations(const base::DeviceId& sensor, const std::vector<ports::CalibrationRecord>& all) {
    meter::CalibrationTable table = calibration_of(sensor, all);
    if (surroundings_.watch != nullptr) surroundings_.watch->on_rewritten(sensor, table);
    pipeline_.set_calibration(sensor, std::move(table));
    changed_ = true;
}

void Hub::open_diary() {
    diary_.begin(ports::SpellKind::Run, std::nullopt, "", surroundings_.clock.wall_now());
}

void Hub::close_diary() {
    diary_.close(surroundings_.clock.wall_now());
}

void Hub::on_opened(const ports::ConnectionOpened& opened, ports::BridgeLink* link) {
    if (held_back([=, this] { on_opened(opened, link); })) return;
    Connection& connection = connections_[opened.connection];
    connection.link = link;
    connection.opened = opened;
    if (opened.bridge) carry(connection, *opened.bridge);
    changed_ = true;
}

Hub::BridgeRun* Hub::run_of(const base::DeviceId& bridge) {
    const auto found = runs_.find(bridge);
    if (found != runs_.end()) return &found->second;
    return runs_.size() < kMaxDevices ? &runs_[bridge] : nullptr;
}

// From now on the connection carries this bridge too.
void Hub::carry(Connection& connection, const base::DeviceId& bridge) {
    BridgeRun* run = run_of(bridge);
    if (run == nullptr || run->connection == connection.opened.connection) return;
    run->connection = connection.opened.connection;
    diary_.begin(ports::SpellKind::Connection, bridge, "", connection.opened.at);
    begin_heartbeats(connection, connection.bridges[bridge], *run);
}

void Hub::begin_heartbeats(const Connection& connection, Talk& talk, const BridgeRun& run) {
    if (!connection.ours() || talk.heartbeats) return;
    // Kept over reconnects, so that a bridge whose line drops every few minutes gets its heartbeats too.
    const base::SteadyTime now = surroundings_.clock.steady_now();
    base::SteadyTime due = now + cloud::Heartbeats::kInterval;
    if (run.heartbeat_due) due = std::clamp(*run.heartbeat_due, now + kSubscribesWithin, due);
    talk.heartbeats.emplace(due - cloud::Heartbeats::kInterval);
}

void Hub::on_path(ports::ConnectionId connection, ports::CloudPath path) {
    if (held_back([=, this] { on_path(connection, path); })) return;
    const auto found = connections_.find(connection);
    if (found == connections_.end()) return;
    Connection& changed = found->second;
    changed.opened.path = path;
    changed.opened.door = path == ports::CloudPath::Relay ? ports::Door::Relay : ports::Door::StandIn;
    for (auto& [bridge, talk] : changed.bridges) {
        BridgeRun* run = run_of(bridge);
        if (run == nullptr) continue;
        if (changed.ours()) {
            begin_heartbeats(changed, talk, *run);
        } else {
            if (talk.heartbeats) run->heartbeat_due = talk.heartbeats->due();
            talk.heartbeats.reset();
        }
    }
    changed_ = true;
}

void Hub::on_cloud_has(ports::ConnectionId connection, ports::Receipt receipt) {
    if (held_back([=, this] { on_cloud_has(connection, receipt); })) return;
    cloud_queue_.on_cloud_has(connection, receipt);
}

void Hub::on_cloud_lost(ports::ConnectionId connection) {
    if (held_back([=, this] { on_cloud_lost(connection); })) return;
    const auto found = connections_.find(connection);
    if (found != connections_.end()) cloud_queue_.on_cloud_lost(connection, found->second.opened.bridge);
    changed_ = true;
}

void Hub::on_closed(const ports::ConnectionClosed& closed) {
    if (held_back([=, this] { on_closed(closed); })) return;
    const auto found = connections_.find(closed.connection);
    if (found == connections_.end()) return;
    for (const auto& [bridge, talk] : found->second.bridges) end_run(found->second, bridge, talk, closed.at);
    connections_.erase(found);
    cloud_queue_.on_closed(closed.connection);
    changed_ = true;
}

void Hub::end_run(const Connection& connection, const base::DeviceId& bridge, const Talk& talk, WallTime now) {
    const auto run = runs_.find(bridge);
    // A bridge that came back before its old connection ended is connected by the new one.
    if (run == runs_.end() || run->second.connection != connection.opened.connection) return;
    run->second.connection = 0;
    diary_.end(ports::SpellKind::Connection, bridge, now);
    if (talk.heartbeats) run->second.heartbeat_due = talk.heartbeats->due();
    if (!pipeline_.house().devices.contains(bridge)) runs_.erase(run);
}

void Hub::on_frame(ports::ConnectionId connection, ports::Frame frame, ports::Receipt receipt) {
    if (held_back_) {
        if (held_back_->size() >= kMaxHeldBack) return;
        held_back_->emplace_back([this, connection, frame = std::move(frame), receipt]() mutable {
            on_frame(connection, std::move(frame), receipt);
        });
        return;
    }
    const auto found = connections_.find(connection);
    ports::BridgeLink* link = found == connections_.end() ? nullptr : found->second.link;
    if (found != connections_.end() && !frame.bridge) frame.bridge = found->second.opened.bridge;
    frame.id = ++last_frame_id_;
    Outcome outcome = pipeline_.apply(frame);
    if (found != connections_.end()) learn_bridge(found->second, frame, outcome);
    note_understanding(frame, outcome);
    note_readings(outcome);
    tell_watch(outcome);
    changed_ = true;
    const ports::CloudPath path = found == connections_.end() ? ports::CloudPath::None : found->second.opened.path;
    ports::Commit commit;
    commit.for_cloud = cloud_queue_.take(connection, path, frame, outcome.topic, receipt);
    commit.opened = outcome.understanding != Understanding::NotOpened;
    commit.projections = std::move(outcome.projections);
    outcome.projections.clear();
    const bool is_boot = found != connections_.end() && found->second.ours() && outcome.message &&
                         std::holds_alternative<message::Boot>(*outcome.message);
    const auto bridge = frame.bridge;
    const std::int64_t id = frame.id;
    commit.frame = std::move(frame);
    // A boot frame is answered once it is on disk, and with it every sample before it, so that the total handed out is
    // never ahead of what a crash would leave. It is answered even when it could not be stored: without an answer the
    // sensor stops counting for us, while what is not acknowledged is only sent again.
    keep(std::move(commit), [this, alive = std::weak_ptr(alive_), connection, receipt, link, bridge, id, is_boot,
                             boot = is_boot ? std::optional(std::move(outcome)) : std::nullopt](bool durable) {
        if (alive.expired()) return;
        if (!durable && bridge) cloud_queue_.not_stored(*bridge, id);
        if (link == nullptr || !connections_.contains(connection)) return;
        if (durable && receipt != 0) link->acknowledge(connection, receipt);
        if (is_boot) answer(connection, bridge, *boot);
    });
}

void Hub::keep(ports::Commit commit, ports::FrameStore::Done done) {
    auto registers = registers_in(commit.projections);
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
    if (!surroundings_.store.commit(std::move(commit), finish)) done(false);
}

void Hub::answer(ports::ConnectionId connection, const std::optional<base::DeviceId>& bridge, const Outcome& outcome) {
    if (held_back([=, this] { answer(connection, bridge, outcome); })) return;
    // The cloud may be back by now, and answers this itself.
    const auto found = connections_.find(connection);
    if (found == connections_.end() || !found->second.ours()) return;
    const base::DeviceId& device = *outcome.topic.device;
    send(connection, bridge ? bridge : pipeline_.bridge_of(device), device, message::downstream::kBootResponse,
         outcome.topic.flags, boot_answer(pipeline_.house(), device, surroundings_.clock.wall_now()));
}

void Hub::send(ports::ConnectionId connection, const std::optional<base::DeviceId>& bridge,
               const base::DeviceId& device, std::uint32_t type, std::uint32_t flags, const std::string& text) {
    const auto found = connections_.find(connection);
    if (found == connections_.end() || found->second.link == nullptr) return;
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
    keep({std::move(frame), std::move(outcome.projections)}, [](bool) {});
}

void Hub::send_heartbeats() {
    if (held_back_) return;
    const base::SteadyTime now = surroundings_.clock.steady_now();
    std::vector<std::pair<ports::ConnectionId, base::DeviceId>> due;
    const std::size_t most = std::max(kHeartbeatsAtOnce, connections_.size() / kHeartbeatParts);
    for (const auto& [id, connection] : connections_) {
        for (const auto& [bridge, talk] : connection.bridges) {
            if (talk.heartbeats && talk.heartbeats->due() <= now) due.emplace_back(id, bridge);
        }
        if (due.size() >= most) break;
    }
    // Sending may close a connection.
    for (const auto& [id, bridge] : due) {
        const auto connection = connections_.find(id);
        if (connection != connections_.end()) send_heartbeat(id, bridge, connection->second.bridges.at(bridge));
    }
}

void Hub::send_heartbeat(ports::ConnectionId connection, const base::DeviceId& bridge, Talk& talk) {
    std::array<std::uint8_t, 16> random_id{};
    surroundings_.random.fill(random_id);
    const auto heartbeat =
        talk.heartbeats->make(random_id, surroundings_.clock.wall_now(), surroundings_.clock.steady_now());
    const bool has_key = pipeline_.keys().find(bridge) != nullptr;
    const std::uint32_t flags = talk.flags.value_or(has_key ? message::kFlagsSealed : message::kFlagsPlain);
    // Sealed with a key that does not open what the bridge says, it would only provoke the bridge.
    const auto run = runs_.find(bridge);
    if (flags == message::kFlagsSealed && run != runs_.end() && run->second.sealed_shut) return;
    send(connection, bridge, bridge, message::downstream::kHeartbeat, flags, message::encode(heartbeat));
}

void Hub::learn_bridge(Connection& connection, const ports::Frame& frame, const Outcome& outcome) {
    if (frame.direction != base::Direction::ToCloud || outcome.understanding != Understanding::Decoded) return;
    // A client id that is no uuid does not name the bridge, but its own boot frame does. At a guest's broker every
    // message is known by what was heard of its device.
    const bool is_guest = connection.opened.door == ports::Door::Guest;
    std::optional<base::DeviceId> bridge = connection.opened.bridge;
    if (!bridge && outcome.topic.device) {
        const auto* boot = std::get_if<message::Boot>(&*outcome.message);
        if (is_guest) bridge = pipeline_.bridge_of(*outcome.topic.device);
        if (!is_guest && boot != nullptr && !boot->bridge_id) bridge = connection.opened.bridge = outcome.topic.device;
        if (bridge) carry(connection, *bridge);
    }
    // Other flags say nothing of how the bridge wants to be spoken to: key exchanges, raw frames.
    const std::uint32_t flags = outcome.topic.flags;
    const auto talk = bridge ? connection.bridges.find(*bridge) : connection.bridges.end();
    const bool tells = flags == message::kFlagsPlain || flags == message::kFlagsSealed;
    if (talk != connection.bridges.end() && tells) talk->second.flags = flags;
}

void Hub::note_understanding(const ports::Frame& frame, const Outcome& outcome) {
    figures_.note(outcome);
    BridgeRun* run = frame.bridge ? run_of(*frame.bridge) : nullptr;
    if (run == nullptr) return;
    if (outcome.understanding == Understanding::NotOpened) {
        ++run->unopened;
        if (frame.payload.size() <= kMaxSealedBytes) run->sealed_message = frame;
        if (!std::exchange(run->sealed_shut, true)) note_sealed(*frame.bridge, outcome.had_key);
        return;
    }
    ++run->opened;
    if (outcome.topic.sealed()) run->sealed_message.reset();
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
            "; they are kept as they are and can be opened later (`millrace key add`, or keys in the config file)" +
            (last ? "; no more of these are logged in this run" : ""));
}

void Hub::note_readings(const Outcome& outcome) {
    for (const ports::Projection& projection : outcome.projections) {
        const auto* estimate = std::get_if<ports::EstimateRecord>(&projection);
        if (estimate == nullptr) continue;
        const Sensor& sensor = pipeline_.house().sensors.at(estimate->sensor);
        at_least_[estimate->sensor].add(estimate->to, estimate->least * sensor.calibration.at(estimate->to),
                                        surroundings_.clock.wall_now(), settings_.zone);
    }
    if (outcome.readings.empty()) return;
    const base::DeviceId& id = *outcome.topic.device;
    const Sensor& sensor = pipeline_.house().sensors.at(id);
    for (const meter::Reading& reading : outcome.readings) {
        if (reading.advance.value == 0) continue;
        totals_[id].add(reading.time, reading.advance * sensor.calibration.at(reading.time),
                        surroundings_.clock.wall_now(), settings_.zone);
    }
}

// Before and whatever the store does, so that a failing disk never holds an alarm back.
void Hub::tell_watch(const Outcome& outcome) {
    if (surroundings_.watch == nullptr || !outcome.topic.device) return;
    const House& house = pipeline_.house();
    for (const ports::Projection& projection : outcome.projections) {
        const auto* event = std::get_if<ports::EventRecord>(&projection);
        if (event != nullptr) surroundings_.watch->on_event(*event, house.devices.at(event->device).record.kind);
    }
    const base::DeviceId& id = *outcome.topic.device;
    const WallTime now = surroundings_.clock.wall_now();
    const bool is_puck = outcome.topic.role == message::Role::Puck;
    if (is_puck && outcome.understanding == Understanding::Decoded && adopted_.contains(id)) {
        surroundings_.watch->on_puck(live_puck(id, house.devices.at(id)), now);
    }
    if (outcome.readings.empty()) return;
    surroundings_.watch->on_readings(id, outcome.readings, house.sensors.at(id).calibration, clock_ahead(id, now), now);
}

base::Milliseconds Hub::clock_ahead(const base::DeviceId& sensor, WallTime now) const {
    const auto found = pipeline_.house().devices.find(sensor);
    return found == pipeline_.house().devices.end() ? base::Milliseconds{0} : device_time(found->second, now) - now;
}

void Hub::tick_watch(WallTime now) {
    Watch* watch = surroundings_.watch;
    if (watch == nullptr) return;
    const auto ahead = [this, now](const auto& id) { return clock_ahead(id, now); };
    if (watch->looking()) {
        watch->look_on(now, ahead);
    } else if (watch->due(now)) {
        watch->tick(now, live(), ahead);
    }
    changed_ = watch->take_changed() || changed_;
}

void Hub::tick() {
    send_heartbeats();
    cloud_queue_.tick();
    diary_.tick(surroundings_.clock.wall_now());
    tick_watch(surroundings_.clock.wall_now());
    const WallTime minute = std::chrono::floor<std::chrono::minutes>(surroundings_.clock.wall_now());
    if (std::exchange(minute_, minute) != minute) changed_ = true;
    // While water runs the rate changes by the passing of time alone.
    if (!changed_ && !any_running_) return;
    const base::SteadyTime now = surroundings_.clock.steady_now();
    if (now < tell_at_) return;
    tell_at_ = now + kTick * static_cast<std::int64_t>(pipeline_.house().devices.size() / kShownEachTick);
    const bool looked_at = std::any_of(subscribers_.begin(), subscribers_.end(),
                                       [](const auto* subscriber) { return subscriber->looks(); });
    const ports::LiveState state = looked_at ? live() : ports::LiveState{};
    changed_ = false;
    for (ports::LiveSubscriber* subscriber : subscribers_) subscriber->on_live(state);
}

}  // namespace millrace::hub
