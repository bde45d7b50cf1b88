#include "capture/stand_in_connection.h"

#include <string.h>

#include <utility>

#include <spdlog/spdlog.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include "capture/failover.h"
#include "capture/stand_in.h"

namespace millrace::capture {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::uint8_t kProtocolLevel = 4;  // the session takes no other
constexpr std::size_t kSubscribe = 8;
constexpr std::size_t kUnsubscribe = 10;

// The label under which a close by the session is counted: the kind of malformed packet where it was that.
std::string_view label_of(std::string_view session_reason, std::string_view otherwise) {
    for (int value = 0; value <= static_cast<int>(mqtt::Malformed::NoSubscriptions); ++value) {
        const auto malformed = static_cast<mqtt::Malformed>(value);
        if (session_reason.find(mqtt::describe(malformed)) != std::string_view::npos) return label(malformed);
    }
    return otherwise;
}

}  // namespace

StandInConnection::StandInConnection(StandIn& door, BridgeSide side)
    : door_(door),
      context_(door.context_),
      id_(side.id),
      socket_(std::move(side.socket)),
      connect_(std::move(side.connect)),
      after_connect_(std::move(side.after_connect)),
      timer_(context_.loop),
      peer_(std::move(side.peer)),
      admission_(std::move(side.admission)),
      session_(context_.limits.server, context_.clock.steady_now()),
      life_(&context_.network.life(id_, peer_)),
      from_bridge_(base::Direction::ToCloud, context_.counters, on_packet(base::Direction::ToCloud)),
      to_bridge_(base::Direction::ToBridge, context_.counters, on_packet(base::Direction::ToBridge)),
      outgoing_(std::move(side.outgoing)),
      client_id_(std::move(side.client_id)),
      bridge_(side.bridge) {}

PacketCounter::OnPacket StandInConnection::on_packet(base::Direction direction) {
    return [this, direction](const PacketSeen& packet) {
        life_->on_packet(direction, packet, false, context_.clock.steady_now());
        if (packet.type == kSubscribe || packet.type == kUnsubscribe) subscriptions_changed_ = true;
    };
}

bool StandInConnection::prepare() {
    error_code error;
    socket_.non_blocking(true, error);
    if (!error) socket_.set_option(tcp::no_delay(true), error);
    if (error) close("its socket failed: " + error.message());
    return !error;
}

void StandInConnection::start() {
    const auto keep = shared_from_this();
    if (!prepare()) return;
    if (!connect_.empty()) take_in(connect_.view());
    if (!closed_ && !after_connect_.empty()) take_in(std::exchange(after_connect_, {}));
    if (closed_) return;
    watch_reading();
    watch_deadline();
}

void StandInConnection::go_on(mqtt::SessionState state) {
    const auto keep = shared_from_this();
    opened_ = true;
    keep_alive_s_ = state.keep_alive_s;
    if (!prepare()) return;
    if (!outgoing_.empty()) watch_writing();
    from_bridge_.on_bytes(state.half_packet);
    carry_out(session_.go_on(std::move(state), context_.clock.steady_now()));
    if (closed_) return;
    life_->set_subscriptions(session_.subscriptions());
    watch_reading();
    watch_deadline();
}

void StandInConnection::pause() {
    paused_ = true;
}

void StandInConnection::go_on_reading() {
    if (!paused_ || closed_) return;
    paused_ = false;
    if (!reading_) watch_reading();
    watch_deadline();
}

StandInConnection::HandedOn StandInConnection::hand_on() {
    closed_ = true;
    life_ = nullptr;
    timer_.cancel();
    error_code ignored;
    socket_.cancel(ignored);
    HandedOn handed{BridgeSide{id_,
                               std::move(socket_),
                               peer_,
                               std::move(*admission_),
                               std::move(connect_),
                               client_id_,
                               bridge_,
                               {},
                               std::move(outgoing_)},
                    session_.hand_on()};
    admission_.reset();
    door_.on_closed(id_, client_id_);
    return handed;
}

void StandInConnection::acknowledge(ports::Receipt receipt) {
    carry_out(session_.acknowledge(receipt));
    watch_deadline();
}

bool StandInConnection::publish(std::string topic, base::Bytes payload, std::uint8_t qos) {
    if (closed_ || paused_) return false;
    const auto level = qos == 0 ? mqtt::Qos::AtMostOnce : mqtt::Qos::AtLeastOnce;
    const auto kind = context_.network.kind_of(topic);
    const std::size_t payload_bytes = payload.size();
    auto actions = session_.publish(std::move(topic), std::move(payload), level);
    if (actions.empty()) return false;
    life_->on_message(base::Direction::ToBridge, kind, payload_bytes, false, context_.clock.steady_now());
    carry_out(std::move(actions));
    watch_deadline();
    return !closed_;  // sending may have shown that the bridge is gone
}

void StandInConnection::close(const std::string& reason, std::string_view bad) {
    if (closed_) return;
    closed_ = true;
    const auto keep = shared_from_this();
    error_code ignored;
    // What is still unread would turn the close into a reset and could take our last answer with it.
    (void)socket_.read_some(asio::buffer(context_.read_buffer), ignored);
    (void)socket_.shutdown(tcp::socket::shutdown_send, ignored);
    socket_.close(ignored);
    timer_.cancel();
    outgoing_ = {};
    admission_.reset();
    if (bad.empty()) {
        logger()->debug("bridge connection {} from {} closed: {}", id_, peer_, reason);
    } else {
        context_.counters.count_bad_close(bad);
        context_.trouble.warn(context_.clock.steady_now(),
                              "closed the bridge connection from " + peer_ + ": " + reason);
    }
    life_ = nullptr;
    context_.network.closed(id_, reason, context_.now());
    door_.on_closed(id_, client_id_);
    if (opened_) context_.sink.on_closed({id_, context_.clock.wall_now(), reason});
}

void StandInConnection::watch_reading() {
    reading_ = true;
    socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& error) {
        self->reading_ = false;
        if (self->closed_ || self->paused_) return;
        if (error) return self->close("its socket failed: " + error.message());
        self->on_readable();
    });
}

void StandInConnection::on_readable() {
    auto& buffer = context_.read_buffer;
    error_code error;
    const std::size_t count = socket_.read_some(asio::buffer(buffer), error);
    if (error == asio::error::would_block || error == asio::error::interrupted) return watch_reading();
    if (error == asio::error::eof) return close("the bridge closed it");
    if (error) return close("the bridge's side failed: " + error.message());

    const bool was_connected = session_.connected();
    take_in({buffer.data(), count});
    if (!was_connected) ::explicit_bzero(buffer.data(), count);  // it may hold the bridge's password
    if (closed_) return;
    watch_deadline();
    watch_reading();
}

void StandInConnection::take_in(base::ByteView bytes) {
    context_.counters.count_bytes(base::Direction::ToCloud, bytes.size());
    life_->on_bytes(base::Direction::ToCloud, bytes.size());
    from_bridge_.on_bytes(bytes);
    carry_out(session_.on_bytes(bytes, context_.clock.steady_now()));
    if (!closed_ && std::exchange(subscriptions_changed_, false)) life_->set_subscriptions(session_.subscriptions());
}

void StandInConnection::watch_deadline() {
    if (closed_ || paused_) return;
    // Set again only when it must ring earlier; when it rings too early it is simply set to the later time.
    const auto deadline = session_.deadline();
    if (timer_set_for_ && *timer_set_for_ <= deadline) return;
    timer_set_for_ = deadline;
    timer_.expires_after(deadline - context_.clock.steady_now());
    timer_.async_wait([self = shared_from_this()](const error_code& error) {
        if (error || self->closed_) return;
        self->timer_set_for_.reset();
        if (self->paused_) return;
        const auto now = self->context_.clock.steady_now();
        if (now >= self->session_.deadline()) self->carry_out(self->session_.on_timer(now), "timeout");
        self->watch_deadline();
    });
}

void StandInConnection::carry_out(mqtt::ServerActions actions, std::string_view blame) {
    const auto keep = shared_from_this();  // the sink may close us through a takeover or a stop
    for (auto& action : actions) {
        if (closed_) return;
        if (const auto* to_send = std::get_if<mqtt::Send>(&action)) {
            send(to_send->bytes);
        } else if (const auto* connected = std::get_if<mqtt::ClientConnected>(&action)) {
            on_connected(*connected);
        } else if (auto* delivered = std::get_if<mqtt::Delivered>(&action)) {
            deliver(std::move(*delivered));
        } else if (const auto* end = std::get_if<mqtt::Close>(&action)) {
            close(end->reason, end->by_client ? std::string_view{} : label_of(end->reason, blame));
        }
    }
}

void StandInConnection::on_connected(const mqtt::ClientConnected& connected) {
    door_.on_client_id(id_, connected.client_id);
    client_id_ = connected.client_id;
    bridge_ = base::DeviceId::parse(client_id_);
    keep_alive_s_ = connected.keep_alive_s;
    opened_ = true;
    life_->on_connect({client_id_, connected.user_name, connected.password_given, keep_alive_s_,
                       connected.clean_session, kProtocolLevel, connected.will ? connected.will->topic : "",
                       static_cast<std::uint8_t>(connected.will ? connected.will->qos : mqtt::Qos::AtMostOnce),
                       connected.will && connected.will->retain},
                      context_.now());
    life_->on_connack(0, false);
    logger()->debug("bridge connection {} from {} is {}", id_, peer_, bridge_ ? bridge_->text() : "no known bridge");
    const auto path = door_.failover_ == nullptr ? ports::CloudPath::None : ports::CloudPath::StandingIn;
    life_->on_path(path);
    context_.sink.on_opened({id_, ports::Door::StandIn, bridge_, peer_, context_.clock.wall_now(), path},
                            context_.link);
    if (door_.failover_ != nullptr && !closed_) door_.failover_->on_stood_in(id_, bridge_);
}

void StandInConnection::deliver(mqtt::Delivered delivered) {
    mqtt::Publish& publish = delivered.publish;
    ports::Frame frame;
    frame.received = context_.clock.wall_now();
    frame.direction = base::Direction::ToCloud;
    frame.door = ports::Door::StandIn;
    frame.bridge = bridge_;
    frame.qos = static_cast<std::uint8_t>(publish.qos);
    frame.dup = publish.dup;
    frame.retain = publish.retain;
    frame.topic = std::move(publish.topic);
    frame.payload = std::move(publish.payload);
    context_.counters.count_frame(base::Direction::ToCloud);
    life_->on_message(base::Direction::ToCloud, context_.network.kind_of(frame.topic), frame.payload.size(), false,
                      context_.clock.steady_now());
    context_.sink.on_frame(id_, std::move(frame), delivered.receipt);
}

void StandInConnection::send(base::ByteView bytes) {
    context_.counters.count_bytes(base::Direction::ToBridge, bytes.size());
    life_->on_bytes(base::Direction::ToBridge, bytes.size());
    to_bridge_.on_bytes(bytes);
    if (outgoing_.empty()) {
        error_code error;
        const std::size_t taken = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
        if (error && error != asio::error::would_block && error != asio::error::interrupted) {
            return close("the bridge's side failed: " + error.message());
        }
        bytes = bytes.subspan(error ? 0 : taken);
    }
    if (bytes.empty()) return;
    if (outgoing_.size() + bytes.size() > context_.limits.max_outgoing_bytes) {
        return close("the bridge does not read what it is sent", "slow_peer");
    }
    outgoing_.insert(outgoing_.end(), bytes.begin(), bytes.end());
    watch_writing();
}

void StandInConnection::watch_writing() {
    if (writing_) return;
    writing_ = true;
    socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const error_code& error) {
        self->writing_ = false;
        if (self->closed_) return;
        if (error) return self->close("its socket failed: " + error.message());
        self->on_writable();
    });
}

void StandInConnection::on_writable() {
    error_code error;
    const std::size_t taken = socket_.write_some(asio::buffer(outgoing_), error);
    if (error && error != asio::error::would_block && error != asio::error::interrupted) {
        return close("the bridge's side failed: " + error.message());
    }
    if (!error) outgoing_.erase(outgoing_.begin(), outgoing_.begin() + static_cast<std::ptrdiff_t>(taken));
    if (!outgoing_.empty()) watch_writing();
}

}  // namespace millrace::capture
