#include "capture/relay.h"

#include <utility>

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
    if (const auto ours = guard_.upstream_from(peer)) {
        boost::system::error_code ignored;
        socket.close(ignored);
        return break_loop({*ours}, text(peer));
    }
    const auto id = ++context_.last_connection;
    auto pair = std::make_shared<RelayPair>(*this, id, std::move(socket), text(peer), std::move(admission));
    pairs_.emplace(id, pair);
    pair->start();
}

void Relay::stop() {
    while (!pairs_.empty()) {
        const auto pair = pairs_.begin()->second;
        pair->close("the daemon stops");
    }
    queue_->finish();
}

void Relay::break_loop(const std::vector<ports::ConnectionId>& connections, const std::string& where) {
    ++context_.counters.refused_as_loop;
    guard_.on_broken(context_.clock.steady_now());
    const std::string message = loop_message(route_.cloud, where);
    for (const auto id : connections) {
        const auto found = pairs_.find(id);
        if (found == pairs_.end()) continue;
        const auto pair = found->second;
        pair->close("a loop: the connection to the cloud came back to us");
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
