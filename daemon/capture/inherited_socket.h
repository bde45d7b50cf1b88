// A socket that somebody else, such as systemd, has opened for us. Values only; any thread.
#pragma once

#include <optional>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

namespace millrace::capture {

// Where it listens; nothing when it is no listening TCP socket.
[[nodiscard]] std::optional<boost::asio::ip::tcp::endpoint> listening_endpoint(int descriptor);

// Whether it is where `listen` says. Any address of either family stands for any of the other, and port 0 for any port.
[[nodiscard]] bool is_at(const boost::asio::ip::tcp::endpoint& endpoint, std::string_view listen);

}  // namespace millrace::capture
