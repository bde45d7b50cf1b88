#include "capture/catch_up.h"

#include <algorithm>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include "capture/failover.h"
#include "capture/relay.h"
#include "capture/stand_in_connection.h"

namespace millrace::capture {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// Between two looks whether a frame has come to disk, or the bridge has settled.
constexpr base::Milliseconds kFirstMoment{20};
constexpr base::Milliseconds kLongestMoment{1'000};

// Nothing is sent twice on one connection.
constexpr base::Seconds kNever{365 * 24 * 3600};

base::Seconds seconds_up(base::Milliseconds time) {
    return std::max(base::Seconds{1}, std::chrono::ceil<base::Seconds>(time));
}

mqtt::ClientSettings settings_for(std::uint16_t keep_alive_s, base::Milliseconds patience) {
    mqtt::ClientSettings settings;
    // Ahead of the bridge's own promise, so that the cloud does not end the connection.
    settings.ping_period = base::Seconds{keep_alive_s == 0 ? 0 : std::max(1, keep_alive_s * 3 / 4)};
    settings.ping_timeout = settings.connect_timeout = settings.packet_timeout = seconds_up(patience);
    settings.retry_interval = kNever;
    settings.stop_at_suback = true;
    return settings;
}

}  // namespace

CatchUp::CatchUp(Failover& failover, ports::ConnectionId id, std::shared_ptr<StandInConnection> bridge)
    : failover_(failover),
      context_(failover.context()),
      id_(id),
      bridge_(std::move(bridge)),
      socket_(context_.loop),
      timer_(context_.loop),
      moment_(context_.loop),
      session_(settings_for(bridge_->keep_alive_s(), failover.patience())),
      moment_length_(kFirstMoment) {}

void CatchUp::start() {
    dial_ = std::make_shared<Dial>(context_, failover_.relay().route(), id_);
    dial_->start(
        [self = shared_from_this()](auto result) {
            if (!self->ended_) self->on_dialled(std::move(result));
        },
        failover_.patience());
}

void CatchUp::cancel() {
    if (ended_) return;
    ended_ = true;
    if (sent_ && bridge_->bridge()) failover_.note_unconfirmed(*bridge_->bridge(), *sent_);
    close_socket();
    bridge_->go_on_reading();
}

void CatchUp::close_socket() {
    if (dial_) dial_->cancel();
    timer_.cancel();
    moment_.cancel();
    error_code ignored;
    socket_.close(ignored);
    failover_.relay().guard().remove_upstreams(id_);
}

void CatchUp::fail(End end, const std::string& why) {
    if (ended_) return;
    const auto keep = shared_from_this();
    cancel();
    failover_.on_catch_up_failed(id_, end, why, opened_);
}

void CatchUp::on_dialled(base::Result<tcp::socket, base::Error> result) {
    if (!result) return fail(End::Unreachable, result.error().message);
    socket_ = std::move(*result);
    error_code error;
    socket_.non_blocking(true, error);
    if (!error) socket_.set_option(tcp::no_delay(true), error);
    if (error) return fail(End::Unreachable, error.message());
    const auto now = context_.clock.steady_now();
    session_.opened_by_owner(now);
    answer_due_ = now + failover_.patience();
    send(bridge_->connect().view());
    if (ended_) return;
    watch_reading();
    watch_deadline();
}

void CatchUp::watch_reading() {
    socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
        if (self->ended_) return;
        if (error) return self->fail(End::Unreachable, error.message());
        self->on_readable();
    });
}

void CatchUp::on_readable() {
    auto& buffer = context_.read_buffer;
    error_code error;
    const std::size_t count = socket_.read_some(asio::buffer(buffer), error);
    if (error == asio::error::would_block || error == asio::error::interrupted) return watch_reading();
    if (error) {
        return fail(End::Unreachable,
                    text(failover_.relay().route().cloud) +
                        (error == asio::error::eof ? " closed the connection" : ": " + error.message()));
    }
    carry_out(session_.on_bytes({buffer.data(), count}, context_.clock.steady_now()));
    if (ended_) return;
    watch_deadline();
    watch_reading();
}

void CatchUp::send(base::ByteView bytes) {
    if (outgoing_.empty()) {
        error_code error;
        const std::size_t taken = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
        if (error && error != asio::error::would_block && error != asio::error::interrupted) {
            return fail(End::Unreachable, error.message());
        }
        bytes = bytes.subspan(error ? 0 : taken);
    }
    // At most one frame, one PINGREQ to confirm it and those that keep the connection alive are ever out.
    outgoing_.insert(outgoing_.end(), bytes.begin(), bytes.end());
    watch_writing();
}

void CatchUp::watch_writing() {
    if (writing_ || outgoing_.empty()) return;
    writing_ = true;
    socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const error_code& error) {
        self->writing_ = false;
        if (self->ended_) return;
        if (error) return self->fail(End::Unreachable, error.message());
        const auto waiting = std::exchange(self->outgoing_, {});
        self->send(waiting);
    });
}

void CatchUp::carry_out(mqtt::ClientActions actions) {
    const auto keep = shared_from_this();
    for (auto& action : actions) {
        if (ended_) return;
        if (const auto* to_send = std::get_if<mqtt::Send>(&action)) {
            send(to_send->bytes);
        } else if (std::holds_alternative<mqtt::Opened>(action)) {
            opened_ = true;
            answer_due_.reset();
            failover_.on_catch_up_open(id_);
            if (!ended_) step();
        } else if (const auto* refused = std::get_if<mqtt::Refused>(&action)) {
            const bool away = refused->return_code == mqtt::ConnectReturnCode::ServerUnavailable;
            return fail(away ? End::Unreachable : End::Refused,
                        text(failover_.relay().route().cloud) + " refused the bridge with return code " +
                            std::to_string(static_cast<int>(refused->return_code)) +
                            "; this is between the bridge and its cloud");
        } else if (const auto* acknowledged = std::get_if<mqtt::Acknowledged>(&action)) {
            if (sent_ && packet_id_ != 0 && acknowledged->packet_id == packet_id_) on_confirmed();
        } else if (const auto* answered = std::get_if<mqtt::PingAnswered>(&action)) {
            if (sent_ && ping_ != 0 && answered->ping == ping_) on_confirmed();
        } else if (const auto* subscribed = std::get_if<mqtt::SubscribeAnswered>(&action)) {
            if (subscribing_) on_subscribed(*subscribed);
        } else if (auto* message = std::get_if<mqtt::MessageReceived>(&action)) {
            forward(std::move(*message));
        } else if (const auto* end = std::get_if<mqtt::Close>(&action)) {
            return fail(End::Unreachable, text(failover_.relay().route().cloud) + ": " + end->reason);
        }
    }
}

// Only a session that the cloud keeps for the bridge has messages for it before we subscribe.
void CatchUp::forward(mqtt::MessageReceived message) {
    const auto qos = static_cast<std::uint8_t>(std::min(message.publish.qos, mqtt::Qos::AtLeastOnce));
    (void)bridge_->publish(std::move(message.publish.topic), std::move(message.publish.payload), qos);
}

void CatchUp::watch_deadline() {
    if (ended_) return;
    // No ping after the SUBSCRIBE: the bridge would get its answer.
    auto deadline = subscribing_ ? base::SteadyTime::max() : session_.deadline();
    if (answer_due_) deadline = std::min(deadline, *answer_due_);
    if (deadline == base::SteadyTime::max()) {
        timer_.cancel();
        return;
    }
    timer_.expires_after(deadline - context_.clock.steady_now());
    timer_.async_wait([self = shared_from_this()](const error_code& error) {
        if (!error && !self->ended_) self->on_deadline();
    });
}

void CatchUp::on_deadline() {
    const auto now = context_.clock.steady_now();
    if (answer_due_ && now >= *answer_due_) {
        return fail(End::Unreachable, text(failover_.relay().route().cloud) + " does not answer");
    }
    if (!subscribing_) carry_out(session_.on_timer(now));
    watch_deadline();
}

// What to do next, with nothing under way on the connection.
void CatchUp::step() {
    if (ended_ || sent_ || asked_ || subscribing_) return;
    if (!frames_.empty()) return send_next();
    const auto& bridge = bridge_->bridge();
    if (!bridge || failover_.waiting(bridge) == 0) return try_splice();
    unsettled_since_.reset();
    asked_ = true;
    failover_.handover()->oldest(*bridge, context_.limits.handover_batch,
                                 [weak = weak_from_this()](std::vector<ports::Frame> frames) {
                                     const auto self = weak.lock();
                                     if (self && !self->ended_) self->on_frames(std::move(frames));
                                 });
}

void CatchUp::wait_a_moment() {
    moment_.expires_after(moment_length_);
    moment_length_ = std::min(moment_length_ * 2, kLongestMoment);
    moment_.async_wait([self = shared_from_this()](const error_code& error) {
        if (!error && !self->ended_) self->step();
    });
}

void CatchUp::on_frames(std::vector<ports::Frame> frames) {
    asked_ = false;
    if (frames.empty()) return wait_a_moment();
    moment_length_ = kFirstMoment;
    for (auto& frame : frames) frames_.push_back(std::move(frame));
    send_next();
}

void CatchUp::send_next() {
    ports::Frame frame = std::move(frames_.front());
    frames_.pop_front();
    const auto now = context_.clock.steady_now();
    const bool repeated = frame.door == ports::Door::Relay || failover_.unconfirmed(*bridge_->bridge()) >= frame.id;
    mqtt::Publish publish;
    publish.qos = frame.qos == 0 ? mqtt::Qos::AtMostOnce : mqtt::Qos::AtLeastOnce;
    publish.dup = publish.qos != mqtt::Qos::AtMostOnce && (repeated || frame.dup);
    publish.retain = frame.retain;
    publish.topic = std::move(frame.topic);
    publish.payload = std::move(frame.payload);
    if (repeated) ++context_.counters.handover_repeats;

    sent_ = frame.id;
    packet_id_ = 0;
    ping_ = 0;
    answer_due_ = now + failover_.patience();
    const bool needs_ping = publish.qos == mqtt::Qos::AtMostOnce;
    auto published = session_.publish(std::move(publish), now);
    packet_id_ = published.packet_id;
    if (needs_ping) {
        auto pinged = session_.ping(now);
        ping_ = pinged.ping;
        for (auto& action : pinged.actions) published.actions.push_back(std::move(action));
    }
    carry_out(std::move(published.actions));
    watch_deadline();
}

void CatchUp::on_confirmed() {
    const auto id = *std::exchange(sent_, std::nullopt);
    answer_due_.reset();
    ++context_.counters.handed_over;
    failover_.on_delivered(*bridge_->bridge(), id);
    if (!ended_) step();
}

void CatchUp::try_splice() {
    const auto now = context_.clock.steady_now();
    if (!bridge_->session().settled() || session_.awaits_pingresp()) {
        if (!unsettled_since_) unsettled_since_ = now;
        if (now - *unsettled_since_ > context_.limits.settle_timeout) {
            return fail(End::Reconnect, "what it has open with us does not end");
        }
        return wait_a_moment();
    }
    bridge_->pause();
    if (bridge_->session().subscriptions().empty()) return splice();
    subscribing_ = true;
    answer_due_ = now + failover_.patience();
    carry_out(session_.subscribe(bridge_->session().subscriptions()));
    watch_deadline();
}

void CatchUp::on_subscribed(const mqtt::SubscribeAnswered& answer) {
    const bool all = answer.return_codes.size() == bridge_->session().subscriptions().size() &&
                     std::none_of(answer.return_codes.begin(), answer.return_codes.end(),
                                  [](std::uint8_t code) { return code == mqtt::Suback::kFailure; });
    if (!all) return fail(End::Reconnect, "the cloud does not grant what we have granted");
    splice();
}

void CatchUp::splice() {
    ended_ = true;
    timer_.cancel();
    moment_.cancel();
    error_code ignored;
    socket_.cancel(ignored);
    const base::Bytes from_cloud = session_.release();
    failover_.splice(id_, std::move(socket_), from_cloud);
}

}  // namespace millrace::capture
