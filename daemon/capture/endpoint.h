// Addresses with ports, as the settings write them and as people read them.
//
// `1.2.3.4:1883`, `[2001:db8::1]:1883`, `mqtt.example.net:1883`. Values only; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/result.h"

namespace millrace::capture {

struct HostPort {
    std::string host;  // without brackets
    std::uint16_t port = 0;

    bool operator==(const HostPort&) const = default;
};

// The port must be there, because a forgotten one is a mistake better found at the start.
[[nodiscard]] base::Result<HostPort, base::Error> parse_host_port(std::string_view text);

// With brackets around an IPv6 address.
[[nodiscard]] std::string text(const HostPort& host_port);
[[nodiscard]] std::string text(const boost::asio::ip::tcp::endpoint& endpoint);

// An IPv4 peer of a listener for both families shows up as ::ffff:a.b.c.d; this gives a.b.c.d, so that one peer has
// one name.
[[nodiscard]] boost::asio::ip::address plain(const boost::asio::ip::address& address);
[[nodiscard]] boost::asio::ip::tcp::endpoint plain(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace millrace::capture
