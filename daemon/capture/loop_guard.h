// Keeps the relay from talking to itself.
//
// The bridge reaches us because somebody redirected the cloud's name or address to this machine. If the same
// redirection catches our own connection to the cloud, each connection would open another one to ourselves. Three
// nets, from the surest to the last: the target is our own listening address; an accepted connection comes from one of
// our own sockets to the cloud; the same bridge connects again and again while no cloud has answered it (address
// translation hides the rest). Decides only; the relay acts. Loop thread only.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/time.h"
#include "ports/frame.h"

namespace millrace::capture {

// The addresses of this machine's interfaces, now.
[[nodiscard]] std::vector<boost::asio::ip::address> own_addresses();

// Whether a connection to `target` would end at the socket listening on `listening`.
[[nodiscard]] bool reaches(const boost::asio::ip::tcp::endpoint& listening,
                           const boost::asio::ip::tcp::endpoint& target,
                           const std::vector<boost::asio::ip::address>& own);

class LoopGuard {
public:
    // A bridge that lost its connection comes back once, not four times in two seconds without an answer.
    static constexpr base::Seconds kChainWindow{2};
    static constexpr std::size_t kMaxChain = 3;

    void set_listening(const boost::asio::ip::tcp::endpoint& endpoint) { listening_ = endpoint; }
    [[nodiscard]] bool is_own(const boost::asio::ip::tcp::endpoint& target) const;

    // Our own ends of the connections to the cloud.
    void add_upstream(const boost::asio::ip::tcp::endpoint& local, ports::ConnectionId connection);
    void remove_upstreams(ports::ConnectionId connection);
    [[nodiscard]] std::optional<ports::ConnectionId> upstream_from(const boost::asio::ip::tcp::endpoint& peer) const;

    // A CONNECT went by. Gives all connections of a chain that is too long, or nothing.
    [[nodiscard]] std::vector<ports::ConnectionId> on_connect(std::string_view client_id,
                                                              ports::ConnectionId connection, base::SteadyTime now);
    // A loop was found. What it left on its way may come in once more; until this passes, the relay goes nowhere.
    void on_broken(base::SteadyTime now) { broken_at_ = now; }
    [[nodiscard]] bool cooling_off(base::SteadyTime now) const {
        return broken_at_ && now - *broken_at_ < kChainWindow;
    }

    // The cloud answered, or the connection ended: no link of a chain any more.
    void settle(ports::ConnectionId connection);

private:
    struct Unanswered {
        std::string client_id;
        base::SteadyTime since;
    };

    std::optional<boost::asio::ip::tcp::endpoint> listening_;
    std::map<boost::asio::ip::tcp::endpoint, ports::ConnectionId> upstreams_;
    std::optional<base::SteadyTime> broken_at_;
    std::map<ports::ConnectionId, Unanswered> unanswered_;  // one per open connection at most
};

}  // namespace millrace::capture
