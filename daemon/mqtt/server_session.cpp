#include "mqtt/server_session.h"

#include <string.h>  // explicit_bzero, which <cstring> does not promise

#include <algorithm>
#include <utility>

#include "base/overloaded.h"
#include "mqtt/packet_writer.h"

namespace millrace::mqtt {
namespace {

// Neighbouring packets leave in one piece.
void send(const Packet& packet, ServerActions& actions) {
    if (actions.empty() || !std::holds_alternative<Send>(actions.back())) actions.emplace_back(Send{});
    write(packet, std::get<Send>(actions.back()).bytes);
}

}  // namespace

ServerSession::ServerSession(ServerLimits limits, base::SteadyTime now)
    : limits_(limits), parser_(limits.parser), opened_(now), last_packet_(now) {}

ServerActions ServerSession::on_bytes(base::ByteView bytes, base::SteadyTime now) {
    ServerActions actions;
    if (closed_ || bytes.empty()) return actions;
    parser_.feed(bytes);
    if (!packet_began_) packet_began_ = now;
    while (!closed_) {
        ParseResult result = parser_.next();
        if (std::holds_alternative<NeedMore>(result)) break;
        if (const auto* broken = std::get_if<Broken>(&result)) {
            close(std::string(describe(broken->reason)), actions);
            break;
        }
        last_packet_ = now;
        packet_began_ = now;  // of the packet that follows, if its bytes are here already
        handle(std::move(std::get<Packet>(result)), actions);
    }
    if (parser_.buffered_bytes() == 0) packet_began_.reset();
    return actions;
}

ServerActions ServerSession::go_on(SessionState state, base::SteadyTime now) {
    ServerActions actions;
    connected_ = true;  // also when its CONNECT is yet to be answered: that it came is known
    keep_alive_s_ = state.keep_alive_s;
    last_packet_ = now;
    subscriptions_ = std::move(state.subscriptions);
    // We send at QoS 1 at most.
    for (Subscription& subscription : subscriptions_) subscription.qos = std::min(subscription.qos, Qos::AtLeastOnce);
    awaiting_puback_ = std::move(state.sent_unacknowledged);
    deliveries_ = state.deliveries;
    for (Request& request : state.unanswered) answer(std::move(request), actions);
    if (!state.half_packet.empty()) {
        parser_.feed(state.half_packet);
        packet_began_ = now;
    }
    return actions;
}

void ServerSession::answer(Request&& request, ServerActions& actions) {
    switch (request.kind) {
        case Request::Kind::Connect: return send(Connack{}, actions);
        case Request::Kind::Subscribe:
            return on_subscribe(Subscribe{request.packet_id, std::move(request.subscriptions)}, actions);
        case Request::Kind::Unsubscribe:
            return on_unsubscribe(Unsubscribe{request.packet_id, std::move(request.topic_filters)}, actions);
        case Request::Kind::Ping: return send(Pingresp{}, actions);
        case Request::Kind::Release: return send(Pubcomp{request.packet_id}, actions);
        case Request::Kind::Publish:
            if (request.safe) return send(Puback{request.packet_id}, actions);
            unacknowledged_.emplace(request.packet_id, Unacknowledged{request.qos, request.receipt});
    }
}

bool ServerSession::settled() const {
    return connected() && unacknowledged_.empty() && awaiting_pubrel_.empty() && awaiting_puback_.empty();
}

SessionState ServerSession::hand_on() {
    SessionState state;
    state.connected = true;
    state.keep_alive_s = keep_alive_s_;
    state.subscriptions = std::move(subscriptions_);
    state.deliveries = deliveries_;
    state.half_packet = parser_.take_rest();
    closed_ = true;
    return state;
}

ServerActions ServerSession::on_timer(base::SteadyTime now) {
    ServerActions actions;
    if (closed_) return actions;
    if (!connected_ && now >= opened_ + limits_.connect_timeout) {
        close("no CONNECT in time", actions);
    } else if (packet_began_ && now >= *packet_began_ + limits_.packet_timeout) {
        close("half a packet and then silence", actions);
    } else if (connected_ && now >= silence_deadline()) {
        close("silent for longer than its keep alive allows", actions);
    }
    return actions;
}

base::SteadyTime ServerSession::deadline() const {
    if (closed_) return base::SteadyTime::max();
    base::SteadyTime deadline = connected_ ? silence_deadline() : opened_ + limits_.connect_timeout;
    if (packet_began_) deadline = std::min(deadline, *packet_began_ + limits_.packet_timeout);
    return deadline;
}

base::SteadyTime ServerSession::silence_deadline() const {
    if (keep_alive_s_ == 0) return last_packet_ + limits_.idle_timeout;
    return last_packet_ + base::Milliseconds{keep_alive_s_ * 1500};
}

ServerActions ServerSession::acknowledge(std::uint64_t receipt) {
    ServerActions actions;
    const PacketId packet_id = packet_id_of(receipt);
    const auto entry = unacknowledged_.find(packet_id);
    if (closed_ || entry == unacknowledged_.end()) return actions;
    // An older receipt is that of an earlier message, acknowledged long since, whose identifier the client used again.
    const bool issued = (receipt >> kReceiptPacketIdBits) <= deliveries_;
    if (receipt < entry->second.first_receipt || !issued) return actions;
    const Qos qos = entry->second.qos;
    unacknowledged_.erase(entry);
    if (qos == Qos::ExactlyOnce) {
        awaiting_pubrel_.insert(packet_id);
        send(Pubrec{packet_id}, actions);
    } else {
        send(Puback{packet_id}, actions);
    }
    return actions;
}

ServerActions ServerSession::publish(std::string topic, base::Bytes payload, Qos qos) {
    ServerActions actions;
    if (!connected()) return actions;
    const std::optional<Qos> granted = granted_qos(topic);
    if (!granted) return actions;
    Publish publish;
    publish.qos = std::min({qos, *granted, Qos::AtLeastOnce});
    publish.topic = std::move(topic);
    publish.payload = std::move(payload);
    if (publish.qos == Qos::AtLeastOnce) publish.packet_id = take_packet_id();
    send(std::move(publish), actions);
    return actions;
}

// A client that never acknowledges must not make us hold ever more identifiers: the oldest is given up. Identifiers
// are taken in a circle, so the oldest is the next one onwards from the one taken now.
PacketId ServerSession::take_packet_id() {
    if (awaiting_puback_.size() >= limits_.max_inflight && !awaiting_puback_.empty()) {
        auto oldest = awaiting_puback_.lower_bound(next_packet_id_);
        if (oldest == awaiting_puback_.end()) oldest = awaiting_puback_.begin();
        awaiting_puback_.erase(oldest);
    }
    while (next_packet_id_ == 0 || awaiting_puback_.contains(next_packet_id_)) ++next_packet_id_;
    awaiting_puback_.insert(next_packet_id_);
    return next_packet_id_++;
}

std::optional<Qos> ServerSession::granted_qos(std::string_view topic) const {
    std::optional<Qos> granted;
    for (const Subscription& subscription : subscriptions_) {
        if (!matches(subscription.topic_filter, topic)) continue;
        granted = granted ? std::max(*granted, subscription.qos) : subscription.qos;
    }
    return granted;
}

void ServerSession::handle(Packet&& packet, ServerActions& actions) {
    if (!connected_ && !std::holds_alternative<Connect>(packet)) {
        return close("the first packet was not a CONNECT", actions);
    }
    std::visit(base::Overloaded{
                   [&](Connect& connect) { on_connect(std::move(connect), actions); },
                   [&](Publish& publish) { on_publish(std::move(publish), actions); },
                   [&](Puback& puback) { awaiting_puback_.erase(puback.packet_id); },
                   [&](Pubrel& pubrel) { on_pubrel(pubrel.packet_id, actions); },
                   [&](Subscribe& subscribe) { on_subscribe(std::move(subscribe), actions); },
                   [&](Unsubscribe& unsubscribe) { on_unsubscribe(unsubscribe, actions); },
                   [&](Pingreq&) { send(Pingresp{}, actions); },
                   [&](Disconnect&) { close("disconnected by the client", actions, true); },
                   [&](Pubrec&) {},  // these two answer a QoS 2 message of ours, and we send none
                   [&](Pubcomp&) {},
                   [&](auto&) { close("a packet that only servers send", actions); },
               },
               packet);
}

void ServerSession::on_connect(Connect&& connect, ServerActions& actions) {
    // No trace of it stays with us but that it came; who may connect is not decided here.
    const bool password_given = connect.password.has_value();
    if (connect.password) ::explicit_bzero(connect.password->data(), connect.password->size());
    if (connected_) return close("a second CONNECT", actions);
    if (connect.protocol_level != 4) {
        send(Connack{false, ConnectReturnCode::UnacceptableProtocolVersion}, actions);
        return close("protocol level is not 4", actions);
    }
    if (connect.client_id.empty() && !connect.clean_session) {
        send(Connack{false, ConnectReturnCode::IdentifierRejected}, actions);
        return close("no client identifier for a session to keep", actions);
    }
    connected_ = true;
    keep_alive_s_ = connect.keep_alive_s;
    send(Connack{}, actions);
    actions.emplace_back(ClientConnected{std::move(connect.client_id), std::move(connect.user_name).value_or(""),
                                         keep_alive_s_, connect.clean_session, password_given,
                                         std::move(connect.will)});
}

std::uint64_t ServerSession::take_receipt(PacketId packet_id) {
    return make_receipt(++deliveries_, packet_id);
}

void ServerSession::on_publish(Publish&& publish, ServerActions& actions) {
    std::uint64_t receipt = 0;
    if (publish.qos != Qos::AtMostOnce) {
        const PacketId id = publish.packet_id;
        if (awaiting_pubrel_.contains(id)) return on_repeated_publish(std::move(publish), Qos::ExactlyOnce, actions);
        const auto entry = unacknowledged_.find(id);
        if (entry != unacknowledged_.end()) return on_repeated_publish(std::move(publish), entry->second.qos, actions);
        if (unacknowledged_.size() + awaiting_pubrel_.size() >= limits_.max_inflight) {
            return close("too many unacknowledged messages", actions);
        }
        receipt = take_receipt(id);
        unacknowledged_.emplace(id, Unacknowledged{publish.qos, receipt});
    }
    actions.emplace_back(Delivered{std::move(publish), receipt});
}

// The identifier is in use. A QoS 1 message may come twice and is delivered twice; a QoS 2 message is delivered once.
void ServerSession::on_repeated_publish(Publish&& publish, Qos first_qos, ServerActions& actions) {
    if (publish.qos != first_qos) return close("a packet identifier in use for another message", actions);
    if (publish.qos == Qos::AtLeastOnce) {
        const std::uint64_t receipt = take_receipt(publish.packet_id);
        actions.emplace_back(Delivered{std::move(publish), receipt});
    } else if (awaiting_pubrel_.contains(publish.packet_id)) {
        send(Pubrec{publish.packet_id}, actions);
    }
}

void ServerSession::on_pubrel(PacketId packet_id, ServerActions& actions) {
    if (unacknowledged_.contains(packet_id)) return close("PUBREL for a message without PUBREC", actions);
    awaiting_pubrel_.erase(packet_id);
    send(Pubcomp{packet_id}, actions);
}

void ServerSession::on_subscribe(Subscribe&& subscribe, ServerActions& actions) {
    Suback suback{subscribe.packet_id, {}};
    Subscribed granted;
    suback.return_codes.reserve(subscribe.subscriptions.size());
    for (Subscription& subscription : subscribe.subscriptions) {
        suback.return_codes.push_back(grant(subscription));
        if (suback.return_codes.back() != Suback::kFailure) granted.subscriptions.push_back(std::move(subscription));
    }
    send(std::move(suback), actions);
    if (!granted.subscriptions.empty()) actions.emplace_back(std::move(granted));
}

// The SUBACK's return code; a granted subscription is remembered, with its QoS lowered to what we send.
std::uint8_t ServerSession::grant(Subscription& subscription) {
    if (!is_topic_filter(subscription.topic_filter)) return Suback::kFailure;
    subscription.qos = std::min(subscription.qos, Qos::AtLeastOnce);
    const auto same = std::find_if(subscriptions_.begin(), subscriptions_.end(), [&](const Subscription& other) {
        return other.topic_filter == subscription.topic_filter;
    });
    if (same != subscriptions_.end()) {
        same->qos = subscription.qos;
    } else if (subscriptions_.size() < limits_.max_subscriptions) {
        subscriptions_.push_back(subscription);
    } else {
        return Suback::kFailure;
    }
    return static_cast<std::uint8_t>(subscription.qos);
}

void ServerSession::on_unsubscribe(const Unsubscribe& unsubscribe, ServerActions& actions) {
    for (const std::string& filter : unsubscribe.topic_filters) {
        std::erase_if(subscriptions_,
                      [&](const Subscription& subscription) { return subscription.topic_filter == filter; });
    }
    send(Unsuback{unsubscribe.packet_id}, actions);
}

void ServerSession::close(std::string reason, ServerActions& actions, bool by_client) {
    closed_ = true;
    actions.emplace_back(Close{std::move(reason), by_client});
}

}  // namespace millrace::mqtt
