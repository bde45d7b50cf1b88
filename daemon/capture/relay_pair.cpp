#include "capture/relay_pair.h"

#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include "capture/failover.h"
#include "capture/relay.h"

namespace millrace::capture {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// How many full buffers a flow may move before others get their turn.
constexpr int kReadsPerTurn = 4;

// A bridge that lost its power says nothing; without probes its place would stay taken for good.
constexpr int kProbeAfterSeconds = 60;
constexpr int kProbeEverySeconds = 15;
constexpr int kProbes = 4;

bool try_later(const error_code& error) {
    return error == asio::error::would_block || error == asio::error::try_again || error == asio::error::interrupted;
}

void prepare(tcp::socket& socket, error_code& error) {
    socket.non_blocking(true, error);
    if (!error) socket.set_option(tcp::no_delay(true), error);
    if (!error) socket.set_option(tcp::socket::keep_alive(true), error);
    const auto set = [&socket](int option, int value) {
        (void)::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof value);
    };
    set(TCP_KEEPIDLE, kProbeAfterSeconds);
    set(TCP_KEEPINTVL, kProbeEverySeconds);
    set(TCP_KEEPCNT, kProbes);
}

}  // namespace

RelayPair::RelayPair(Relay& relay, BridgeSide side, bool with_failover)
    : relay_(relay),
      context_(relay.context_),
      id_(side.id),
      bridge_side_(std::move(side.socket)),
      cloud_side_(context_.loop),
      to_cloud_{bridge_side_, cloud_side_, mqtt::Side::Client, base::Direction::ToCloud},
      to_bridge_{cloud_side_, bridge_side_, mqtt::Side::Server, base::Direction::ToBridge},
      timer_(context_.loop),
      peer_(std::move(side.peer)),
      admission_(std::move(side.admission)),
      life_(&context_.network.life(id_, peer_)),
      bridge_(side.bridge),
      client_id_(std::move(side.client_id)),
      connect_(std::move(side.connect)),
      first_(std::move(side.after_connect)),
      with_failover_(with_failover),
      patience_timer_(context_.loop),
      last_byte_(context_.clock.steady_now()) {
    to_bridge_.held = std::move(side.outgoing);
}

void RelayPair::start() {
    error_code error;
    prepare(bridge_side_, error);
    if (error) return close("its socket failed: " + error.message());
    timer_.expires_after(context_.limits.first_byte_timeout);
    timer_.async_wait([self = shared_from_this()](const error_code& cancelled) {
        if (cancelled || self->closed_ || self->dial_) return;
        self->context_.counters.count_bad_close("timeout");
        self->close("the bridge said nothing");
    });
    bridge_side_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const error_code& failed) {
        if (self->closed_) return;
        if (failed) return self->close("the bridge's side failed: " + failed.message());
        self->on_first_byte();
    });
}

// A bridge speaks first. Dialling only then spares the cloud every port scan, and lets a loop grow no faster than the
// CONNECT by which it is found out.
void RelayPair::on_first_byte() {
    timer_.cancel();
    error_code error;
    std::uint8_t byte = 0;
    (void)bridge_side_.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
    if (error == asio::error::eof) return close("the bridge closed it");
    if (error && !try_later(error)) return close("the bridge's side failed: " + error.message());
    dial(base::Milliseconds::max());
}

void RelayPair::start_with(base::SteadyTime arrived) {
    arrived_ = arrived;
    error_code error;
    prepare(bridge_side_, error);
    if (error) return close("its socket failed: " + error.message());
    dial(relay_.failover_->patience());
}

void RelayPair::dial(base::Milliseconds at_most) {
    if (relay_.guard_.cooling_off(context_.clock.steady_now())) {
        constexpr const char* kWhy = "a loop was found a moment ago";
        return with_failover_ ? lose_cloud("loop", kWhy) : close(kWhy);
    }
    dial_ = std::make_shared<Dial>(context_, relay_.route_, id_);
    dial_->start(
        [self = shared_from_this()](auto result) {
            if (!self->closed_) self->on_dialled(std::move(result));
        },
        at_most);
}

void RelayPair::on_dialled(base::Result<tcp::socket, base::Error> result) {
    std::string why;
    const bool usable = result ? use_cloud_side(std::move(*result), why) : false;
    if (!usable) {
        if (!result) why = result.error().message;
        if (with_failover_) return lose_cloud("unreachable", why);
        ++context_.counters.cloud_failures;
        relay_.cloud_state_.failed(why);
        context_.trouble.warn(context_.clock.steady_now(), "the cloud is not reachable for a bridge: " + why);
        return close("the cloud is not reachable");
    }
    const auto keep = shared_from_this();
    if (!connect_.empty()) pass_on(to_cloud_, connect_.view());
    if (!closed_ && !first_.empty()) pass_on(to_cloud_, std::exchange(first_, {}));
    if (closed_) return;
    if (connect_.empty()) {
        on_readable(to_cloud_);  // what made us dial is waiting
    } else {
        watch(to_cloud_);
    }
    if (!closed_) watch(to_bridge_);
}

bool RelayPair::use_cloud_side(tcp::socket socket, std::string& why) {
    error_code error;
    cloud_side_ = std::move(socket);
    prepare(cloud_side_, error);
    tcp::endpoint remote;
    if (!error) remote = cloud_side_.remote_endpoint(error);
    if (error) {
        why = text(relay_.route_.cloud) + ": " + error.message();
        return false;
    }
    cloud_address_ = text(remote);
    life_->on_cloud(cloud_address_);
    context_.network.cloud_reached(remote.address().to_string());
    connected_at_ = context_.clock.steady_now();
    logger()->debug("bridge connection {} from {} goes on to {}", id_, peer_, cloud_address_);
    return true;
}

void RelayPair::close(const std::string& reason) {
    if (closed_) return;
    closed_ = true;
    const auto keep = shared_from_this();
    if (dial_) dial_->cancel();
    timer_.cancel();
    patience_timer_.cancel();
    error_code ignored;
    bridge_side_.close(ignored);
    cloud_side_.close(ignored);
    to_cloud_.held = {};
    to_bridge_.held = {};
    admission_.reset();
    logger()->debug("bridge connection {} from {} closed: {}", id_, peer_, reason);
    if (connected_at_ && !answered_ && to_bridge_.ended) {
        relay_.cloud_state_.failed(text(relay_.route_.cloud) + " (" + cloud_address_ +
                                   ") closed the connection without an answer");
    }
    if (opened_) {
        if (owes_cloud()) {
            relay_.queue_->drain();
            context_.sink.on_cloud_lost(id_);
        }
        relay_.queue_->push(ports::ConnectionClosed{id_, context_.clock.wall_now(), reason});
        if (with_failover_) relay_.queue_->drain();  // so that it is known what waits when the bridge comes back
    }
    life_ = nullptr;
    context_.network.closed(id_, reason, context_.now());
    relay_.on_closed(id_);
}

std::size_t RelayPair::held_bytes() const {
    return to_cloud_.held.size() - to_cloud_.written + to_bridge_.held.size() - to_bridge_.written;
}

bool RelayPair::waits_for_answer(base::SteadyTime now) const {
    return connected_at_ && !answered_ && now - *connected_at_ > context_.limits.answer_timeout;
}

// Arms the one thing this flow waits for.
void RelayPair::watch(Flow& flow) {
    if (closed_ || flow.passed_on) return;
    if (!flow.held.empty()) {
        flow.to.async_wait(tcp::socket::wait_write, [self = shared_from_this(), &flow](const error_code& error) {
            if (self->closed_) return;
            const bool dropped = self->lingering_ && &flow == &self->to_bridge_;  // there is nobody to write to
            if (error && !dropped) return self->on_write_failed(flow, error);
            dropped ? self->watch(flow) : self->on_writable(flow);
        });
    } else if (flow.ended) {
        pass_on_end(flow);
    } else {
        flow.from.async_wait(tcp::socket::wait_read, [self = shared_from_this(), &flow](const error_code& error) {
            if (self->closed_ || (self->lingering_ && &flow == &self->to_cloud_)) return;
            if (error) return self->fail(flow, true, error);
            self->on_readable(flow);
        });
    }
}

void RelayPair::on_readable(Flow& flow) {
    const auto keep = shared_from_this();
    auto& buffer = context_.read_buffer;
    for (int turn = 0; turn < kReadsPerTurn; ++turn) {
        error_code error;
        const std::size_t count = flow.from.read_some(asio::buffer(buffer), error);
        if (error == asio::error::eof) {
            flow.ended = true;
            break;
        }
        if (try_later(error)) break;
        if (error) return fail(flow, true, error);
        if (flow.side == mqtt::Side::Server) {
            from_cloud({buffer.data(), count});
        } else {
            pass_on(flow, {buffer.data(), count});
        }
        if (closed_) return;
        if (count < buffer.size() || !flow.held.empty()) break;
    }
    if (with_failover_ && to_bridge_.ended && &flow == &to_bridge_) return on_cloud_end();
    watch(flow);
}

void RelayPair::from_cloud(base::ByteView chunk) {
    if (follows() && !mirror_.connected()) {
        if (hold_back_connack(chunk)) return;
        if (!connack_.empty()) return pass_on(to_bridge_, std::exchange(connack_, {}));
    }
    pass_on(to_bridge_, chunk);
}

void RelayPair::pass_on(Flow& flow, base::ByteView chunk) {
    error_code error;
    const bool nobody = lingering_ && &flow == &to_bridge_;
    std::size_t taken = nobody ? chunk.size() : 0;
    if (!nobody && flow.held.empty()) {
        taken = flow.to.write_some(asio::buffer(chunk.data(), chunk.size()), error);
        if (error) taken = 0;
    }
    const bool failed = error && !try_later(error);
    if (failed && !with_failover_) return fail(flow, false, error);
    if (!failed) {
        const auto rest = chunk.subspan(taken);
        flow.held.insert(flow.held.end(), rest.begin(), rest.end());
    }

    context_.counters.count_bytes(flow.direction, chunk.size());
    if (!asked_ || &flow == &to_bridge_) life_->on_bytes(flow.direction, chunk.size());
    last_byte_ = context_.clock.steady_now();
    if (flow.side == mqtt::Side::Server && !answered_) {
        answered_ = true;
        relay_.cloud_state_.answered(cloud_address_);
    }
    tap(flow, chunk);
    if (closed_) return;
    // Only now: whoever takes over must have seen what came.
    if (failed) return fail(flow, false, error);
    if (asked_ && !owes_cloud() && to_cloud_.ended && !to_cloud_.passed_on && to_cloud_.held.empty()) {
        pass_on_end(to_cloud_);  // it was the answer waited for
        if (closed_) return;
    }
    if (&flow == &to_cloud_ && !flow.held.empty() && !stuck_since_) stuck_since_ = last_byte_;
    watch_patience();
}

void RelayPair::on_writable(Flow& flow) {
    error_code error;
    const std::size_t taken =
        flow.to.write_some(asio::buffer(flow.held.data() + flow.written, flow.held.size() - flow.written), error);
    if (error && !try_later(error)) return on_write_failed(flow, error);
    if (!error) flow.written += taken;
    last_byte_ = context_.clock.steady_now();
    if (flow.written == flow.held.size()) {
        flow.held.clear();
        flow.held.shrink_to_fit();  // an idle connection holds no memory
        flow.written = 0;
    }
    if (&flow == &to_bridge_ && flow.held.empty()) answers_read_since_ = last_byte_;
    if (&flow == &to_cloud_) {
        if (flow.held.empty()) {
            stuck_since_.reset();
        } else if (!error) {
            stuck_since_ = last_byte_;
        }
    }
    watch_patience();
    watch(flow);
}

void RelayPair::pass_on_end(Flow& flow) {
    if (with_failover_ && &flow == &to_cloud_ && ask_for_the_last_word()) {
        if (!closed_) watch_half_closed();
        return;
    }
    flow.passed_on = true;
    error_code ignored;
    flow.to.shutdown(tcp::socket::shutdown_send, ignored);
    const Flow& other = &flow == &to_cloud_ ? to_bridge_ : to_cloud_;
    if (other.passed_on) {
        return close(flow.side == mqtt::Side::Server ? "the bridge closed it" : "the cloud closed it");
    }
    watch_half_closed();
}

void RelayPair::watch_half_closed() {
    const auto limit = with_failover_ ? std::min(context_.limits.half_close_timeout, relay_.failover_->patience())
                                      : context_.limits.half_close_timeout;
    const auto deadline = last_byte_ + limit;
    timer_.expires_after(deadline - context_.clock.steady_now());
    timer_.async_wait([self = shared_from_this(), limit](const error_code& error) {
        if (error || self->closed_) return;
        const auto now = self->context_.clock.steady_now();
        if (now >= self->last_byte_ + limit) {
            return self->close("half closed and then silent");
        }
        self->watch_half_closed();
    });
}

void RelayPair::on_write_failed(Flow& flow, const error_code& error) {
    fail(flow, false, error);
    if (lingering_ && &flow == &to_bridge_) watch(flow);  // the cloud's answers still matter
}

void RelayPair::fail(const Flow& flow, bool reading, const error_code& error) {
    const bool at_bridge = reading == (flow.side == mqtt::Side::Client);
    if (with_failover_) {
        if (at_bridge) return linger("the bridge's side failed: " + error.message());
        if (!reading) drain_cloud();  // its last answers may be there
        if (closed_) return;
        return lose_cloud("reset", text(relay_.route_.cloud) + " (" + cloud_address_ + ") failed: " + error.message());
    }
    if (!at_bridge) to_bridge_.ended = true;
    close((at_bridge ? "the bridge's side failed: " : "the cloud's side failed: ") + error.message());
}

void RelayPair::tap(const Flow& flow, base::ByteView chunk) {
    if (tap_.broken()) return;
    auto& events = relay_.tap_events_;
    events.clear();
    tap_.on_bytes(flow.side, chunk, events);
    if (events.empty()) return;
    const Moment now = context_.now();
    for (auto& event : events) {
        if (closed_) break;
        if (auto* saw = std::get_if<mqtt::SawPacket>(&event)) {
            context_.counters.count_packet(flow.direction, packet_type(saw->packet));
            note(flow, *saw, now.steady);
            if (with_failover_ && flow.side == mqtt::Side::Server) mirror_.on_server(saw->packet);
            on_packet(flow, saw->packet, now);
        } else {
            const auto reason = std::get<mqtt::TapBroken>(event).reason;
            context_.counters.count_tap_break(reason);
            life_->on_unreadable();
            context_.trouble.warn(now.steady, "what passes between the bridge at " + peer_ +
                                                  " and the cloud is not MQTT 3.1.1 (" +
                                                  std::string(mqtt::describe(reason)) +
                                                  "): it is passed on, but not read any further on this connection");
        }
    }
    events.clear();
    if (with_failover_ && flow.side == mqtt::Side::Server) claim(mirror_.server_has());
}

void RelayPair::note(const Flow& flow, const mqtt::SawPacket& saw, base::SteadyTime now) {
    if (asked_ && &flow == &to_cloud_) return;  // our own ping, after the bridge's last word
    life_->on_packet(flow.direction, seen(saw.packet, saw.bytes), true, now);
    if (const auto* connack = std::get_if<mqtt::Connack>(&saw.packet)) {
        life_->on_connack(static_cast<std::uint8_t>(connack->return_code), connack->session_present);
    } else if (const auto* subscribe = std::get_if<mqtt::Subscribe>(&saw.packet)) {
        life_->on_subscribe(*subscribe);
    } else if (const auto* suback = std::get_if<mqtt::Suback>(&saw.packet)) {
        life_->on_suback(*suback);
    } else if (const auto* unsubscribe = std::get_if<mqtt::Unsubscribe>(&saw.packet)) {
        life_->on_unsubscribe(*unsubscribe);
    }
}

void RelayPair::on_packet(const Flow& flow, mqtt::Packet& packet, Moment now) {
    receipt_ = 0;
    if (with_failover_ && flow.side == mqtt::Side::Client) {
        const bool connects = std::holds_alternative<mqtt::Connect>(packet);
        receipt_ = mirror_.on_client(packet, connects ? arrived_ : now.steady);
    }
    if (auto* publish = std::get_if<mqtt::Publish>(&packet)) {
        on_publish(flow, *publish, now);
    } else if (auto* connect = std::get_if<mqtt::Connect>(&packet)) {
        if (flow.side == mqtt::Side::Client) on_connect(*connect, now);
    } else if (const auto* connack = std::get_if<mqtt::Connack>(&packet)) {
        relay_.guard_.settle(id_);
        if (with_failover_) relay_.failover_->on_cloud_answered();
        if (connack->return_code != mqtt::ConnectReturnCode::Accepted) {
            relay_.cloud_state_.failed(text(relay_.route_.cloud) + " refused the bridge with return code " +
                                       std::to_string(static_cast<int>(connack->return_code)) +
                                       "; this is between the bridge and its cloud");
        }
    }
}

void RelayPair::on_connect(mqtt::Connect& connect, Moment now) {
    // The password has gone by; no trace of it stays with us.
    if (connect.password) ::explicit_bzero(connect.password->data(), connect.password->size());
    ::explicit_bzero(context_.read_buffer.data(), context_.read_buffer.size());
    if (opened_) return;
    opened_ = true;
    bridge_ = base::DeviceId::parse(connect.client_id);
    life_->on_connect(facts_of(connect), now);
    life_->on_path(ports::CloudPath::Relay);
    relay_.queue_->push(
        ports::ConnectionOpened{id_, ports::Door::Relay, bridge_, peer_, now.wall, ports::CloudPath::Relay});
    relay_.on_connect(id_, connect.client_id);
}

void RelayPair::on_publish(const Flow& flow, mqtt::Publish& publish, Moment now) {
    if (!opened_) return;  // no MQTT connection yet, so whatever this is, it is nobody's message
    ports::Frame frame;
    frame.received = now.wall;
    frame.direction = flow.direction;
    frame.door = ports::Door::Relay;
    frame.bridge = bridge_;
    frame.qos = static_cast<std::uint8_t>(publish.qos);
    frame.dup = publish.dup;
    frame.retain = publish.retain;
    frame.topic = std::move(publish.topic);
    frame.payload = std::move(publish.payload);
    life_->on_message(flow.direction, context_.network.kind_of(frame.topic), frame.payload.size(), true, now.steady);
    const bool queued = relay_.queue_->push(id_, std::move(frame), receipt_);
    if (!queued) life_->on_not_decoded();
    if (!queued || receipt_ == 0) return;
    last_queued_ = receipt_;
    if (first_unclaimed_ == 0) first_unclaimed_ = receipt_;
}

}  // namespace millrace::capture
