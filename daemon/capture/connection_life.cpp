#include "capture/connection_life.h"

#include <algorithm>
#include <utility>

namespace millrace::capture {
namespace {

constexpr std::size_t kPublish = 3;
constexpr std::size_t kPingreq = 12;
constexpr std::uint8_t kDup = 0x08;
constexpr std::uint8_t kRetain = 0x01;

std::size_t index(base::Direction direction) {
    return direction == base::Direction::ToCloud ? 0 : 1;
}

std::size_t qos_of(std::uint8_t flags) {
    return static_cast<std::size_t>(flags >> 1) & 3U;
}

base::Milliseconds between(base::SteadyTime from, base::SteadyTime to) {
    return std::max(base::Milliseconds{0}, std::chrono::floor<base::Milliseconds>(to - from));
}

// Cut where it is too long, with a sign that it was. Who reads it as JSON gets a mark for half a character.
std::string bounded(std::string text) {
    if (text.size() <= ConnectionLife::kLongestText_bytes) return text;
    text.resize(ConnectionLife::kLongestText_bytes);
    text.shrink_to_fit();
    return text + "...";
}

}  // namespace

PacketSeen seen(const mqtt::Packet& packet, std::size_t bytes) {
    PacketSeen seen{packet.index() + 1, 0, bytes};
    if (const auto* publish = std::get_if<mqtt::Publish>(&packet)) {
        seen.flags = static_cast<std::uint8_t>((publish->dup ? kDup : 0U) | (publish->retain ? kRetain : 0U) |
                                               (static_cast<unsigned>(publish->qos) << 1));
    }
    return seen;
}

ports::ConnectFacts facts_of(const mqtt::Connect& connect) {
    ports::ConnectFacts facts;
    facts.client_id = connect.client_id;
    facts.user_name = connect.user_name.value_or("");
    facts.password_given = connect.password.has_value();
    facts.keep_alive_s = connect.keep_alive_s;
    facts.clean_session = connect.clean_session;
    facts.protocol_level = connect.protocol_level;
    if (connect.will) {
        facts.will_topic = connect.will->topic;
        facts.will_qos = static_cast<std::uint8_t>(connect.will->qos);
        facts.will_retain = connect.will->retain;
    }
    return facts;
}

ConnectionLife::ConnectionLife(ports::ConnectionId connection, std::string peer) {
    record_.connection = connection;
    record_.peer = std::move(peer);
}

void ConnectionLife::on_connect(ports::ConnectFacts facts, Moment now) {
    if (connected_) return;
    connected_ = now.steady;
    record_.opened = now.wall;
    facts.client_id = bounded(std::move(facts.client_id));
    facts.user_name = bounded(std::move(facts.user_name));
    facts.will_topic = bounded(std::move(facts.will_topic));
    record_.connect = std::move(facts);
}

void ConnectionLife::on_connack(std::uint8_t return_code, bool session_present) {
    record_.connack_code = return_code;
    record_.session_present = session_present;
}

void ConnectionLife::on_closed(const std::string& reason, Moment now) {
    record_.closed = now.wall;
    record_.close_reason = reason;
    record_.lasted = since_connect(now.steady);
}

void ConnectionLife::on_bytes(base::Direction direction, std::size_t count) {
    record_.traffic[index(direction)].bytes += count;
}

void ConnectionLife::on_packet(base::Direction direction, const PacketSeen& packet, bool relayed,
                               base::SteadyTime now) {
    ports::Traffic& traffic = record_.traffic[index(direction)];
    if (packet.type >= traffic.packets.size()) return;
    traffic.packets[packet.type].add({1, relayed ? 1U : 0U, packet.bytes});
    traffic.packet_bytes.add(static_cast<double>(packet.bytes));
    auto& last = last_packet_[index(direction)];
    if (last) traffic.gap_seconds.add(static_cast<double>(between(*last, now).count()) / 1e3);
    last = now;
    if (packet.type == kPublish) {
        if (qos_of(packet.flags) < traffic.messages_by_qos.size()) ++traffic.messages_by_qos[qos_of(packet.flags)];
        if ((packet.flags & kDup) != 0) ++traffic.repeated;
        if ((packet.flags & kRetain) != 0) ++traffic.retained;
    } else if (packet.type == kPingreq && direction == base::Direction::ToCloud) {
        if (last_ping_) periods_[pings_++ % kPeriods] = between(*last_ping_, now);
        last_ping_ = now;
    }
}

void ConnectionLife::on_message(base::Direction direction, TopicKind kind, std::size_t payload_bytes, bool relayed,
                                base::SteadyTime now) {
    record_.traffic[index(direction)].messages[kind.name].add({1, relayed ? 1U : 0U, payload_bytes});
    if (!connected_ || direction != base::Direction::ToCloud) return;
    if (kind.boot && !booted_) {
        booted_ = now;
        record_.boot_after = since_connect(now);
    }
    if (!kind.samples) return;
    if (!record_.sample_after) record_.sample_after = since_connect(now);
    if (booted_ && !record_.boot_to_samples) record_.boot_to_samples = between(*booted_, now);
}

ports::NetworkSubscription* ConnectionLife::subscription(std::string_view filter) {
    auto& all = record_.subscriptions;
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.topic_filter == filter; });
    return found == all.end() ? nullptr : &*found;
}

void ConnectionLife::subscribe_to(const std::string& filter, std::optional<std::uint8_t> qos) {
    if (auto* known = subscription(filter)) {
        *known = {filter, qos, false};
    } else if (filter.size() > kLongestText_bytes || record_.subscriptions.size() >= kMostSubscriptions) {
        ++record_.subscriptions_left_out;
    } else {
        record_.subscriptions.push_back({filter, qos, false});
    }
}

void ConnectionLife::on_subscribe(const mqtt::Subscribe& subscribe) {
    std::vector<std::string> filters;
    for (const auto& wanted : subscribe.subscriptions) {
        subscribe_to(wanted.topic_filter, std::nullopt);
        // What is not remembered keeps its place in the answer by an empty name.
        filters.push_back(subscription(wanted.topic_filter) != nullptr ? wanted.topic_filter : "");
        if (filters.size() == kMostSubscriptions) break;
    }
    if (unanswered_.size() >= kMostUnanswered) unanswered_.erase(unanswered_.begin());
    unanswered_[subscribe.packet_id] = std::move(filters);
}

void ConnectionLife::on_suback(const mqtt::Suback& suback) {
    const auto asked = unanswered_.find(suback.packet_id);
    if (asked == unanswered_.end()) return;
    const std::size_t answers = std::min(asked->second.size(), suback.return_codes.size());
    for (std::size_t i = 0; i < answers; ++i) {
        ports::NetworkSubscription* of_it = subscription(asked->second[i]);
        if (of_it == nullptr) continue;
        of_it->refused = suback.return_codes[i] == mqtt::Suback::kFailure;
        of_it->qos = of_it->refused ? std::nullopt : std::optional(suback.return_codes[i]);
    }
    unanswered_.erase(asked);
}

void ConnectionLife::on_unsubscribe(const mqtt::Unsubscribe& unsubscribe) {
    for (const std::string& filter : unsubscribe.topic_filters) {
        std::erase_if(record_.subscriptions, [&](const auto& one) { return one.topic_filter == filter; });
    }
}

void ConnectionLife::set_subscriptions(const std::vector<mqtt::Subscription>& granted) {
    record_.subscriptions.clear();
    record_.subscriptions_left_out = 0;
    unanswered_.clear();
    for (const auto& one : granted) subscribe_to(one.topic_filter, static_cast<std::uint8_t>(one.qos));
}

base::Milliseconds ConnectionLife::since_connect(base::SteadyTime now) const {
    return connected_ ? between(*connected_, now) : base::Milliseconds{0};
}

ports::NetworkConnection ConnectionLife::record(base::SteadyTime now) const {
    ports::NetworkConnection record = record_;
    if (!record.lasted) record.lasted = since_connect(now);
    if (pings_ > 0) {
        auto periods = periods_;
        const auto end = periods.begin() + static_cast<std::ptrdiff_t>(std::min(pings_, kPeriods));
        const auto middle = periods.begin() + (end - periods.begin()) / 2;
        std::nth_element(periods.begin(), middle, end);
        record.ping_period = *middle;
    }
    return record;
}

}  // namespace millrace::capture
