#include "capture/network_book.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

namespace millrace::capture {
namespace {

void add(ports::NetworkTotals& totals, const ports::NetworkConnection& connection) {
    ++totals.connections;
    totals.not_decoded += connection.not_decoded;
    for (std::size_t i = 0; i < totals.traffic.size(); ++i) totals.traffic[i].add(connection.traffic[i]);
}

// Room is made for a hundredth of all at a time, for one where a house's are kept.
constexpr std::size_t kRoomShare = 100;

std::uint64_t words(const ports::NetworkTotals& totals) {
    return totals.traffic[0].bytes + totals.traffic[1].bytes;
}

}  // namespace

NetworkBook::Name NetworkBook::name_of(const ConnectionLife& life) {
    return base::DeviceId::parse(life.so_far().connect.client_id);
}

TopicKind NetworkBook::kind_of(std::string_view topic) {
    constexpr std::size_t kDigitsOfATime = 10;
    constexpr std::size_t kLongestKept_bytes = 64;
    if (!kind_of_) return {};
    const std::size_t slash = topic.rfind('/');
    const bool ends_in_time = slash != std::string_view::npos && slash <= kLongestKept_bytes &&
                              topic.size() - slash - 1 == kDigitsOfATime &&
                              topic.find_first_not_of("0123456789", slash + 1) == std::string_view::npos;
    if (!ends_in_time) return kind_of_(topic);
    const std::string_view all_but_time = topic.substr(0, slash);
    if (all_but_time != last_topic_) {
        last_kind_ = kind_of_(topic);
        last_topic_ = all_but_time;
    }
    return last_kind_;
}

void NetworkBook::knocked(const std::string& peer, bool refused, base::WallTime now) {
    ++knocks_;
    last_knock_ = ports::Knock{now, peer, refused, false, std::nullopt};
}

// An address and port name one connection at a time.
void NetworkBook::tell_who(ports::Knock& knock, const ConnectionLife& life) {
    if (knock.refused || !life.known() || life.so_far().peer != knock.peer) return;
    knock.mqtt = true;
    knock.bridge = name_of(life);
}

std::optional<ports::Knock> NetworkBook::last_knock() const {
    std::optional<ports::Knock> last = last_knock_;
    if (!last) return last;
    for (const auto& [id, life] : lives_) tell_who(*last, life);
    return last;
}

ConnectionLife& NetworkBook::life(ports::ConnectionId connection, const std::string& peer) {
    return lives_.try_emplace(connection, connection, peer).first->second;
}

void NetworkBook::on_path(ports::ConnectionId connection, ports::CloudPath path) {
    const auto found = lives_.find(connection);
    if (found != lives_.end()) found->second.on_path(path);
}

void NetworkBook::closed(ports::ConnectionId connection, const std::string& reason, Moment now) {
    const auto found = lives_.find(connection);
    if (found == lives_.end()) return;
    ConnectionLife life = std::move(found->second);
    lives_.erase(found);
    if (!life.known()) return;
    if (last_knock_) tell_who(*last_knock_, life);
    life.on_closed(reason, now);
    Bridge& bridge = bridges_[name_of(life)];
    add(bridge.totals, life.so_far());
    if (!bridge.closed || bridge.closed->connection < connection) bridge.closed = life.record(now.steady);
    make_room();
}

void NetworkBook::make_room() {
    if (bridges_.size() <= most_bridges_) return;
    std::set<Name> open;
    for (const auto& [id, life] : lives_) {
        if (life.known()) open.insert(name_of(life));
    }
    // Those that are gone come first, and among them those that said least.
    using Rank = std::tuple<bool, std::uint64_t, Name>;
    std::vector<Rank> ranks;
    for (const auto& [name, bridge] : bridges_) ranks.emplace_back(open.contains(name), words(bridge.totals), name);
    // Looking through all of them is worth more than one place where there are thousands.
    const std::size_t too_many = bridges_.size() - most_bridges_ + most_bridges_ / kRoomShare;
    const auto end = ranks.begin() + static_cast<std::ptrdiff_t>(std::min(too_many, ranks.size()));
    std::partial_sort(ranks.begin(), end, ranks.end());
    for (auto rank = ranks.begin(); rank != end; ++rank) bridges_.erase(std::get<Name>(*rank));
    forgotten_ += static_cast<std::uint64_t>(end - ranks.begin());
}

void NetworkBook::handed_over(const base::DeviceId& bridge) {
    ++bridges_[bridge].totals.handed_over;
    make_room();
}

void NetworkBook::set_cloud(const std::string& name) {
    if (name.empty()) return cloud_.reset();
    if (cloud_ && cloud_->name == name) return;
    cloud_.emplace();
    cloud_->name = name;
}

void NetworkBook::resolved(const std::vector<std::string>& addresses, base::WallTime now) {
    if (!cloud_) return;
    cloud_->last_lookup = now;
    cloud_->lookup_failure.clear();
    auto& known = cloud_->addresses;
    for (auto address = addresses.rbegin(); address != addresses.rend(); ++address) {
        ports::CloudAddress entry{*address, now, now, 0};
        const auto found =
            std::find_if(known.begin(), known.end(), [&](const auto& a) { return a.address == *address; });
        if (found != known.end()) {
            entry = std::move(*found);
            entry.last_named = now;
            known.erase(found);
        }
        known.insert(known.begin(), std::move(entry));
    }
    if (known.size() > kMostAddresses) known.resize(kMostAddresses);
}

void NetworkBook::lookup_failed(const std::string& why, base::WallTime now) {
    if (!cloud_) return;
    cloud_->last_lookup = now;
    cloud_->lookup_failure = why;
}

void NetworkBook::cloud_reached(const std::string& address) {
    if (!cloud_) return;
    for (auto& known : cloud_->addresses) {
        if (known.address == address) ++known.connections;
    }
}

ports::Network NetworkBook::view(base::SteadyTime now) const {
    std::map<Name, ports::NetworkBridge> shown;
    for (const auto& [name, bridge] : bridges_) {
        ports::NetworkBridge& one = shown[name];
        one.totals = bridge.totals;
        if (bridge.closed) one.newest = *bridge.closed;
    }
    for (const auto& [id, life] : lives_) {
        if (!life.known()) continue;
        ports::NetworkBridge& one = shown[name_of(life)];
        ++one.open;
        add(one.totals, life.so_far());
        // In the order of their ids, so the last one stays.
        if (one.newest.closed || one.newest.connection < id) one.newest = life.record(now);
    }
    ports::Network network;
    network.cloud = cloud_;
    network.forgotten = forgotten_;
    for (auto& [name, bridge] : shown) {
        bridge.bridge = name;
        network.bridges.push_back(std::move(bridge));
    }
    return network;
}

}  // namespace millrace::capture
