#include "mqtt/client_session.h"

#include <algorithm>
#include <utility>

#include "base/overloaded.h"
#include "mqtt/packet_writer.h"
#include "mqtt/session_state.h"

namespace millrace::mqtt {
namespace {

// Neighbouring packets leave in one piece.
void send(const Packet& packet, ClientActions& actions) {
    if (actions.empty() || !std::holds_alternative<Send>(actions.back())) actions.emplace_back(Send{});
    write(packet, std::get<Send>(actions.back()).bytes);
}

}  // namespace

ClientSession::ClientSession(ClientSettings settings) : settings_(std::move(settings)), parser_(settings_.parser) {}

ClientActions ClientSession::open(base::SteadyTime now) {
    ClientActions actions;
    if (state_ != State::Fresh) return actions;
    state_ = State::Opening;
    opened_ = now;
    Connect connect;
    connect.client_id = settings_.client_id;
    connect.keep_alive_s = settings_.keep_alive_s;
    connect.clean_session = settings_.clean_session;
    connect.user_name = settings_.user_name;
    connect.password = settings_.password;
    send(std::move(connect), actions);
    return actions;
}

void ClientSession::opened_by_owner(base::SteadyTime now) {
    if (state_ != State::Fresh) return;
    state_ = State::Opening;
    opened_ = now;
}

ClientActions ClientSession::on_bytes(base::ByteView bytes, base::SteadyTime now) {
    ClientActions actions;
    if (state_ == State::Fresh || state_ == State::Closed || bytes.empty()) return actions;
    parser_.feed(bytes);
    if (!packet_began_) packet_began_ = now;
    while (state_ != State::Closed && !stopped_) {
        ParseResult result = parser_.next();
        if (std::holds_alternative<NeedMore>(result)) break;
        if (const auto* broken = std::get_if<Broken>(&result)) {
            close(std::string(describe(broken->reason)), actions);
            break;
        }
        packet_began_ = now;
        handle(std::move(std::get<Packet>(result)), now, actions);
    }
    if (parser_.buffered_bytes() == 0 || stopped_) packet_began_.reset();
    return actions;
}

ClientActions ClientSession::on_timer(base::SteadyTime now) {
    ClientActions actions;
    if (state_ == State::Opening && now >= opened_ + settings_.connect_timeout) {
        close("no CONNACK in time", actions);
    } else if (state_ != State::Closed && packet_began_ && now >= *packet_began_ + settings_.packet_timeout) {
        close("half a packet and then silence", actions);
    } else if (state_ == State::Open && ping_sent_ && now >= *ping_sent_ + settings_.ping_timeout) {
        close("no PINGRESP in time", actions);
    } else if (state_ == State::Open) {
        if (now >= next_ping_) send_ping(now, actions);
        resend(now, actions);
    }
    return actions;
}

base::SteadyTime ClientSession::deadline() const {
    if (state_ == State::Fresh || state_ == State::Closed) return base::SteadyTime::max();
    base::SteadyTime deadline = state_ == State::Opening ? opened_ + settings_.connect_timeout : next_ping_;
    if (packet_began_) deadline = std::min(deadline, *packet_began_ + settings_.packet_timeout);
    if (ping_sent_) deadline = std::min(deadline, *ping_sent_ + settings_.ping_timeout);
    for (const auto& [id, message] : inflight_) deadline = std::min(deadline, message.resend_at);
    return deadline;
}

ClientActions ClientSession::subscribe(std::vector<Subscription> subscriptions) {
    ClientActions actions;
    if (state_ != State::Open || subscriptions.empty()) return actions;
    send(Subscribe{take_packet_id(), std::move(subscriptions)}, actions);
    return actions;
}

ClientSession::Published ClientSession::publish(std::string topic, base::Bytes payload, Qos qos, base::SteadyTime now) {
    Publish publish;
    publish.topic = std::move(topic);
    publish.payload = std::move(payload);
    publish.qos = qos == Qos::AtMostOnce ? qos : Qos::AtLeastOnce;
    return this->publish(std::move(publish), now);
}

ClientSession::Published ClientSession::publish(Publish publish, base::SteadyTime now) {
    Published published;
    if (state_ != State::Open) return published;
    if (publish.qos == Qos::AtMostOnce) {
        send(std::move(publish), published.actions);
        return published;
    }
    if (inflight_.size() >= settings_.max_inflight) return published;
    publish.packet_id = published.packet_id = take_packet_id();
    Packet packet{std::move(publish)};
    send(packet, published.actions);
    inflight_.emplace(published.packet_id,
                      Inflight{std::move(std::get<Publish>(packet)), now + settings_.retry_interval});
    return published;
}

ClientSession::Pinged ClientSession::ping(base::SteadyTime now) {
    Pinged pinged;
    if (state_ == State::Open) last_asked_for_ = pinged.ping = send_ping(now, pinged.actions);
    return pinged;
}

ClientActions ClientSession::acknowledge(std::uint64_t receipt) {
    ClientActions actions;
    const auto owed = owed_.find(packet_id_of(receipt));
    if (state_ != State::Open || owed == owed_.end() || owed->second != receipt) return actions;
    send(Puback{owed->first}, actions);
    owed_.erase(owed);
    return actions;
}

base::Bytes ClientSession::release() {
    state_ = State::Closed;
    return parser_.take_rest();
}

ClientActions ClientSession::disconnect() {
    ClientActions actions;
    if (state_ == State::Open) send(Disconnect{}, actions);
    if (state_ != State::Closed) close("disconnected by us", actions);
    return actions;
}

void ClientSession::handle(Packet&& packet, base::SteadyTime now, ClientActions& actions) {
    if (state_ == State::Opening && !std::holds_alternative<Connack>(packet)) {
        return close("the first packet was not a CONNACK", actions);
    }
    std::visit(base::Overloaded{
                   [&](Connack& connack) { on_connack(connack, now, actions); },
                   [&](Publish& publish) { on_publish(std::move(publish), actions); },
                   [&](Puback& puback) {
                       if (inflight_.erase(puback.packet_id) > 0) actions.emplace_back(Acknowledged{puback.packet_id});
                   },
                   [&](Suback& suback) {
                       stopped_ = settings_.stop_at_suback;
                       actions.emplace_back(SubscribeAnswered{suback.packet_id, std::move(suback.return_codes)});
                   },
                   [&](Pingresp&) { on_pingresp(now, actions); },
                   [&](Pubrel& pubrel) { send(Pubcomp{pubrel.packet_id}, actions); },
                   [&](Pubrec&) {},  // these three answer what we never send
                   [&](Pubcomp&) {},
                   [&](Unsuback&) {},
                   [&](auto&) { close("a packet that only clients send", actions); },
               },
               packet);
}

void ClientSession::on_connack(const Connack& connack, base::SteadyTime now, ClientActions& actions) {
    if (state_ == State::Open) return close("a second CONNACK", actions);
    if (connack.return_code != ConnectReturnCode::Accepted) {
        actions.emplace_back(Refused{connack.return_code});
        return close("refused with return code " + std::to_string(static_cast<int>(connack.return_code)), actions);
    }
    state_ = State::Open;
    if (settings_.ping_period > base::Seconds{0}) next_ping_ = now + settings_.ping_period;
    actions.emplace_back(Opened{connack.session_present});
}

// We subscribe at QoS 1 at most, so a QoS 2 message comes only from a server that ignores this; it is answered as the
// standard asks, and may be delivered twice if the server repeats it.
void ClientSession::on_publish(Publish&& publish, ClientActions& actions) {
    const PacketId id = publish.packet_id;
    const Qos qos = publish.qos;
    const bool by_hand = settings_.acknowledge_by_hand && qos == Qos::AtLeastOnce;
    std::uint64_t receipt = 0;
    if (by_hand) {
        // Each of the 65,535 identifiers can be owed once; a server that uses one again gets the newer answer only.
        owed_[id] = receipt = make_receipt(++messages_, id);
    }
    actions.emplace_back(MessageReceived{std::move(publish), receipt});
    if (qos == Qos::AtLeastOnce && !by_hand) send(Puback{id}, actions);
    if (qos == Qos::ExactlyOnce) send(Pubrec{id}, actions);
}

std::uint64_t ClientSession::send_ping(base::SteadyTime now, ClientActions& actions) {
    send(Pingreq{}, actions);
    if (!ping_sent_) ping_sent_ = now;
    if (settings_.ping_period > base::Seconds{0}) next_ping_ = now + settings_.ping_period;
    return ++pings_sent_;
}

// With several pings out the time of the second is not known; counting from now only makes us patient.
void ClientSession::on_pingresp(base::SteadyTime now, ClientActions& actions) {
    if (pings_answered_ == pings_sent_) return;  // to nothing
    ++pings_answered_;
    ping_sent_.reset();
    if (pings_answered_ < pings_sent_) ping_sent_ = now;
    if (pings_answered_ <= last_asked_for_) actions.emplace_back(PingAnswered{pings_answered_});
}

void ClientSession::resend(base::SteadyTime now, ClientActions& actions) {
    for (auto& [id, message] : inflight_) {
        if (now < message.resend_at) continue;
        message.publish.dup = true;
        message.resend_at = now + settings_.retry_interval;
        send(message.publish, actions);
    }
}

void ClientSession::close(std::string reason, ClientActions& actions) {
    state_ = State::Closed;
    actions.emplace_back(Close{std::move(reason)});
}

PacketId ClientSession::take_packet_id() {
    while (next_packet_id_ == 0 || inflight_.contains(next_packet_id_)) ++next_packet_id_;
    return next_packet_id_++;
}

}  // namespace millrace::mqtt
