#include "capture/stand_in.h"

#include <utility>
#include <vector>

#include "capture/failover.h"
#include "capture/stand_in_connection.h"

namespace millrace::capture {

StandIn::StandIn(DoorContext& context) : context_(context) {}

StandIn::~StandIn() {
    stop();
}

void StandIn::accept(boost::asio::ip::tcp::socket socket, const boost::asio::ip::tcp::endpoint& peer,
                     Admission admission) {
    accept(BridgeSide{++context_.last_connection, std::move(socket), text(peer), std::move(admission)});
}

void StandIn::accept(BridgeSide side) {
    admit(std::move(side))->start();
}

void StandIn::go_on(BridgeSide side, mqtt::SessionState state) {
    const auto id = side.id;
    by_client_id_[side.client_id] = id;
    admit(std::move(side))->go_on(std::move(state));
}

std::shared_ptr<StandInConnection> StandIn::admit(BridgeSide side) {
    const auto id = side.id;
    return connections_.emplace(id, std::make_shared<StandInConnection>(*this, std::move(side))).first->second;
}

void StandIn::stop(const std::string& reason) {
    // Closing removes from the map, so it is walked from outside.
    while (!connections_.empty()) {
        const auto connection = connections_.begin()->second;
        connection->close(reason);
    }
}

void StandIn::acknowledge(ports::ConnectionId connection, ports::Receipt receipt) {
    if (const auto found = find(connection)) found->acknowledge(receipt);
}

bool StandIn::publish(ports::ConnectionId connection, std::string topic, base::Bytes payload, std::uint8_t qos) {
    const auto found = find(connection);
    return found && found->publish(std::move(topic), std::move(payload), qos);
}

void StandIn::on_client_id(ports::ConnectionId connection, const std::string& client_id) {
    if (client_id.empty()) return;  // the standard lets any number of clients go without a name
    const auto earlier = by_client_id_.find(client_id);
    if (earlier != by_client_id_.end()) {
        if (const auto found = find(earlier->second)) found->close("its client id connected again", "taken_over");
    }
    by_client_id_[client_id] = connection;
}

void StandIn::on_closed(ports::ConnectionId connection, const std::string& client_id) {
    const auto named = by_client_id_.find(client_id);
    if (named != by_client_id_.end() && named->second == connection) by_client_id_.erase(named);
    connections_.erase(connection);
    if (failover_ != nullptr) failover_->on_stand_in_closed(connection);
}

std::shared_ptr<StandInConnection> StandIn::find(ports::ConnectionId connection) const {
    const auto found = connections_.find(connection);
    return found == connections_.end() ? nullptr : found->second;
}

}  // namespace millrace::capture
