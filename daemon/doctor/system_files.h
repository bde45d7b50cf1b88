// What the system's own files say: name servers, gateways, time servers, who listens. Pure: text in, values out.
//
// Lines that are not understood are passed over: the files are other programs', and newer than we may be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/facts.h"

namespace millrace::doctor {

// More servers than these are not asked.
inline constexpr std::size_t kMostSystemServers = 3;

// `nameserver` lines of a resolv.conf, in order.
[[nodiscard]] std::vector<std::string> name_servers_in(std::string_view resolv_conf);

// Where what belongs to no other route goes, of /proc/net/route.
[[nodiscard]] std::vector<Address> gateways_in(std::string_view proc_net_route);

// `NTP=` of timesyncd.conf; `server` and `pool` of chrony.conf and ntp.conf.
[[nodiscard]] std::vector<std::string> time_servers_in(std::string_view file);

struct ListeningSocket {
    Address address;
    std::uint64_t inode = 0;

    bool operator==(const ListeningSocket&) const = default;
};

// Sockets that listen at that port, of /proc/net/tcp or /proc/net/tcp6.
[[nodiscard]] std::vector<ListeningSocket> listeners_in(std::string_view proc_net_tcp, std::uint16_t port);

}  // namespace millrace::doctor
