#include "emulate/bridge.h"

#include <algorithm>
#include <array>
#include <utility>

#include "payload/secretbox.h"

namespace millrace::emulate {
namespace {

// All report arrays of the real bridge end with a byte that is not JSON.
std::string with_trailing_byte(std::string json) {
    json.push_back('\0');
    return json;
}

mqtt::ClientSettings session_settings(const BridgeSettings& settings) {
    mqtt::ClientSettings session;
    session.client_id = settings.bridge.str();
    session.user_name = "device";
    session.password = base::to_bytes(settings.password);
    session.retry_interval = settings.publish_retry;
    session.max_inflight = Bridge::kMaxInflight;
    return session;
}

}  // namespace

BridgeStatistics& BridgeStatistics::operator+=(const BridgeStatistics& other) {
    samples_sent += other.samples_sent;
    samples_acknowledged += other.samples_acknowledged;
    publishes += other.publishes;
    connections += other.connections;
    restarts += other.restarts;
    heartbeats += other.heartbeats;
    errors_received += other.errors_received;
    unreadable += other.unreadable;
    return *this;
}

Bridge::Bridge(BridgeSettings settings, std::unique_ptr<Water> water, base::WallTime start)
    : settings_(std::move(settings)),
      water_(std::move(water)),
      next_step_(water_->next()),
      random_(settings_.seed),
      sensor_states_at_(start + settings_.sensor_states_period),
      bridge_states_at_(start + settings_.bridge_states_period) {}

BridgeActions Bridge::on_connected(Moment now) {
    BridgeActions actions;
    ++statistics_.connections;
    session_.emplace(session_settings(settings_));
    subscribed_ = false;
    if (restart_at_ == base::SteadyTime::max()) restart_at_ = now.real + settings_.heartbeat_timeout;
    carry_out(session_->open(now.real), now, actions);
    return actions;
}

BridgeActions Bridge::on_bytes(base::ByteView bytes, Moment now) {
    BridgeActions actions;
    if (!session_) return actions;
    carry_out(session_->on_bytes(bytes, now.real), now, actions);
    return actions;
}

void Bridge::on_disconnected(Moment) {
    session_.reset();
    sent_.clear();
    subscribed_ = false;
    boot_again_ = base::SteadyTime::max();
    queue_.requeue();
}

BridgeActions Bridge::on_timer(Moment now) {
    BridgeActions actions;
    pass_emulated_time(now, actions);
    if (now.real >= restart_at_) {
        restart(now, actions);
        return actions;
    }
    if (session_) carry_out(session_->on_timer(now.real), now, actions);
    if (now.real >= boot_again_) send_boot(now, actions);
    return actions;
}

base::WallTime Bridge::emulated_deadline() const {
    base::WallTime deadline = std::min(sensor_states_at_, bridge_states_at_);
    if (next_step_ && !finishing_) deadline = std::min(deadline, SampleQueue::window_end(next_step_->at));
    const bool may_send =
        online() && (settings_.sample_qos == mqtt::Qos::AtMostOnce || queue_.outstanding_messages() < kMaxInflight);
    if (may_send && queue_.has_base()) deadline = std::min(deadline, queue_.due());
    return deadline;
}

base::SteadyTime Bridge::real_deadline() const {
    base::SteadyTime deadline = std::min(boot_again_, restart_at_);
    if (session_) deadline = std::min(deadline, session_->deadline());
    return deadline;
}

BridgeActions Bridge::finish(Moment now) {
    BridgeActions actions;
    pass_emulated_time(now, actions);
    finishing_ = true;
    send_samples(now, actions);
    return actions;
}

BridgeActions Bridge::power_cycle(Moment now) {
    BridgeActions actions;
    restart(now, actions);
    return actions;
}

BridgeActions Bridge::goodbye() {
    BridgeActions actions;
    if (session_) carry_out(session_->disconnect(), Moment{}, actions);
    return actions;
}

void Bridge::carry_out(mqtt::ClientActions&& session_actions, Moment now, BridgeActions& actions) {
    for (mqtt::ClientAction& action : session_actions) {
        if (auto* send = std::get_if<mqtt::Send>(&action)) {
            actions.emplace_back(std::move(*send));
        } else if (std::holds_alternative<mqtt::Opened>(action)) {
            const auto at = mqtt::Qos::AtLeastOnce;
            carry_out(session_->subscribe({{"responses/" + settings_.bridge.str() + "/#", at},
                                           {"responses/" + settings_.sensor.str() + "/#", at}}),
                      now, actions);
        } else if (std::holds_alternative<mqtt::SubscribeAnswered>(action)) {
            subscribed_ = true;
            send_boot(now, actions);
            send_samples(now, actions);
        } else if (const auto* received = std::get_if<mqtt::MessageReceived>(&action)) {
            receive(received->publish, now, actions);
        } else if (const auto* acknowledged = std::get_if<mqtt::Acknowledged>(&action)) {
            std::vector<message::Sample> samples = queue_.acknowledge(acknowledged->packet_id);
            statistics_.samples_acknowledged += samples.size();
            const auto sent = std::find_if(sent_.begin(), sent_.end(),
                                           [&](const auto& one) { return one.first == acknowledged->packet_id; });
            std::optional<std::chrono::nanoseconds> waited;
            if (sent != sent_.end()) {
                waited = now.real - sent->second;
                sent_.erase(sent);
            }
            if (!samples.empty()) actions.emplace_back(Recorded{std::move(samples), waited});
            send_samples(now, actions);
        } else if (auto* close = std::get_if<mqtt::Close>(&action)) {
            actions.emplace_back(HangUp{std::move(close->reason)});
        }
    }
}

void Bridge::receive(const mqtt::Publish& publish, Moment now, BridgeActions& actions) {
    const message::Topic topic = message::parse_topic(publish.topic);
    if (!topic.device || (*topic.device != settings_.bridge && *topic.device != settings_.sensor)) return;
    base::Bytes plain = publish.payload;
    if (topic.sealed()) {
        std::optional<base::Bytes> opened;
        if (settings_.key) opened = payload::open(publish.payload, *settings_.key);
        if (!opened) {
            ++statistics_.unreadable;
            return;
        }
        plain = std::move(*opened);
    }
    const auto decoded = message::decode(topic, plain);
    if (!decoded) {
        ++statistics_.unreadable;
    } else if (const auto* response = std::get_if<message::BootResponse>(&*decoded)) {
        on_boot_response(*response, *topic.device, now, actions);
    } else if (std::holds_alternative<message::Heartbeat>(*decoded)) {
        ++statistics_.heartbeats;
        restart_at_ = now.real + settings_.heartbeat_timeout;
        (void)this->publish(message::upstream::kHeartbeatEcho, settings_.bridge, std::string(base::as_text(plain)),
                            mqtt::Qos::AtMostOnce, now, actions);
    } else if (std::holds_alternative<message::ErrorReply>(*decoded)) {
        ++statistics_.errors_received;
    }
}

void Bridge::on_boot_response(const message::BootResponse& response, const base::DeviceId& device, Moment now,
                              BridgeActions& actions) {
    if (device == settings_.bridge && booted_ == Booted::Nothing) {
        booted_ = Booted::Bridge;
        send_greetings(now, actions);
        send_boot(now, actions);
    } else if (device == settings_.sensor && booted_ == Booted::Bridge && response.peaks) {
        booted_ = Booted::Sensor;
        boot_again_ = base::SteadyTime::max();
        queue_.set_base(*response.peaks);
        message::Events events;
        events.events.push_back({base::unix_s(now.emulated), message::bridge_event::kRadioLinkUp, {}, {}});
        (void)publish(message::upstream::kEvents, settings_.bridge, with_trailing_byte(encode(events)),
                      mqtt::Qos::AtMostOnce, now, actions);
        send_samples(now, actions);
    }
}

// The bridge switches itself off and on. The sensor counts on and keeps what was not acknowledged.
void Bridge::restart(Moment now, BridgeActions& actions) {
    ++statistics_.restarts;
    booted_ = Booted::Nothing;
    restart_at_ = now.real + settings_.heartbeat_timeout;
    boot_again_ = base::SteadyTime::max();
    queue_.forget_base();
    if (session_) actions.emplace_back(HangUp{"no heartbeat for too long"});
}

void Bridge::pass_emulated_time(Moment now, BridgeActions& actions) {
    while (true) {
        const base::WallTime due = emulated_deadline();
        if (due > now.emulated) return;
        const Moment then{due, now.real};
        if (next_step_ && !finishing_ && SampleQueue::window_end(next_step_->at) <= due) close_window(due);
        if (queue_.due() <= due) send_samples(then, actions);
        send_states(then, actions);
    }
}

// Counts all steps up to the end of a grid window, those of long ago included.
void Bridge::close_window(base::WallTime end) {
    std::vector<Step> steps;
    while (next_step_ && next_step_->at <= end) {
        steps.push_back(*next_step_);
        next_step_ = water_->next();
        const bool window_over =
            !next_step_ || SampleQueue::window_end(next_step_->at) != SampleQueue::window_end(steps.front().at);
        if (!window_over) continue;
        queue_.count(steps);
        steps.clear();
    }
}

void Bridge::send_boot(Moment now, BridgeActions& actions) {
    boot_again_ = base::SteadyTime::max();
    if (!online() || booted_ == Booted::Sensor) return;
    const bool bridge = booted_ == Booted::Nothing;
    message::Boot boot;
    if (bridge) {
        boot.branch = settings_.branch;
    } else {
        boot.bridge_id = settings_.bridge;
    }
    boot.sha_full = bridge ? settings_.bridge_firmware : settings_.sensor_firmware;
    (void)publish(message::upstream::kBoot, bridge ? settings_.bridge : settings_.sensor, encode(boot),
                  mqtt::Qos::AtMostOnce, now, actions);
    boot_again_ = now.real + settings_.boot_retry;
}

// While finishing, entries are sent without waiting for more of them.
void Bridge::send_samples(Moment now, BridgeActions& actions) {
    while (online() && queue_.has_base() && queue_.waiting() > 0) {
        if (!finishing_ && queue_.due() > now.emulated) return;
        const message::Samples samples = queue_.next_message();
        const bool acknowledged = settings_.sample_qos != mqtt::Qos::AtMostOnce;
        if (acknowledged && queue_.outstanding_messages() >= kMaxInflight) return;
        const mqtt::PacketId id = publish(message::upstream::kSamples, settings_.sensor,
                                          with_trailing_byte(encode(samples)), settings_.sample_qos, now, actions);
        ++packets_received_;
        statistics_.samples_sent += samples.samples.size();
        if (acknowledged) {
            queue_.sent(id);
            sent_.emplace_back(id, now.real);
        } else {
            statistics_.samples_acknowledged += samples.samples.size();
            actions.emplace_back(Recorded{queue_.sent_for_good(), std::nullopt});
        }
    }
}

void Bridge::send_states(Moment now, BridgeActions& actions) {
    const std::int64_t time = base::unix_s(now.emulated);
    if (now.emulated >= sensor_states_at_) {
        sensor_states_at_ += settings_.sensor_states_period;
        message::StateReport report;
        report.timestamp_s = time;
        const auto rssi = static_cast<std::int64_t>(random_.between(-92, -70));
        const auto battery_mv = static_cast<std::int64_t>(random_.between(3240, 3256));
        report.values = {{1, 2},   {2, 17},    {4, 18},   {8, 7},    {16, rssi}, {32, battery_mv},
                         {128, 0}, {1024, 20}, {2048, 7}, {4096, 0}, {8192, 1},  {16384, battery_mv - 38}};
        ++packets_received_;
        (void)publish(message::upstream::kStates, settings_.sensor,
                      with_trailing_byte(encode(message::States{{report}})), mqtt::Qos::AtMostOnce, now, actions);
    }
    if (now.emulated >= bridge_states_at_) {
        bridge_states_at_ += settings_.bridge_states_period;
        message::StateReport report;
        report.timestamp_s = time;
        const auto received = static_cast<std::int64_t>(packets_received_);
        report.values = {{4, 28496},
                         {32, static_cast<std::int64_t>(random_.between(-92, -70))},
                         {128, received},
                         {256, received * 3 / 4},
                         {512, static_cast<std::int64_t>(random_.between(-66, -54))}};
        (void)publish(message::upstream::kStates, settings_.bridge,
                      with_trailing_byte(encode(message::States{{report}})), mqtt::Qos::AtMostOnce, now, actions);
    }
}

// What a bridge tells of itself once its boot frame is answered.
void Bridge::send_greetings(Moment now, BridgeActions& actions) {
    message::Logs logs;
    logs.lines.push_back({0, 1, 4, "RST REASON:  DIRTY  ", {}});
    logs.lines.push_back({0, 1, 4, "SHA: " + settings_.bridge_firmware + " | BRANCH: " + settings_.branch, {}});
    (void)publish(message::upstream::kLogs, settings_.bridge, with_trailing_byte(encode(logs)), mqtt::Qos::AtMostOnce,
                  now, actions);
    message::Events events;
    const std::int64_t time = base::unix_s(now.emulated);
    using namespace message::bridge_event;
    for (const std::uint64_t type : {kFollowsBoot, kFollowsBootSecond, kFollowsBootThird}) {
        events.events.push_back({time, type, {}, {}});
    }
    (void)publish(message::upstream::kEvents, settings_.bridge, with_trailing_byte(encode(events)),
                  mqtt::Qos::AtMostOnce, now, actions);
}

mqtt::PacketId Bridge::publish(std::uint32_t type, const base::DeviceId& device, std::string json, mqtt::Qos qos,
                               Moment now, BridgeActions& actions) {
    if (!online()) return 0;
    base::Bytes bytes = base::to_bytes(json);
    if (settings_.key) {
        std::array<std::uint8_t, payload::kIvBytes> iv;
        random_.fill(iv);
        bytes = payload::seal(bytes, *settings_.key, iv);
    }
    const std::uint32_t flags = settings_.key ? message::kFlagsSealed : message::kFlagsPlain;
    ++statistics_.publishes;
    auto published = session_->publish(message::upstream_topic(type, flags, device, base::unix_s(now.emulated)),
                                       std::move(bytes), qos, now.real);
    carry_out(std::move(published.actions), now, actions);
    return published.packet_id;
}

}  // namespace millrace::emulate
