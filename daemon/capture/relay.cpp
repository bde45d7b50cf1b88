#include "capture/relay.h"

#include <poll.h>

#include <utility>

#include "capture/failover.h"
#include "capture/relay_pair.h"

namespace millrace::capture {

Relay::Relay(DoorContext& context, HostPort cloud, std::unique_ptr<Resolver> resolver)
    : context_(context),
      resolver_(std::move(resolver)),
      route_{std::move(cloud), *resolver_, guard_},
      cloud_state_(text(route_.cloud)),
      queue_(std::make_shared<FrameQueue>(context)) {}

Relay::~Relay() {
    stop();
}

void Relay::accept(boost::asio::ip::tcp::socket socket, const boost::asio::ip::tcp::endpoint& peer,
                   Admission admission) {
    if (refuse_own(peer)) return;
    const auto id = ++context_.last_connection;
    auto pair =
        std::make_shared<RelayPair>(*this, BridgeSide{id, std::move(socket), text(peer), std::move(admission)}, false);
    pairs_.emplace(id, pair);
    pair->start();
}

void Relay::accept(BridgeSide side, base::SteadyTime arrived, bool with_failover) {
    const auto id = side.id;
    auto pair = std::make_shared<RelayPair>(*this, std::move(side), with_failover);
    pairs_.emplace(id, pair);
    pair->start_with(arrived);
}

void Relay::splice(BridgeSide side, mqtt::SessionState state, boost::asio::ip::tcp::socket cloud,
                   base::ByteView from_cloud) {
    const auto id = side.id;
    auto pair = std::make_shared<RelayPair>(*this, std::move(side), true);
    pairs_.emplace(id, pair);
    pair->start_spliced(std::move(state), std::move(cloud), from_cloud);
}

bool Relay::refuse_own(const boost::asio::ip::tcp::endpoint& peer) {
    const auto ours = guard_.upstream_from(peer);
    if (ours) break_loop({*ours}, text(peer));
    return ours.has_value();
}

void Relay::acknowledge(ports::ConnectionId connection, ports::Receipt receipt) {
    if (const auto pair = find(connection)) pair->acknowledge(receipt);
}

std::shared_ptr<RelayPair> Relay::find(ports::ConnectionId connection) const {
    const auto found = pairs_.find(connection);
    return found == pairs_.end() ? nullptr : found->second;
}

void Relay::stop(const std::string& reason) {
    if (failover_ != nullptr) wait_for_the_cloud();
    while (!pairs_.empty()) {
        const auto pair = pairs_.begin()->second;
        pair->close(reason);
    }
    queue_->finish();
}

// What the cloud has not confirmed when we stop would have to be handed over at the next start, mostly for the second
// time. So each such connection is half closed, and its end awaited. This blocks the loop, for a bounded time.
void Relay::wait_for_the_cloud() {
    std::vector<std::shared_ptr<RelayPair>> waiting;
    for (const auto& [id, pair] : pairs_) {
        if (pair->begin_last_words()) waiting.push_back(pair);
    }
    const auto until = context_.clock.steady_now() + context_.limits.stop_linger;
    while (!waiting.empty()) {
        const auto left = std::chrono::ceil<base::Milliseconds>(until - context_.clock.steady_now());
        if (left <= base::Milliseconds{0}) return;
        std::vector<pollfd> descriptors;
        for (const auto& pair : waiting) descriptors.push_back({pair->cloud_descriptor(), POLLIN, 0});
        if (::poll(descriptors.data(), descriptors.size(), static_cast<int>(left.count())) < 0) return;
        std::erase_if(waiting, [](const auto& pair) { return pair->hear_last_words(); });
    }
}

void Relay::break_loop(const std::vector<ports::ConnectionId>& connections, const std::string& where) {
    ++context_.counters.refused_as_loop;
    guard_.on_broken(context_.clock.steady_now());
    const std::string message = loop_message(route_.cloud, where);
    for (const auto id : connections) {
        const auto found = pairs_.find(id);
        if (found == pairs_.end()) continue;
        const auto pair = found->second;
        // The first of a chain is the bridge itself.
        if (failover_ != nullptr && id == connections.front()) continue;
        pair->close("a loop: the connection to the cloud came back to us");
    }
    if (failover_ != nullptr) {
        if (const auto first = find(connections.front())) first->lose_cloud("loop", message);
        failover_->on_loop(connections.front(), message);
    }
    cloud_state_.failed(message);
    context_.trouble.warn(context_.clock.steady_now(), message);
}

void Relay::on_connect(ports::ConnectionId connection, const std::string& client_id) {
    const auto chain = guard_.on_connect(client_id, connection, context_.clock.steady_now());
    if (chain.empty()) return;
    const auto found = pairs_.find(chain.front());
    break_loop(chain, found == pairs_.end() ? "through address translation" : found->second->cloud_address());
}

void Relay::on_closed(ports::ConnectionId connection) {
    guard_.remove_upstreams(connection);
    guard_.settle(connection);
    pairs_.erase(connection);
    if (failover_ != nullptr) failover_->on_pair_gone(connection);
}

std::size_t Relay::held_bytes() const {
    std::size_t held = 0;
    for (const auto& [id, pair] : pairs_) held += pair->held_bytes();
    return held;
}

void Relay::health(std::vector<ports::HealthItem>& items) const {
    const auto now = context_.clock.steady_now();
    std::size_t silent = 0;
    for (const auto& [id, pair] : pairs_) silent += pair->waits_for_answer(now) ? 1U : 0U;
    cloud_state_.health(silent, items);
}

}  // namespace millrace::capture
