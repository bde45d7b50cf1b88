// The lives of all bridge connections, and what is known of the way to the cloud, since the start.
//
// Keeps a ConnectionLife for each open connection, and of each bridge its newest connection and the totals of all. The
// number of bridges is bounded; where there are too many, the one that is gone and said least makes room, so that who
// connects under made-up names drives out only his like. Pure: times come in as parameters. Owned by DoorContext. Loop
// thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/connection_life.h"
#include "ports/network.h"
#include "ports/setup.h"

namespace millrace::capture {

class NetworkBook {
public:
    static constexpr std::size_t kMostBridges = 64;    // a house has one or two
    static constexpr std::size_t kMostAddresses = 16;  // a name server's answer has a few, and they change slowly

    // At most `most_bridges` are kept: as many as may connect at once, so that those connected never drive each other
    // out.
    explicit NetworkBook(std::size_t most_bridges = kMostBridges) : most_bridges_(most_bridges) {}

    void set_kind_of(KindOf kind_of) { kind_of_ = std::move(kind_of); }
    // A bridge's topics end in the time; those that differ in nothing else are of one kind.
    [[nodiscard]] TopicKind kind_of(std::string_view topic);

    // A connection to the port, before anything is known of it. `peer` as it names the life that may follow.
    void knocked(const std::string& peer, bool refused, base::WallTime now);
    [[nodiscard]] std::uint64_t knocks() const { return knocks_; }
    // With what its CONNECT has told so far.
    [[nodiscard]] std::optional<ports::Knock> last_knock() const;

    // The life of this connection, a new one unless somebody else had the connection before. Stays where it is until
    // closed().
    ConnectionLife& life(ports::ConnectionId connection, const std::string& peer);
    void on_path(ports::ConnectionId connection, ports::CloudPath path);
    void closed(ports::ConnectionId connection, const std::string& reason, Moment now);
    void handed_over(const base::DeviceId& bridge);

    // The cloud that bridges are passed on to, "host:port"; empty: none.
    void set_cloud(const std::string& name);
    // A name server's answer.
    void resolved(const std::vector<std::string>& addresses, base::WallTime now);
    void lookup_failed(const std::string& why, base::WallTime now);
    void cloud_reached(const std::string& address);

    [[nodiscard]] ports::Network view(base::SteadyTime now) const;

private:
    using Name = std::optional<base::DeviceId>;
    struct Bridge {
        std::optional<ports::NetworkConnection> closed;  // the newest that is
        ports::NetworkTotals totals;                     // of those that are
    };

    static Name name_of(const ConnectionLife& life);
    static void tell_who(ports::Knock& knock, const ConnectionLife& life);
    void make_room();

    const std::size_t most_bridges_;
    KindOf kind_of_;
    std::string last_topic_;  // the newest one's, without the time
    TopicKind last_kind_;
    std::map<ports::ConnectionId, ConnectionLife> lives_;
    std::map<Name, Bridge> bridges_;  // known by a closed connection or by what was handed over
    std::optional<ports::NetworkCloud> cloud_;
    std::uint64_t forgotten_ = 0;
    std::uint64_t knocks_ = 0;
    std::optional<ports::Knock> last_knock_;
};

}  // namespace millrace::capture
