#include "capture/failover.h"

#include <utility>

#include <spdlog/spdlog.h>
#include <boost/asio/post.hpp>

#include "capture/arrival.h"
#include "capture/relay.h"
#include "capture/relay_pair.h"
#include "capture/stand_in.h"
#include "capture/stand_in_connection.h"

namespace millrace::capture {

using boost::asio::ip::tcp;

namespace {

// Bridges whose last frame on the way is remembered; beyond that the one with the lowest id is forgotten, and its frame
// may be sent twice without saying so.
constexpr std::size_t kMaxUnconfirmed = 1024;

}  // namespace

Failover::Failover(DoorContext& context, Relay& relay, StandIn& stand_in, ports::Handover* handover, Timing timing)
    : context_(context),
      relay_(relay),
      stand_in_(stand_in),
      handover_(handover),
      timing_(timing),
      watch_(timing.retry, context.limits.max_cloud_retry,
             static_cast<std::uint32_t>(context.clock.steady_now().time_since_epoch().count())),
      timer_(context.loop) {
    relay_.set_failover(*this);
    stand_in_.set_failover(*this);
}

void Failover::stop() {
    stopped_ = true;
    timer_.cancel();
    for (const auto& [id, arrival] : std::exchange(arrivals_, {})) arrival->close();
    parked_.clear();
    for (auto& [id, stood] : stood_) {
        if (stood.catch_up) std::exchange(stood.catch_up, nullptr)->cancel();
    }
}

void Failover::accept(tcp::socket socket, const tcp::endpoint& peer, Admission admission) {
    if (relay_.refuse_own(peer)) return;
    const auto id = ++context_.last_connection;
    auto arrival =
        std::make_shared<Arrival>(context_, BridgeSide{id, std::move(socket), text(peer), std::move(admission)});
    arrivals_.emplace(id, arrival);
    arrival->start([this, id](bool is_mqtt) { on_known(arrivals_.at(id), is_mqtt); },
                   [this, id] { arrivals_.erase(id); });
}

void Failover::on_known(const std::shared_ptr<Arrival>& arrival, bool is_mqtt) {
    const auto keep = arrival;
    const auto id = keep->side().id;
    if (!is_mqtt) {
        // Passed on as it is, as the relay does with all it does not understand.
        arrivals_.erase(id);
        return relay_.accept(keep->take(), keep->arrived(), false);
    }
    decide(id);
}

void Failover::drop(const std::shared_ptr<Arrival>& arrival) {
    const auto keep = arrival;
    arrivals_.erase(keep->side().id);
    keep->close();
}

void Failover::decide(ports::ConnectionId id) {
    const auto found = arrivals_.find(id);
    if (found == arrivals_.end() || stopped_) return;
    const auto arrival = found->second;
    const auto& client_id = arrival->side().client_id;
    const auto now = context_.clock.steady_now();
    const auto open = client_id.empty() ? by_client_.end() : by_client_.find(client_id);
    if (open != by_client_.end()) {
        for (const auto earlier : std::set<ports::ConnectionId>(open->second)) {
            if (const auto pair = relay_.find(earlier)) {
                // A connection that no cloud has answered may be a loop, which is found by its length.
                if (pair->awaits_connack()) continue;
                parked_.emplace(earlier, id);
                return pair->linger("its client id connected again");
            }
            const auto stood = stood_.find(earlier);
            if (stood != stood_.end() && stood->second.catch_up && !stood->second.catch_up->open()) {
                // Either our own call came back to us, or the bridge chose this moment; then it will come again.
                relay_.guard().on_broken(now);
                ++context_.counters.refused_as_loop;
                drop(arrival);
                return stood->second.catch_up->fail(
                    CatchUp::End::Loop, loop_message(relay_.route().cloud, "or the bridge connected again"));
            }
            if (const auto connection = stand_in_.find(earlier)) connection->close("its client id connected again");
        }
    }
    arrivals_.erase(id);
    add(id, client_id);
    std::string_view instead;
    if (relay_.guard().cooling_off(now)) {
        instead = "loop";
    } else if (watch_.away()) {
        instead = "away";
    } else if (waiting(arrival->side().bridge) > 0) {
        instead = "waiting";
    }
    if (instead.empty()) return relay_.accept(arrival->take(), arrival->arrived(), true);
    take_over(arrival->take(), std::nullopt, instead);
}

void Failover::add(ports::ConnectionId id, const std::string& client_id) {
    if (client_id.empty()) return;  // the standard lets any number of clients go without a name
    by_client_[client_id].insert(id);
    client_of_[id] = client_id;
}

void Failover::remove(ports::ConnectionId id) {
    const auto client = client_of_.find(id);
    if (client != client_of_.end()) {
        const auto ids = by_client_.find(client->second);
        ids->second.erase(id);
        if (ids->second.empty()) by_client_.erase(ids);
        client_of_.erase(client);
    }
    const auto [first, last] = parked_.equal_range(id);
    for (auto entry = first; entry != last; ++entry) {
        boost::asio::post(context_.loop, [this, weak = std::weak_ptr<bool>(alive_), waiting_one = entry->second] {
            if (!weak.expired()) decide(waiting_one);
        });
    }
    parked_.erase(first, last);
}

bool Failover::superseded(const std::string& client_id, ports::ConnectionId id) const {
    const auto found = by_client_.find(client_id);
    return found != by_client_.end() && *found->second.rbegin() > id;
}

void Failover::take_over(BridgeSide side, std::optional<mqtt::SessionState> state, std::string_view label,
                         const std::string& refusal) {
    const auto id = side.id;
    const auto bridge = side.bridge;
    context_.counters.count_takeover(label);
    add(id, side.client_id);
    relay_.guard().settle(id);
    if (!state) return stand_in_.accept(std::move(side));
    stand_in_.go_on(std::move(side), std::move(*state));
    if (!stand_in_.find(id)) return;
    tell_path(id, ports::CloudPath::StandingIn);
    if (!stand_in_.find(id)) return;
    on_stood_in(id, bridge);
    if (refusal.empty()) return;
    Stood& stood = stood_.at(id);
    stood.refusal = refusal;
    stood.try_at += watch_.jittered(stood.interval);
}

void Failover::tell_path(ports::ConnectionId id, ports::CloudPath path) {
    context_.network.on_path(id, path);
    context_.sink.on_path(id, path);
}

void Failover::on_cloud_answered() {
    if (!watch_.reached(context_.clock.steady_now())) return;
    if (back_gate_.admit(context_.clock.steady_now())) {
        logger()->info("the cloud is back; handing over what it missed from {} bridges", stood_.size());
    }
    plan();
}

void Failover::on_cloud_away(const std::string& why) {
    const auto now = context_.clock.steady_now();
    if (!watch_.lost(why, context_.clock.wall_now(), now)) return;
    away_gate_.warn(now, "the cloud is away (" + why + "): we stand in for it, and keep what it misses");
    plan();
}

void Failover::on_pair_gone(ports::ConnectionId id) {
    remove(id);
}

void Failover::on_loop(ports::ConnectionId id, const std::string& message) {
    const auto stood = stood_.find(id);
    if (stood == stood_.end() || !stood->second.catch_up) return;
    const auto catch_up = stood->second.catch_up;
    catch_up->fail(CatchUp::End::Loop, message);
}

void Failover::on_stood_in(ports::ConnectionId id, const std::optional<base::DeviceId>& bridge) {
    stood_[id] = Stood{bridge, nullptr, context_.clock.steady_now(), timing_.retry, {}};
    plan();
}

void Failover::on_stand_in_closed(ports::ConnectionId id) {
    const auto stood = stood_.find(id);
    if (stood != stood_.end()) {
        const auto catch_up = std::move(stood->second.catch_up);
        stood_.erase(stood);
        if (catch_up) catch_up->cancel();
        plan();
    }
    remove(id);
}

void Failover::plan() {
    if (stopped_ || stood_.empty()) return timer_.cancel(), void();
    // Not from inside whatever has just ended.
    boost::asio::post(context_.loop, [this, weak = std::weak_ptr<bool>(alive_)] {
        if (weak.expired() || stopped_) return;
        watch_.away() ? try_one() : try_those_due();
    });
}

void Failover::wake_at(base::SteadyTime when) {
    timer_.expires_after(when - context_.clock.steady_now());
    timer_.async_wait([this, weak = std::weak_ptr<bool>(alive_)](const boost::system::error_code& error) {
        if (!error && !weak.expired()) plan();
    });
}

// While the cloud is away one bridge tries for all, another one each time.
void Failover::try_one() {
    auto next = stood_.end();
    for (auto entry = stood_.begin(); entry != stood_.end(); ++entry) {
        if (entry->second.catch_up) {
            if (!entry->second.catch_up->open()) return;  // it is being tried
        } else if (next == stood_.end() || entry->second.try_at < next->second.try_at) {
            next = entry;
        }
    }
    if (next == stood_.end()) return;
    if (context_.clock.steady_now() < watch_.try_at()) return wake_at(watch_.try_at());
    begin(next->first, next->second);
}

void Failover::try_those_due() {
    const auto now = context_.clock.steady_now();
    std::size_t under_way = 0;
    for (const auto& [id, stood] : stood_) under_way += stood.catch_up ? 1U : 0U;
    auto earliest = base::SteadyTime::max();
    for (auto& [id, stood] : stood_) {
        if (under_way >= context_.limits.max_catch_ups) return;  // the end of one of them brings us back here
        if (stood.catch_up) continue;
        if (stood.try_at <= now) {
            begin(id, stood);
            ++under_way;
        } else {
            earliest = std::min(earliest, stood.try_at);
        }
    }
    if (earliest != base::SteadyTime::max()) wake_at(earliest);
}

void Failover::begin(ports::ConnectionId id, Stood& stood) {
    stood.try_at = context_.clock.steady_now();
    stood.catch_up = std::make_shared<CatchUp>(*this, id, stand_in_.find(id));
    stood.catch_up->start();
}

void Failover::on_catch_up_open(ports::ConnectionId id) {
    relay_.cloud_state().answered(text(relay_.route().cloud));
    const auto stood = stood_.find(id);
    if (stood != stood_.end()) stood->second.refusal.clear();
    on_cloud_answered();
    tell_path(id, ports::CloudPath::CatchingUp);
}

void Failover::on_catch_up_failed(ports::ConnectionId id, CatchUp::End end, const std::string& why, bool was_open) {
    const auto now = context_.clock.steady_now();
    const auto stood = stood_.find(id);
    if (stood == stood_.end()) return;
    stood->second.catch_up.reset();
    if (end == CatchUp::End::Reconnect) {
        ++context_.counters.returns_by_reconnect;
        if (const auto connection = stand_in_.find(id)) connection->close("the cloud is back: " + why);
        return plan();
    }
    stood->second.try_at = now + watch_.jittered(stood->second.interval);
    stood->second.interval = std::min(stood->second.interval * 2, context_.limits.max_cloud_retry);
    relay_.cloud_state().failed(why);
    if (end == CatchUp::End::Refused) {
        stood->second.refusal = why;
        on_cloud_answered();  // it is there
    } else if (watch_.away()) {
        watch_.lost(why, context_.clock.wall_now(), now);
        watch_.try_failed(now);
    } else {
        on_cloud_away(why);
    }
    if (was_open) tell_path(id, ports::CloudPath::StandingIn);
    plan();
}

std::size_t Failover::waiting(const std::optional<base::DeviceId>& bridge) const {
    return handover_ == nullptr || !bridge ? 0 : handover_->waiting(*bridge);
}

void Failover::note_unconfirmed(const base::DeviceId& bridge, std::int64_t frame_id) {
    unconfirmed_[bridge] = frame_id;
    if (unconfirmed_.size() > kMaxUnconfirmed) unconfirmed_.erase(unconfirmed_.begin());
}

std::int64_t Failover::unconfirmed(const base::DeviceId& bridge) const {
    const auto found = unconfirmed_.find(bridge);
    return found == unconfirmed_.end() ? 0 : found->second;
}

void Failover::on_delivered(const base::DeviceId& bridge, std::int64_t frame_id) {
    if (unconfirmed(bridge) <= frame_id) unconfirmed_.erase(bridge);
    context_.network.handed_over(bridge);
    handover_->delivered(bridge, frame_id);
}

void Failover::splice(ports::ConnectionId id, tcp::socket cloud, base::ByteView from_cloud) {
    const auto connection = stand_in_.find(id);
    const auto stood = stood_.find(id);
    if (!connection || stood == stood_.end()) return;
    const auto catch_up = std::move(stood->second.catch_up);  // it is calling us
    stood_.erase(stood);
    auto handed = connection->hand_on();
    add(id, handed.side.client_id);
    ++context_.counters.returns_by_splice;
    tell_path(id, ports::CloudPath::Relay);
    relay_.splice(std::move(handed.side), std::move(handed.state), std::move(cloud), from_cloud);
    plan();
}

std::size_t Failover::catching_up() const {
    std::size_t count = 0;
    for (const auto& [id, stood] : stood_) count += stood.catch_up && stood.catch_up->open() ? 1U : 0U;
    return count;
}

void Failover::health(std::vector<ports::HealthItem>& items) const {
    std::size_t frames = 0;
    std::size_t refused = 0;
    std::string refusal;
    for (const auto& [id, stood] : stood_) {
        frames += waiting(stood.bridge);
        if (stood.refusal.empty()) continue;
        ++refused;
        refusal = stood.refusal;
    }
    const std::string waits = std::to_string(frames) + (frames == 1 ? " frame waits" : " frames wait") + " for it";
    if (const auto& away = watch_.away()) {
        items.push_back({"cloud", false,
                         "the cloud is away since " + base::to_rfc3339(away->since) + " (" + away->why +
                             "); we stand in for it with " + std::to_string(stood_.size()) +
                             (stood_.size() == 1 ? " bridge, " : " bridges, ") + waits});
    } else if (refused > 0) {
        items.push_back({"cloud", false, refusal + "; " + waits});
    } else if (!stood_.empty()) {
        items.push_back({"cloud", true, "back; handing over to it what it missed, " + waits});
    } else {
        relay_.health(items);
    }
}

}  // namespace millrace::capture
