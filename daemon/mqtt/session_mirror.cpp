#include "mqtt/session_mirror.h"

#include <algorithm>
#include <utility>

#include "base/overloaded.h"

namespace millrace::mqtt {
namespace {

void remove_filter(std::vector<Subscription>& subscriptions, const std::string& filter) {
    std::erase_if(subscriptions, [&](const Subscription& held) { return held.topic_filter == filter; });
}

}  // namespace

SessionMirror::SessionMirror(SessionState state) : state_(std::move(state)), began_(true) {
    unanswered_.assign(state_.unanswered.begin(), state_.unanswered.end());
    state_.unanswered.clear();
    newest_receipt_ = server_has_ = make_receipt(state_.deliveries, 0);
}

std::uint64_t SessionMirror::on_client(const Packet& packet, base::SteadyTime now) {
    if (given_up_) {
        // Receipts go on rising, because the messages are delivered all the same.
        if (const auto* publish = std::get_if<Publish>(&packet)) {
            return newest_receipt_ = make_receipt(++state_.deliveries, publish->packet_id);
        }
        return 0;
    }
    using Kind = Request::Kind;
    const auto request = [](Kind kind, PacketId id = 0) {
        Request made;
        made.kind = kind;
        made.packet_id = id;
        return made;
    };
    std::visit(base::Overloaded{
                   [&](const Connect& connect) {
                       if (began_ || connect.protocol_level != 4) return give_up();
                       began_ = true;
                       state_.keep_alive_s = connect.keep_alive_s;
                       ask(request(Kind::Connect), now);
                   },
                   [&](const Publish& publish) { on_publish(publish, now); },
                   [&](const Pubrel& pubrel) { ask(request(Kind::Release, pubrel.packet_id), now); },
                   [&](const Subscribe& subscribe) {
                       Request made = request(Kind::Subscribe, subscribe.packet_id);
                       made.subscriptions = subscribe.subscriptions;
                       ask(std::move(made), now);
                   },
                   [&](const Unsubscribe& unsubscribe) {
                       Request made = request(Kind::Unsubscribe, unsubscribe.packet_id);
                       made.topic_filters = unsubscribe.topic_filters;
                       ask(std::move(made), now);
                   },
                   [&](const Pingreq&) { ask(request(Kind::Ping), now); },
                   [&](const Puback& puback) { state_.sent_unacknowledged.erase(puback.packet_id); },
                   [&](const Pubrec&) {},
                   [&](const Pubcomp& pubcomp) { exactly_once_sent_.erase(pubcomp.packet_id); },
                   [&](const Disconnect&) { ended_ = true; },
                   [&](const auto&) { give_up(); },
               },
               packet);
    return std::holds_alternative<Publish>(packet) ? newest_receipt_ : 0;
}

void SessionMirror::on_publish(const Publish& publish, base::SteadyTime now) {
    newest_receipt_ =
        make_receipt(++state_.deliveries, publish.qos == Qos::AtMostOnce ? PacketId{0} : publish.packet_id);
    if (publish.qos == Qos::AtMostOnce) return;
    if (publish.qos == Qos::ExactlyOnce) exactly_once_.insert(publish.packet_id);
    Request request;
    request.kind = Request::Kind::Publish;
    request.packet_id = publish.packet_id;
    request.qos = publish.qos;
    ask(std::move(request), now);
}

void SessionMirror::on_server(const Packet& packet) {
    if (given_up_) return;
    using Kind = Request::Kind;
    std::visit(base::Overloaded{
                   [&](const Connack& connack) {
                       if (!answered(Kind::Connect, 0)) return give_up();
                       state_.connected = connack.return_code == ConnectReturnCode::Accepted;
                   },
                   [&](const Suback& suback) { on_suback(suback); },
                   [&](const Unsuback& unsuback) {
                       const auto request = answered(Kind::Unsubscribe, unsuback.packet_id);
                       if (!request) return;
                       for (const std::string& filter : request->topic_filters) {
                           remove_filter(state_.subscriptions, filter);
                       }
                   },
                   [&](const Puback& puback) { (void)answered(Kind::Publish, puback.packet_id); },
                   [&](const Pubrec& pubrec) { (void)answered(Kind::Publish, pubrec.packet_id); },
                   [&](const Pubcomp& pubcomp) {
                       if (answered(Kind::Release, pubcomp.packet_id)) exactly_once_.erase(pubcomp.packet_id);
                   },
                   [&](const Pingresp&) { (void)answered(Kind::Ping, 0); },
                   [&](const Publish& publish) {
                       if (publish.qos == Qos::AtLeastOnce) state_.sent_unacknowledged.insert(publish.packet_id);
                       if (publish.qos == Qos::ExactlyOnce) exactly_once_sent_.insert(publish.packet_id);
                       if (state_.sent_unacknowledged.size() > kMaxUnanswered) give_up();
                   },
                   [&](const Pubrel&) {},
                   [&](const auto&) { give_up(); },
               },
               packet);
}

void SessionMirror::on_suback(const Suback& suback) {
    const auto request = answered(Request::Kind::Subscribe, suback.packet_id);
    if (!request) return;
    const std::size_t count = std::min(request->subscriptions.size(), suback.return_codes.size());
    for (std::size_t i = 0; i < count; ++i) {
        Subscription granted = request->subscriptions[i];
        remove_filter(state_.subscriptions, granted.topic_filter);
        if (suback.return_codes[i] > static_cast<std::uint8_t>(Qos::ExactlyOnce)) continue;
        granted.qos = static_cast<Qos>(suback.return_codes[i]);
        state_.subscriptions.push_back(std::move(granted));
    }
}

void SessionMirror::ask(Request request, base::SteadyTime now) {
    if (unanswered_.size() >= kMaxUnanswered) return give_up();
    request.receipt = newest_receipt_;
    request.sent = now;
    unanswered_.push_back(std::move(request));
}

std::optional<Request> SessionMirror::answered(Request::Kind kind, PacketId packet_id) {
    const auto found = std::find_if(unanswered_.begin(), unanswered_.end(), [&](const Request& request) {
        return request.kind == kind && request.packet_id == packet_id;
    });
    if (found == unanswered_.end()) return std::nullopt;
    Request request = std::move(*found);
    unanswered_.erase(found);
    server_has_ = std::max(server_has_, request.receipt);
    return request;
}

void SessionMirror::acknowledge(std::uint64_t receipt) {
    const PacketId id = packet_id_of(receipt);
    if (id == 0) return;
    // A message that was sent again has several receipts, any of which will do.
    for (Request& request : unanswered_) {
        if (request.kind == Request::Kind::Publish && request.packet_id == id && receipt >= request.receipt) {
            request.safe = true;
        }
    }
}

std::optional<base::SteadyTime> SessionMirror::waiting_since() const {
    if (given_up_ || unanswered_.empty()) return std::nullopt;
    return unanswered_.front().sent;
}

bool SessionMirror::can_be_taken_over() const {
    return began_ && !ended_ && !given_up_ && exactly_once_.empty() && exactly_once_sent_.empty();
}

SessionState SessionMirror::take() {
    SessionState state = std::move(state_);
    state.unanswered.assign(std::make_move_iterator(unanswered_.begin()), std::make_move_iterator(unanswered_.end()));
    give_up();
    return state;
}

void SessionMirror::give_up() {
    given_up_ = true;
    unanswered_.clear();
    exactly_once_.clear();
    exactly_once_sent_.clear();
}

}  // namespace millrace::mqtt
