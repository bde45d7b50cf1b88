#include "capture/loop_guard.h"

#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

#include "capture/endpoint.h"

namespace millrace::capture {

namespace asio = boost::asio;
using asio::ip::tcp;

std::vector<asio::ip::address> own_addresses() {
    std::vector<asio::ip::address> addresses;
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0) return addresses;
    for (const ifaddrs* entry = first; entry != nullptr; entry = entry->ifa_next) {
        if (entry->ifa_addr == nullptr) continue;
        if (entry->ifa_addr->sa_family == AF_INET) {
            sockaddr_in address{};
            std::memcpy(&address, entry->ifa_addr, sizeof address);
            addresses.emplace_back(asio::ip::address_v4(ntohl(address.sin_addr.s_addr)));
        } else if (entry->ifa_addr->sa_family == AF_INET6) {
            sockaddr_in6 address{};
            std::memcpy(&address, entry->ifa_addr, sizeof address);
            asio::ip::address_v6::bytes_type bytes;
            std::memcpy(bytes.data(), &address.sin6_addr, bytes.size());
            addresses.emplace_back(asio::ip::address_v6(bytes));  // without its scope, which a target has not either
        }
    }
    ::freeifaddrs(first);
    return addresses;
}

bool reaches(const tcp::endpoint& listening, const tcp::endpoint& target, const std::vector<asio::ip::address>& own) {
    if (target.port() != listening.port()) return false;
    const auto address = plain(target.address());
    const auto bound = plain(listening.address());
    if (address == bound) return true;
    // Connecting to the unspecified address means connecting to the loopback.
    const bool to_loopback = address.is_loopback() || address.is_unspecified();
    if (!bound.is_unspecified()) return address.is_unspecified() && bound.is_loopback();
    return to_loopback || std::find(own.begin(), own.end(), address) != own.end();
}

bool LoopGuard::is_own(const tcp::endpoint& target) const {
    return listening_ && reaches(*listening_, target, own_addresses());
}

void LoopGuard::add_upstream(const tcp::endpoint& local, ports::ConnectionId connection) {
    upstreams_[plain(local)] = connection;
}

void LoopGuard::remove_upstreams(ports::ConnectionId connection) {
    std::erase_if(upstreams_, [connection](const auto& entry) { return entry.second == connection; });
}

std::optional<ports::ConnectionId> LoopGuard::upstream_from(const tcp::endpoint& peer) const {
    const auto found = upstreams_.find(plain(peer));
    if (found == upstreams_.end()) return std::nullopt;
    return found->second;
}

std::vector<ports::ConnectionId> LoopGuard::on_connect(std::string_view client_id, ports::ConnectionId connection,
                                                       base::SteadyTime now) {
    std::erase_if(unanswered_, [&](const auto& entry) { return now - entry.second.since > kChainWindow; });
    unanswered_[connection] = {std::string(client_id), now};
    std::vector<ports::ConnectionId> chain;
    for (const auto& [id, entry] : unanswered_) {
        if (entry.client_id == client_id) chain.push_back(id);
    }
    if (chain.size() <= kMaxChain) chain.clear();
    return chain;
}

void LoopGuard::settle(ports::ConnectionId connection) {
    unanswered_.erase(connection);
}

}  // namespace millrace::capture
