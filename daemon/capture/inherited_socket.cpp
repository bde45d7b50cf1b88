#include "capture/inherited_socket.h"

#include <sys/socket.h>

#include <cstring>

#include "capture/endpoint.h"

namespace millrace::capture {

using boost::asio::ip::tcp;

std::optional<tcp::endpoint> listening_endpoint(int descriptor) {
    tcp::endpoint endpoint;
    auto size = static_cast<socklen_t>(endpoint.capacity());
    int listening = 0;
    socklen_t flag_size = sizeof(listening);
    if (::getsockname(descriptor, endpoint.data(), &size) != 0 || size > endpoint.capacity()) return std::nullopt;
    const int family = endpoint.data()->sa_family;
    if (family != AF_INET && family != AF_INET6) return std::nullopt;
    if (::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &flag_size) != 0 || listening == 0) {
        return std::nullopt;
    }
    endpoint.resize(size);
    return endpoint;
}

bool is_at(const tcp::endpoint& endpoint, std::string_view listen) {
    const auto wanted = parse_host_port(listen);
    if (!wanted || (wanted->port != 0 && wanted->port != endpoint.port())) return false;
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(wanted->host, error);
    if (error) return false;
    return plain(address) == plain(endpoint.address()) ||
           (address.is_unspecified() && endpoint.address().is_unspecified());
}

}  // namespace millrace::capture
