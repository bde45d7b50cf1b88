#include "api/http_server.h"

#include <charconv>
#include <utility>

#include <boost/asio/io_context.hpp>

#include <spdlog/spdlog.h>

#include "api/http_connection.h"

namespace millrace::api {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

// How many connections may wait to be accepted: a restart of Home Assistant or a proxy comes in one burst.
constexpr int kBacklog = 4096;

// With no descriptor left, accepting again at once would only spin.
constexpr base::Milliseconds kAcceptPause{50};

base::Result<Tcp::endpoint, base::Error> parse_endpoint(std::string_view text) {
    const auto bad = [&] {
        return base::failure(base::Error{"cannot listen on \"" + std::string(text) +
                                         "\": give an IP address and a port, such as 127.0.0.1:8099, 0.0.0.0:8099 "
                                         "or [::]:8099"});
    };
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) return bad();
    std::string_view host = text.substr(0, colon);
    const std::string_view digits = text.substr(colon + 1);
    std::uint16_t port = 0;
    const auto [end, number_error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (number_error != std::errc{} || end != digits.data() + digits.size()) return bad();
    ErrorCode error;
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
        const auto address = asio::ip::make_address_v6(std::string(host), error);
        if (error) return bad();
        return Tcp::endpoint(address, port);
    }
    if (host == "localhost") return Tcp::endpoint(asio::ip::address_v4::loopback(), port);
    const auto address = asio::ip::make_address_v4(std::string(host), error);
    if (error) return bad();
    return Tcp::endpoint(address, port);
}

std::string address_text(const Tcp::endpoint& endpoint) {
    const std::string host = endpoint.address().to_string();
    return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

base::Error listen_error(const Tcp::endpoint& endpoint, const ErrorCode& error) {
    std::string text = "cannot listen for HTTP on " + address_text(endpoint) + ": " + error.message() + ". ";
    if (error == asio::error::address_in_use) {
        text +=
            "Another program, perhaps another millrace, has this port: stop it, or choose another port with "
            "--http-listen";
    } else if (error == asio::error::access_denied) {
        text += "Ports below 1024 need a privilege: choose a higher port with --http-listen";
    } else {
        text += "Choose an address of this machine with --http-listen";
    }
    return {std::move(text)};
}

std::string address_key(const asio::ip::address& address) {
    if (address.is_v4()) return address.to_string();
    const auto v6 = address.to_v6();
    if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
    const auto bytes = v6.to_bytes();
    return {bytes.begin(), bytes.begin() + 8};
}

// A program that asks at one of this machine's own addresses has that address too.
HttpConnection::Peer peer_of(const asio::ip::address& address, const asio::ip::address& local) {
    const bool mapped = address.is_v6() && address.to_v6().is_v4_mapped();
    const bool loopback =
        mapped ? asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).is_loopback() : address.is_loopback();
    return {address_key(address), loopback || address == local};
}

std::shared_ptr<spdlog::logger> logger() {
    auto named = spdlog::get("api");
    return named ? named : spdlog::default_logger();
}

}  // namespace

class HttpServer::Impl : public std::enable_shared_from_this<HttpServer::Impl> {
public:
    Impl(asio::io_context& loop, const Router& router, HttpLimits limits, std::vector<std::string> host_names)
        : acceptor_(loop), pause_(loop), shared_(std::make_shared<HttpShared>()) {
        shared_->router = &router;
        shared_->limits = limits;
        shared_->host_names = std::move(host_names);
    }

    base::Result<void, base::Error> start(std::string_view address, std::shared_ptr<ServerTls> tls) {
        shared_->tls = std::move(tls);
        const auto endpoint = parse_endpoint(address);
        if (!endpoint) return base::failure(endpoint.error());
        ErrorCode error;
        acceptor_.open(endpoint->protocol(), error);
        if (!error) acceptor_.set_option(Tcp::acceptor::reuse_address(true), error);
        if (!error) acceptor_.bind(*endpoint, error);
        if (!error) acceptor_.listen(kBacklog, error);
        if (!error) endpoint_ = acceptor_.local_endpoint(error);
        if (error) {
            ErrorCode ignored;
            acceptor_.close(ignored);
            return base::failure(listen_error(*endpoint, error));
        }
        shared_->loopback_only = endpoint->address().is_loopback();
        accept();
        return {};
    }

    void stop() {
        shared_->stopped = true;
        ErrorCode ignored;
        acceptor_.close(ignored);
        pause_.cancel();
        // A closed connection leaves the set as soon as its last handler has run; hence the copy.
        const std::vector<HttpConnection*> open(shared_->connections.begin(), shared_->connections.end());
        for (HttpConnection* connection : open) connection->close();
    }

    [[nodiscard]] bool listening() const { return acceptor_.is_open(); }
    [[nodiscard]] const Tcp::endpoint& endpoint() const { return endpoint_; }
    [[nodiscard]] const HttpFigures& figures() const { return shared_->figures; }

private:
    void accept() {
        acceptor_.async_accept([self = shared_from_this()](const ErrorCode& error, Tcp::socket socket) {
            if (self->shared_->stopped) return;
            if (error && error != asio::error::connection_aborted) return self->on_accept_error(error);
            self->accept_failing_ = false;
            if (!error) self->on_accepted(std::move(socket));
            self->accept();
        });
    }

    void on_accept_error(const ErrorCode& error) {
        // Once per shortage, since a client can bring it about.
        if (!std::exchange(accept_failing_, true)) {
            logger()->warn("cannot accept HTTP connections for the moment: {}", error.message());
        }
        pause_.expires_after(kAcceptPause);
        pause_.async_wait([self = shared_from_this()](const ErrorCode& cancelled) {
            if (!cancelled && !self->shared_->stopped) self->accept();
        });
    }

    void on_accepted(Tcp::socket socket) {
        ErrorCode error;
        const Tcp::endpoint peer = socket.remote_endpoint(error);
        const Tcp::endpoint local = error ? Tcp::endpoint() : socket.local_endpoint(error);
        if (error) return;  // gone already
        socket.set_option(Tcp::no_delay(true), error);
        ++shared_->figures.accepted;
        HttpConnection::Peer named = peer_of(peer.address(), local.address());
        const auto same = shared_->per_address.find(named.key);
        const bool address_full =
            same != shared_->per_address.end() && same->second >= shared_->limits.connections_per_address;
        const bool full = shared_->figures.connections >= shared_->limits.connections;
        if (!full && !address_full) {
            std::make_shared<HttpConnection>(std::move(socket), shared_, std::move(named), false)->serve();
            return;
        }
        ++shared_->figures.refused;
        if (shared_->refusing >= shared_->limits.refusals) return;
        std::make_shared<HttpConnection>(std::move(socket), shared_, std::move(named), true)
            ->refuse(full ? "Too many connections are open; try again in a moment."
                          : "Too many connections are open from your address; close some and try again.");
    }

    Tcp::acceptor acceptor_;
    asio::steady_timer pause_;
    std::shared_ptr<HttpShared> shared_;
    Tcp::endpoint endpoint_;
    bool accept_failing_ = false;
};

HttpServer::HttpServer(asio::io_context& loop, const Router& router, HttpLimits limits,
                       std::vector<std::string> host_names)
    : impl_(std::make_shared<Impl>(loop, router, limits, std::move(host_names))) {}

HttpServer::~HttpServer() {
    impl_->stop();
}

base::Result<void, base::Error> HttpServer::start(std::string_view address, std::shared_ptr<ServerTls> tls) {
    return impl_->start(address, std::move(tls));
}

void HttpServer::stop() {
    impl_->stop();
}

std::string HttpServer::address() const {
    return impl_->listening() ? address_text(impl_->endpoint()) : std::string{};
}

std::uint16_t HttpServer::port() const {
    return impl_->endpoint().port();
}

HttpFigures HttpServer::figures() const {
    return impl_->figures();
}

}  // namespace millrace::api
