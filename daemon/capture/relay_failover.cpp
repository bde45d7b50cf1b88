// The part of a RelayPair that follows the conversation, and gives the bridge up when the cloud does not keep to it.
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>

#include "capture/failover.h"
#include "capture/relay.h"
#include "capture/relay_pair.h"
#include "mqtt/packet_writer.h"

namespace millrace::capture {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kConnackBytes = 4;
constexpr std::uint8_t kConnackFirst = 0x20;

}  // namespace

void RelayPair::start_spliced(mqtt::SessionState state, tcp::socket cloud, base::ByteView from_cloud_side) {
    const auto keep = shared_from_this();
    opened_ = true;
    answered_ = true;
    arrived_ = context_.clock.steady_now();
    const base::Bytes half_packet = std::exchange(state.half_packet, {});
    mirror_ = mqtt::SessionMirror(std::move(state));
    std::string why;
    if (!use_cloud_side(std::move(cloud), why)) return lose_cloud("reset", why);
    if (!half_packet.empty()) pass_on(to_cloud_, half_packet);
    if (!closed_ && !from_cloud_side.empty()) from_cloud(from_cloud_side);
    if (closed_) return;
    watch(to_cloud_);
    if (!closed_) watch(to_bridge_);
}

// True when the chunk is used up: it is the beginning of a CONNACK, or a refusal. A whole CONNACK that came in pieces
// is left in connack_, with all that follows it.
bool RelayPair::hold_back_connack(base::ByteView& chunk) {
    if (connack_.empty() && chunk[0] != kConnackFirst) return false;  // the tap will say what is wrong with it
    if (connack_.empty() && chunk.size() >= kConnackBytes) {
        if (chunk[kConnackBytes - 1] == 0) return false;
    } else {
        connack_.insert(connack_.end(), chunk.begin(), chunk.end());
        if (connack_.size() < kConnackBytes) return true;
        if (connack_[kConnackBytes - 1] == 0) return false;
    }
    const auto code = static_cast<int>(connack_.empty() ? chunk[kConnackBytes - 1] : connack_[kConnackBytes - 1]);
    relay_.guard_.settle(id_);
    lose_cloud(code == static_cast<int>(mqtt::ConnectReturnCode::ServerUnavailable) ? "unavailable" : "refused",
               text(relay_.route_.cloud) + " refused the bridge with return code " + std::to_string(code) +
                   "; this is between the bridge and its cloud");
    return true;
}

void RelayPair::acknowledge(ports::Receipt receipt) {
    if (with_failover_) mirror_.acknowledge(receipt);
}

void RelayPair::claim(ports::Receipt receipt) {
    if (first_unclaimed_ == 0 || receipt < first_unclaimed_) return;
    first_unclaimed_ = receipt >= last_queued_ ? 0 : receipt + 1;
    relay_.queue_->push_cloud_has(id_, receipt);
}

std::optional<base::SteadyTime> RelayPair::patience_ends() const {
    // While the bridge does not take the cloud's answers, they are not looked at.
    if (!follows() || !connected_at_ || !to_bridge_.held.empty()) return std::nullopt;
    auto since = mirror_.waiting_since();
    if (since) since = std::max(*since, answers_read_since_);
    if (stuck_since_ && (!since || *stuck_since_ < *since)) since = stuck_since_;
    if (!since) return std::nullopt;
    return *since + relay_.failover_->patience();
}

void RelayPair::watch_patience() {
    if (closed_ || !with_failover_ || lingering_) return;
    const auto ends = patience_ends();
    // Set again only when it must ring earlier; when it rings too early it is simply set to the later time.
    if (!ends || (patience_set_for_ && *patience_set_for_ <= *ends)) return;
    patience_set_for_ = ends;
    patience_timer_.expires_after(*ends - context_.clock.steady_now());
    patience_timer_.async_wait([self = shared_from_this()](const error_code& error) {
        if (error || self->closed_ || self->lingering_) return;
        self->patience_set_for_.reset();
        auto overdue = self->patience_ends();
        error_code ignored;
        if (overdue && self->cloud_side_.available(ignored) > 0) {
            // It is not the cloud who is late: this process had no processor for a while.
            self->answers_read_since_ = self->context_.clock.steady_now();
            overdue = self->patience_ends();
        }
        if (overdue && self->context_.clock.steady_now() >= *overdue) {
            return self->lose_cloud(
                "silent", text(self->relay_.route_.cloud) + " (" + self->cloud_address_ + ") does not answer");
        }
        self->watch_patience();
    });
}

bool RelayPair::can_be_taken_over() const {
    if (lingering_ || to_cloud_.ended || relay_.failover_->superseded(client_id_, id_)) return false;
    if (!opened_) return !connected_at_ && !connect_.empty();  // nothing has passed yet
    return follows() && mirror_.can_be_taken_over() && tap_.buffered_bytes(mqtt::Side::Server) == 0;
}

void RelayPair::lose_cloud(std::string_view label, const std::string& why) {
    if (closed_) return;
    const auto keep = shared_from_this();
    const bool refused = label == "refused";
    if (lingering_ || to_cloud_.ended) return close(lingering_ ? linger_reason_ : "the bridge closed it");
    if (relay_.failover_->superseded(client_id_, id_)) return close("its client id connected again");
    relay_.cloud_state_.failed(why);
    if (!refused) relay_.failover_->on_cloud_away(why);
    if (can_be_taken_over()) return take_over(label, refused ? why : "");
    if (opened_ && follows()) {
        // Also where all is claimed: the sink then knows that this was the cloud's doing.
        relay_.queue_->drain();
        context_.sink.on_cloud_lost(id_);
        first_unclaimed_ = 0;
    }
    context_.counters.count_takeover("not_possible");
    close("the cloud is away, and nobody else can go on in the middle of what it said");
}

void RelayPair::take_over(std::string_view label, const std::string& refusal) {
    if (opened_) {
        relay_.queue_->drain();  // the sink may acknowledge now, and all of it is noted
        if (closed_) return;
        context_.sink.on_cloud_lost(id_);
        if (closed_) return;
    }
    closed_ = true;
    life_ = nullptr;
    if (dial_) dial_->cancel();
    timer_.cancel();
    patience_timer_.cancel();
    error_code ignored;
    bridge_side_.cancel(ignored);
    cloud_side_.close(ignored);
    std::optional<mqtt::SessionState> state;
    if (opened_) {
        state = mirror_.take();
        state->half_packet = tap_.take_rest(mqtt::Side::Client);
    }
    base::Bytes outgoing(to_bridge_.held.begin() + static_cast<std::ptrdiff_t>(to_bridge_.written),
                         to_bridge_.held.end());
    BridgeSide side{id_,
                    std::move(bridge_side_),
                    peer_,
                    std::move(*admission_),
                    std::move(connect_),
                    client_id_,
                    bridge_,
                    std::move(first_),
                    std::move(outgoing)};
    admission_.reset();
    logger()->debug("bridge connection {} from {}: we stand in for the cloud ({})", id_, peer_, label);
    relay_.on_closed(id_);
    relay_.failover_->take_over(std::move(side), std::move(state), label, refusal);
}

void RelayPair::linger(const std::string& reason) {
    if (closed_ || lingering_) return;
    if (!connected_at_ || !owes_cloud()) return close(reason);
    const auto keep = shared_from_this();
    lingering_ = true;
    linger_reason_ = reason;
    error_code ignored;
    bridge_side_.close(ignored);
    to_bridge_.held.clear();
    to_bridge_.written = 0;
    to_cloud_.ended = true;
    last_byte_ = context_.clock.steady_now();
    if (to_cloud_.passed_on) return watch_half_closed();
    if (to_cloud_.held.empty()) return pass_on_end(to_cloud_);
    watch_half_closed();  // also bounds how long the rest may take to go out
}

// The bridge has said its last. A ping of ours shows best that the cloud has all of it, where one may stand.
bool RelayPair::ask_for_the_last_word() {
    if (asked_) return owes_cloud();
    if (!owes_cloud() || !follows() || mirror_.ended() || !mirror_.connected()) return false;
    if (tap_.buffered_bytes(mqtt::Side::Client) > 0) return false;
    asked_ = true;
    pass_on(to_cloud_, mqtt::to_wire(mqtt::Pingreq{}));
    return true;
}

// The cloud ended its side. After the bridge's end this shows that it read all; before, it went away.
void RelayPair::on_cloud_end() {
    const bool bridge_ended = to_cloud_.passed_on || mirror_.ended();
    if (!bridge_ended) {
        return lose_cloud("closed", text(relay_.route_.cloud) + " (" + cloud_address_ + ") closed the connection");
    }
    if (cloud_took_all()) claim(mirror_.newest_receipt());
    close(lingering_ ? linger_reason_ : "the bridge closed it");
}

// Whether all that the bridge said has left us and was taken by the other side's TCP.
bool RelayPair::cloud_took_all() {
    int unsent = 0;
    return to_cloud_.held.empty() && ::ioctl(cloud_side_.native_handle(), SIOCOUTQ, &unsent) == 0 && unsent == 0;
}

// Takes in what the cloud said last, for its answers.
void RelayPair::drain_cloud() {
    constexpr int kMostReads = 16;
    auto& buffer = context_.read_buffer;
    for (int i = 0; i < kMostReads && !closed_; ++i) {
        error_code error;
        const std::size_t count = cloud_side_.read_some(asio::buffer(buffer), error);
        if (error || count == 0) return;
        from_cloud({buffer.data(), count});
    }
}

bool RelayPair::begin_last_words() {
    if (closed_ || !connected_at_ || !owes_cloud() || !to_cloud_.held.empty()) return false;
    if (ask_for_the_last_word()) return !closed_;
    error_code error;
    if (!to_cloud_.passed_on) cloud_side_.shutdown(tcp::socket::shutdown_send, error);
    to_cloud_.passed_on = true;
    return !error;
}

bool RelayPair::hear_last_words() {
    if (closed_) return true;
    auto& buffer = context_.read_buffer;
    while (true) {
        error_code error;
        const std::size_t count = cloud_side_.read_some(asio::buffer(buffer), error);
        if (error == asio::error::would_block || error == asio::error::interrupted) return !owes_cloud();
        if (error == asio::error::eof && to_cloud_.passed_on && cloud_took_all()) claim(mirror_.newest_receipt());
        if (error) return true;
        tap(to_bridge_, {buffer.data(), count});
    }
}

}  // namespace millrace::capture
