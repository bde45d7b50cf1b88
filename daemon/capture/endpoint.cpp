#include "capture/endpoint.h"

#include <charconv>

namespace millrace::capture {

namespace asio = boost::asio;

namespace {

// The longest name DNS can carry; anything longer is no host.
constexpr std::size_t kMaxHostLength = 253;

base::Error bad(std::string_view value, std::string_view why) {
    return {"\"" + std::string(value) + "\" is no address with a port (" + std::string(why) +
            "); write it as 192.0.2.1:1883, [2001:db8::1]:1883 or name.example:1883"};
}

}  // namespace

base::Result<HostPort, base::Error> parse_host_port(std::string_view value) {
    const auto colon = value.rfind(':');
    if (colon == std::string_view::npos) return base::failure(bad(value, "the port is missing"));
    std::string_view host = value.substr(0, colon);
    const std::string_view port_text = value.substr(colon + 1);

    HostPort result;
    const auto [end, error] = std::from_chars(port_text.data(), port_text.data() + port_text.size(), result.port);
    if (port_text.empty() || error != std::errc{} || end != port_text.data() + port_text.size()) {
        return base::failure(bad(value, "the port is not a number from 0 to 65535"));
    }
    if (host.starts_with('[') && host.ends_with(']') && host.size() > 2) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return base::failure(bad(value, "an IPv6 address needs brackets"));
    }
    if (host.empty()) return base::failure(bad(value, "the host is missing"));
    if (host.size() > kMaxHostLength || host.find_first_of(" \t\r\n[]/") != std::string_view::npos) {
        return base::failure(bad(value, "the host is not a name or an address"));
    }
    result.host = host;
    return result;
}

std::string text(const HostPort& host_port) {
    const bool is_ipv6 = host_port.host.find(':') != std::string::npos;
    return (is_ipv6 ? "[" + host_port.host + "]" : host_port.host) + ":" + std::to_string(host_port.port);
}

std::string text(const asio::ip::tcp::endpoint& endpoint) {
    return text(HostPort{plain(endpoint.address()).to_string(), endpoint.port()});
}

asio::ip::address plain(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    return address;
}

asio::ip::tcp::endpoint plain(const asio::ip::tcp::endpoint& endpoint) {
    return {plain(endpoint.address()), endpoint.port()};
}

}  // namespace millrace::capture
